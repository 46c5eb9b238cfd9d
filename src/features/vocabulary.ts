import { hashInt, hashString } from '../core/hash.js'

/** Seeds that keep the hash functions of different vocabularies apart. */
const ADVERTISER_SEEDS = [11, 12] as const
const CATEGORY_SEED = 21
const TITLE_SEED = 31

/** A bucket in [1, buckets); 0 is kept for "unknown". */
const bucket = (hash: number, buckets: number): number => 1 + (hash % (buckets - 1))

/** The two rows of an advertiser in the hash embedding shared by both towers: [1, buckets) each, 0 for index -1. */
export function advertiserBucket(advertiser: number, which: 0 | 1, buckets: number): number {
  return advertiser < 0 ? 0 : bucket(hashInt(advertiser, ADVERTISER_SEEDS[which]), buckets)
}

/** The row of a category path prefix such as "GROCERY/FROZEN": hashed by its text, so that it outlives a re-import. */
export function categoryBucket(path: string, buckets: number): number {
  return bucket(hashString(path, CATEGORY_SEED), buckets)
}

/** The row of a title token, given its hash as the snapshot keeps it; 0 stays 0. */
export function titleBucket(token: number, buckets: number): number {
  return token === 0 ? 0 : bucket(hashInt(token | 0, TITLE_SEED), buckets)
}

/**
 * Share of distinct keys that have the very same code as another: for advertisers, both of their two rows. A model
 * cannot tell these apart.
 */
export function collisionRate(codes: Iterable<number | string>): number {
  const counts = new Map<number | string, number>()
  let total = 0
  for (const code of codes) {
    counts.set(code, (counts.get(code) ?? 0) + 1)
    total++
  }
  let collided = 0
  for (const n of counts.values()) if (n > 1) collided += n
  return total === 0 ? 0 : collided / total
}
