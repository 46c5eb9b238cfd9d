/** Codes of prices: 0 = unknown, 1 .. PRICE_CODES - 1 log-spaced. The model's PRICE_BUCKETS must not be smaller. */
export const PRICE_CODES = 32

const LOWEST = 0.1
const STEP = Math.log(1.5)

/**
 * The bucket of a price: 0 where unknown (NaN), 1 below 0.15, then a bucket for each factor of 1.5 up to 31, which
 * takes everything from about 19,000. Fixed edges: no statistic of the data, so nothing of its future.
 */
export function priceBucket(price: number): number {
  if (Number.isNaN(price)) return 0
  if (price <= LOWEST) return 1
  return Math.min(PRICE_CODES - 1, 1 + Math.floor(Math.log(price / LOWEST) / STEP + 1e-9))
}
