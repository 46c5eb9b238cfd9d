import { bestPlaces } from '../core/best-places.js'

/** A sum that nothing was added to: weights are never negative. */
const UNTOUCHED = -1

/** Sums of weights by entry, for one user after another: only what was touched is cleared. */
export class Tally {
  /** entries that something was added to, in that order; `size` of them */
  readonly entries: Int32Array
  size = 0
  private readonly sums: Float64Array
  /** the best of what was last listed, until something is added */
  private listed: { entries: Int32Array; scores: Float64Array } | undefined

  /** @param entries how many there are */
  constructor(entries: number) {
    this.entries = new Int32Array(entries)
    this.sums = new Float64Array(entries).fill(UNTOUCHED)
  }

  clear(): this {
    const { entries, sums, size } = this
    for (let i = 0; i < size; i++) sums[entries[i]] = UNTOUCHED
    this.size = 0
    this.listed = undefined
    return this
  }

  /** @param weight at least 0 */
  add(entry: number, weight: number): void {
    this.listed = undefined
    const sum = this.sums[entry]
    if (sum === UNTOUCHED) {
      this.entries[this.size++] = entry
      this.sums[entry] = weight
    } else this.sums[entry] = sum + weight
  }

  /** The sum of an entry; 0 where nothing was added. */
  get(entry: number): number {
    const sum = this.sums[entry]
    return sum === UNTOUCHED ? 0 : sum
  }

  /** The n entries of the highest sums, best first, of equal ones the lower entry. */
  best(n: number): { entries: Int32Array; scores: Float64Array; complete: boolean } {
    const { size } = this
    // who asks again asks for twice as many
    if (!this.listed || this.listed.entries.length < Math.min(n, size)) this.listed = this.list(2 * n)
    const { entries, scores } = this.listed
    return { entries: entries.subarray(0, n), scores: scores.subarray(0, n), complete: size <= n }
  }

  private list(n: number): { entries: Int32Array; scores: Float64Array } {
    const { entries, sums, size } = this
    const values = new Float64Array(size)
    for (let i = 0; i < size; i++) values[i] = sums[entries[i]]
    const places = bestPlaces(values, entries, n, size)
    const found = { entries: new Int32Array(places.length), scores: new Float64Array(places.length) }
    for (let i = 0; i < places.length; i++) {
      found.entries[i] = entries[places[i]]
      found.scores[i] = values[places[i]]
    }
    return found
  }
}
