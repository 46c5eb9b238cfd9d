import type { TrainConfig } from '../config/schema.js'
import { UserError } from '../core/errors.js'
import { Rng } from '../core/rng.js'
import { count } from '../text/numbers.js'

const POOL_STREAM = 2

/** The uniform negatives of a batch, as far as the catalog allows what the settings ask for. */
export interface Negatives {
  /** M, drawn for a batch */
  draws: number
  /** entries that they are drawn from; 0 = all that are known */
  pool: number
  /** what the settings ask for and the catalog does not allow, in one sentence */
  note?: string
}

/**
 * A small catalog is no reason not to train: no more negatives are drawn, and from no larger a pool, than entries are
 * known.
 * @param known entries known at the end of training
 * @throws UserError when the pool is set to fewer entries than are drawn from it
 */
export function negativesFor(
  { uniformNegatives, negativePool }: Pick<TrainConfig, 'uniformNegatives' | 'negativePool'>,
  known: number,
): Negatives {
  if (negativePool > 0 && negativePool < Math.min(uniformNegatives, known)) {
    throw new UserError(
      `train.negativePool is ${negativePool}, smaller than the ${uniformNegatives} uniform negatives of a batch.`,
      `Set train.negativePool to ${uniformNegatives} or more, or to 0 for the whole corpus.`,
    )
  }
  const draws = Math.min(uniformNegatives, known)
  const pool = negativePool > known ? 0 : negativePool
  const less = [
    ...(draws < uniformNegatives ? [`${count(draws)} uniform negatives a batch, not ${count(uniformNegatives)}`] : []),
    ...(pool < negativePool ? [`a pool of ${count(known)}, not ${count(negativePool)}`] : []),
  ]
  if (uniformNegatives === 0 || less.length === 0) return { draws, pool }
  return { draws, pool, note: `${less.join(', and ')}: no more entries are known` }
}

/** Entries first seen by the limit (unix seconds), ascending. */
export function knownEntries(first: Uint32Array, limit: number): number[] {
  const known: number[] = []
  for (let i = 0; i < first.length; i++) if (first[i] <= limit) known.push(i)
  return known
}

/** The pool S that uniform negatives are drawn from: all known entries, or `size` of them chosen by the seed. */
export function createPool(entries: readonly number[], size: number, seed: number): Uint32Array {
  const known = Uint32Array.from(entries)
  if (size === 0) return known
  const rng = new Rng(seed, POOL_STREAM)
  for (let k = 0; k < size; k++) {
    const other = k + rng.int(known.length - k)
    const x = known[k]
    known[k] = known[other]
    known[other] = x
  }
  return known.slice(0, size).sort()
}

/**
 * log Q of every entry: Q(j) = (R - 1) * p(j) + M * [j in S] / |S|, the expected count of j among the candidates of a
 * batch other than a row's own positive. -Infinity where an entry can never be a candidate.
 */
export function logExpectedCount(probability: Float64Array, R: number, M: number, pool: Uint32Array): Float32Array {
  const q = probability.map((p) => (R - 1) * p)
  if (M > 0) for (const j of pool) q[j] += M / pool.length
  return Float32Array.from(q, Math.log)
}
