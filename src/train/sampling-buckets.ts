import type { LengthClass } from './sampling-probability.js'

/** Buckets with less than this share of the draws are merged into the next longer one. */
const SMALLEST_SHARE = 0.05

/** A length bucket: what it draws, with cumulative user masses to draw from. */
export interface LengthBucket {
  /** events of a sequence in this bucket's batches */
  length: number
  /** histories shorter than or as long as this belong to a shorter bucket */
  above: number
  /** share of all draws */
  share: number
  /** users that can be drawn, ascending, with the running sum of their masses */
  users: Uint32Array
  cumulative: Float64Array
  /** [entries] the probability that a positive drawn in this bucket is of the entry: sums to 1 */
  probability: Float64Array
}

/** Longest histories of the classes for sequences of up to `length` events: a quarter, a half, all. */
export function bucketLengths(length: number): number[] {
  return [...new Set([Math.ceil(length / 4), Math.ceil(length / 2), length])]
}

/** Merges classes with few draws into the next longer class. Classes without any draw vanish. */
export function createLengthBuckets(classes: readonly LengthClass[]): LengthBucket[] {
  const total = classes.reduce((sum, c) => sum + c.mass, 0)
  const buckets: LengthBucket[] = []
  let above = 0
  let pending: LengthClass | undefined
  classes.forEach((c, k) => {
    const merged = pending === undefined ? c : merge(pending, c)
    const rest = classes.slice(k + 1).reduce((sum, other) => sum + other.mass, 0)
    pending = merged.mass < SMALLEST_SHARE * total && rest > 0 ? merged : undefined
    if (pending !== undefined || merged.mass === 0) return
    buckets.push(bucket(merged, above, total))
    above = c.length
  })
  return buckets
}

function merge(a: LengthClass, b: LengthClass): LengthClass {
  const add = (x: Float64Array, y: Float64Array): Float64Array => x.map((value, i) => value + y[i])
  return {
    length: b.length,
    mass: a.mass + b.mass,
    userMass: add(a.userMass, b.userMass),
    entryMass: add(a.entryMass, b.entryMass),
  }
}

function bucket(c: LengthClass, above: number, total: number): LengthBucket {
  const users: number[] = []
  const cumulative: number[] = []
  let sum = 0
  for (let u = 0; u < c.userMass.length; u++) {
    if (c.userMass[u] === 0) continue
    users.push(u)
    cumulative.push((sum += c.userMass[u]))
  }
  return {
    length: c.length,
    above,
    share: c.mass / total,
    users: Uint32Array.from(users),
    cumulative: Float64Array.from(cumulative),
    probability: c.entryMass.map((mass) => mass / c.mass),
  }
}
