/** What the entries of a level are called. */
export const LEVEL_WORDS = {
  item: { one: 'an item', many: 'items', title: 'Items' },
  advertiser: { one: 'an advertiser', many: 'advertisers', title: 'Advertisers' },
  category: { one: 'a category', many: 'categories', title: 'Categories' },
} as const
