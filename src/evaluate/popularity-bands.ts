/** Bands that entries with conversions are cut into; the band after them is for entries without any. */
export const BANDS = 10

/**
 * The band of every entry by popularity. Entries are put in order of their conversions, most first, and cut where a
 * tenth of all conversions is reached: band 0 is the few entries that make up the first tenth, band 9 the many that
 * make up the last one, and band 10 the entries without a conversion. So what people buy is spread evenly over the
 * first ten bands if tastes stay as they were, and each band of results compares with a tenth.
 * @param conversions [entries] up to the cutoff
 */
export function popularityBands(conversions: Float64Array): Uint8Array {
  const total = conversions.reduce((a, b) => a + b, 0)
  const bands = new Uint8Array(conversions.length).fill(BANDS)
  const order = Int32Array.from(conversions.keys())
    .filter((e) => conversions[e] > 0)
    .sort((a, b) => conversions[b] - conversions[a] || a - b)
  let before = 0
  for (const entry of order) {
    // an entry stands where its middle conversion does
    bands[entry] = Math.min(BANDS - 1, Math.floor((BANDS * (before + conversions[entry] / 2)) / total))
    before += conversions[entry]
  }
  return bands
}

/** Counts by band as shares of their sum; all 0 where nothing was counted. */
export function bandShares(counts: Float64Array): number[] {
  const total = counts.reduce((a, b) => a + b, 0)
  return Array.from(counts, (n) => (total > 0 ? n / total : 0))
}
