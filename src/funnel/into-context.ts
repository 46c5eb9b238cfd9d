import type { InContext, VectorHybrid } from '../retrieve/vector-hybrid.js'

/** Probabilities are kept this far from 0 and 1. */
const EDGE = 1e-7
/** Halvings of the range in which the common shift is looked for. */
const HALVINGS = 40

/**
 * Probabilities [candidates] of conversions in the context of a request. The light ranker knows none; the item model
 * does, and what it learned of an item j in it is the ratio of its two softmaxes:
 *
 *     log-odds p'(j) = log-odds p(j) + weight ( cos(u', g(j)) / tau' - cos(u, g(j)) / tau ) - c
 *
 * with c such that the probabilities of all items together stay what they were: a context moves wants, and adds none.
 * Candidates that are no items keep theirs.
 *
 * @param entries [candidates] items by index, -1 = none
 * @param stored the item run's user vector without a context
 */
export function takeIntoContext(
  probabilities: Float32Array,
  entries: Int32Array,
  items: Pick<VectorHybrid, 'cosine'>,
  stored: Float32Array,
  { vector, temperatures }: InContext,
  weight: number,
): Float32Array {
  const rows = Int32Array.from(entries.keys()).filter((c) => entries[c] >= 0)
  if (rows.length === 0 || weight === 0) return probabilities
  const logOdds = Float64Array.from(rows, (c) => {
    const p = Math.min(1 - EDGE, Math.max(EDGE, probabilities[c]))
    const { alone, inContext } = temperatures
    const lift = items.cosine(vector, entries[c]) / inContext - items.cosine(stored, entries[c]) / alone
    return Math.log(p / (1 - p)) + weight * lift
  })
  const total = rows.reduce((sum, c) => sum + probabilities[c], 0)
  const sumAt = (c: number): number => logOdds.reduce((sum, x) => sum + 1 / (1 + Math.exp(c - x)), 0)
  let [low, high] = [Math.min(...logOdds) - 20, Math.max(...logOdds) + 20]
  for (let n = 0; n < HALVINGS; n++) {
    const middle = (low + high) / 2
    if (sumAt(middle) > total) low = middle
    else high = middle
  }
  const moved = probabilities.slice()
  rows.forEach((c, i) => (moved[c] = 1 / (1 + Math.exp(low - logOdds[i]))))
  return moved
}
