import { UserError } from '../core/errors.js'
import { Rng } from '../core/rng.js'

const POOL_STREAM = 2

/**
 * The pool S that uniform negatives are drawn from: all entries first seen by the limit, or `size` of them chosen at
 * random by the seed.
 * @throws UserError when the pool would have fewer entries than `draws` negatives, or than `size`
 */
export function createPool(first: Uint32Array, limit: number, size: number, draws: number, seed: number): Uint32Array {
  const known: number[] = []
  for (let i = 0; i < first.length; i++) if (first[i] <= limit) known.push(i)
  if (draws > 0 && known.length < draws) {
    throw new UserError(
      `The corpus has ${known.length} entries at the end of training, fewer than the ${draws} uniform negatives ` +
        'of a batch.',
      `Set train.uniformNegatives to ${known.length} or less.`,
    )
  }
  if (size > 0 && size > known.length) {
    throw new UserError(
      `train.negativePool is ${size}, but only ${known.length} entries are known at the end of training.`,
      `Set train.negativePool to ${known.length} or less, or to 0 for the whole corpus.`,
    )
  }
  if (size > 0 && size < draws) {
    throw new UserError(
      `train.negativePool is ${size}, smaller than the ${draws} uniform negatives of a batch.`,
      `Set train.negativePool to ${draws} or more, or to 0 for the whole corpus.`,
    )
  }
  if (size === 0) return Uint32Array.from(known)
  const rng = new Rng(seed, POOL_STREAM)
  for (let k = 0; k < size; k++) {
    const other = k + rng.int(known.length - k)
    const x = known[k]
    known[k] = known[other]
    known[other] = x
  }
  return Uint32Array.from(known.slice(0, size)).sort()
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
