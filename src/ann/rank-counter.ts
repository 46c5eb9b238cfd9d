import { notFinite } from './not-finite.js'

/** Equal steps that the range of the positives' scores is cut into. */
const BUCKETS = 1024
/** Every STRIDE-th entry is looked at first, to guess which scores are too low to matter. */
const STRIDE = 64

/**
 * Counts ranks in one row of scores without sorting it:
 *
 *     rank = 1 + entries scored strictly above + half of the other entries with an equal score
 *
 * The positives' scores cut the row's range into bins; one pass drops every entry into its bin (a table of equal
 * steps finds the bin in about one comparison), and sums from the top give the ranks. With a limit, most entries are
 * passed over by one comparison: those below a score that more than enough entries of a sample reach.
 */
export class RankCounter {
  /** sorted distinct scores of the positives that are counted, m of them */
  private levels = new Float32Array(64)
  private m = 0
  private readonly first = new Uint16Array(BUCKETS + 1)
  private low = 0
  private high = 0
  private scale = 0
  /** entries between levels[i - 1] (or low) and levels[i] */
  private between = new Int32Array(64)
  private equal = new Int32Array(64)
  private above = 0
  private heap = new Float32Array(64)

  /** @param limit ranks above it are given as Infinity */
  constructor(private readonly limit = Infinity) {}

  /**
   * Ranks of `positives` (entries of the row; -1 = not an entry, rank Infinity) into `ranks`. With `without` (distinct
   * entries, for instance the user's own history), `ranksWithout` gets the ranks among the other entries, Infinity for
   * positives that are themselves left out.
   * @throws when a score of the row is not finite
   */
  count(
    row: Float32Array,
    positives: Int32Array,
    ranks: Float64Array,
    without?: Int32Array,
    ranksWithout?: Float64Array,
  ): void {
    const needed = this.limit + (without?.length ?? 0)
    const cut = this.cut(row, needed)
    const dropped = this.prepare(row, positives, cut)
    this.pass(row)
    if (dropped && this.counted() < needed) {
      // the sample misled: fewer entries than the limit reach the cut
      this.prepare(row, positives, -Infinity)
      this.pass(row)
    }
    this.read(row, positives, ranks)
    if (!without || !ranksWithout) return
    for (let i = 0; i < without.length; i++) this.remove(row[without[i]])
    this.read(row, positives, ranksWithout)
    const left = new Set(without)
    for (let i = 0; i < positives.length; i++) if (left.has(positives[i])) ranksWithout[i] = Infinity
  }

  /** A score that probably more than `needed` entries reach, from a sample; -Infinity where it would save little. */
  private cut(row: Float32Array, needed: number): number {
    const samples = Math.floor(row.length / STRIDE)
    const n = Math.ceil((needed / STRIDE) * 1.5) + 16
    if (n * 4 > samples) return -Infinity
    if (this.heap.length < n) this.heap = new Float32Array(n * 2)
    return nthLargest(row, samples, n, this.heap)
  }

  /** Bins for the positives that reach the cut. Returns whether some do not. */
  private prepare(row: Float32Array, positives: Int32Array, cut: number): boolean {
    if (this.levels.length <= positives.length) {
      this.levels = new Float32Array(positives.length * 2 + 1)
      this.between = new Int32Array(positives.length * 2 + 1)
      this.equal = new Int32Array(positives.length * 2 + 1)
    }
    const levels = this.levels
    let n = 0
    let dropped = false
    for (let i = 0; i < positives.length; i++) {
      if (positives[i] < 0) continue
      const x = row[positives[i]]
      if (x < cut) dropped = true
      else levels[n++] = x
    }
    levels.subarray(0, n).sort()
    this.m = 0
    for (let i = 0; i < n; i++) if (this.m === 0 || levels[i] !== levels[this.m - 1]) levels[this.m++] = levels[i]
    if (this.m > 65535)
      throw new Error(`${this.m} distinct scores of positives in one row are more than the bin table holds`)
    this.low = dropped ? cut : this.m > 0 ? levels[0] : Infinity
    this.high = this.m > 0 ? levels[this.m - 1] : this.low
    this.scale = this.high > this.low ? (BUCKETS - 1) / (this.high - this.low) : 0
    let at = 0
    for (let b = 0; b < BUCKETS; b++) {
      while (at < this.m && (((levels[at] - this.low) * this.scale) | 0) < b) at++
      this.first[b] = at
    }
    this.between.fill(0, 0, this.m + 1)
    this.equal.fill(0, 0, this.m + 1)
    this.above = 0
    return dropped
  }

  private pass(row: Float32Array): void {
    const { levels, first, low, high, scale, between, equal } = this
    let [above, lowest] = [0, 0]
    for (let e = 0; e < row.length; e++) {
      const x = row[e]
      // most entries leave here: below what matters, or in the large tie of entries that nothing is known about
      if (x <= low) {
        if (x === low) lowest++
        else if (x === -Infinity) notFinite(x, e)
        continue
      }
      if (x > high) {
        if (x === Infinity) notFinite(x, e)
        above++
        continue
      }
      if (x - x !== 0) notFinite(x, e)
      let i = first[((x - low) * scale) | 0]
      while (levels[i] < x) i++
      if (levels[i] === x) equal[i]++
      else between[i]++
    }
    if (lowest > 0 && low - low !== 0) notFinite(low, row.indexOf(low))
    if (levels[0] === low && this.m > 0) equal[0] += lowest
    else between[0] += lowest
    this.above = above
  }

  /** Entries that the last pass counted: those that score low or better. */
  private counted(): number {
    let n = this.above
    for (let i = 0; i <= this.m; i++) n += this.between[i] + this.equal[i]
    return n
  }

  private remove(x: number): void {
    if (x < this.low) return
    if (x > this.high) {
      this.above--
      return
    }
    const i = this.find(x)
    if (this.levels[i] === x) this.equal[i]--
    else this.between[i]--
  }

  private find(x: number): number {
    let i = this.first[((x - this.low) * this.scale) | 0]
    while (this.levels[i] < x) i++
    return i
  }

  private read(row: Float32Array, positives: Int32Array, ranks: Float64Array): void {
    const { m, between, equal } = this
    // entries strictly above each level, from the highest level down
    const higher = new Float64Array(m)
    let sum = this.above
    for (let i = m - 1; i >= 0; i--) {
      higher[i] = sum
      sum += equal[i] + between[i]
    }
    for (let p = 0; p < positives.length; p++) {
      const x = positives[p] < 0 ? -Infinity : row[positives[p]]
      if (x < this.low) {
        ranks[p] = Infinity
        continue
      }
      const i = this.find(x)
      const rank = 1 + higher[i] + (equal[i] - 1) / 2
      ranks[p] = rank <= this.limit ? rank : Infinity
    }
  }
}

/**
 * The n-th largest of `samples` scores, every STRIDE-th of the row, by a heap of the n largest with the least on top.
 */
function nthLargest(row: Float32Array, samples: number, n: number, heap: Float32Array): number {
  heap.fill(-Infinity, 0, n)
  for (let s = 0; s < samples; s++) {
    const x = row[s * STRIDE]
    if (!(x > heap[0])) continue
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= n) break
      if (child + 1 < n && heap[child + 1] < heap[child]) child++
      if (heap[child] >= x) break
      heap[i] = heap[child]
      i = child
    }
    heap[i] = x
  }
  return heap[0]
}
