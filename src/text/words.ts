/** What the entries of a level are called. */
export const LEVEL_WORDS = {
  item: { one: 'an item', many: 'items', title: 'Items' },
  advertiser: { one: 'an advertiser', many: 'advertisers', title: 'Advertisers' },
  category: { one: 'a category', many: 'categories', title: 'Categories' },
} as const

/** A text as it is compared with what somebody types: without case and accents. */
export function folded(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
}
