/** First number after the seed of every random stream of the world: no two things share a stream. */
export const STREAM = {
  advertisers: 1,
  catalog: 2,
  titles: 3,
  onsite: 4,
  user: 5,
  favourite: 6,
  demographics: 7,
  complements: 8,
  future: 9,
  country: 10,
  advertising: 11,
  ads: 12,
  onward: 13,
  exposure: 14,
  scoring: 15,
  auction: 16,
} as const
