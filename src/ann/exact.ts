import { hashInt } from '../core/hash.js'

const BUCKETS = 1024

/**
 * Counts ranks in one row of scores without sorting it:
 *
 *     rank = 1 + entries scored strictly above + half of the other entries with an equal score
 *
 * The positives' scores cut the row's range into bins; one pass drops every entry into its bin (a table of equal
 * steps finds the bin in about one comparison), and sums from the top give the ranks.
 */
export class RankCounter {
  private levels = new Float32Array(64)
  private m = 0
  private readonly first = new Uint16Array(BUCKETS + 1)
  private low = 0
  private high = 0
  private scale = 0
  /** entries between levels[i - 1] and levels[i] */
  private between = new Int32Array(64)
  private equal = new Int32Array(64)
  private above = 0

  /**
   * Ranks of `positives` (entries of the row; -1 = not an entry, rank Infinity) into `ranks`. With `without` (distinct
   * entries, for instance the user's own history), `ranksWithout` gets the ranks among the other entries, Infinity for
   * positives that are themselves left out.
   * @throws when a score of the row is not finite
   */
  count(row: Float32Array, positives: Int32Array, ranks: Float64Array, without?: Int32Array, ranksWithout?: Float64Array): void {
    this.prepare(row, positives)
    this.pass(row)
    this.read(row, positives, ranks)
    if (!without || !ranksWithout) return
    for (let i = 0; i < without.length; i++) this.remove(row[without[i]])
    this.read(row, positives, ranksWithout)
    const left = new Set(without)
    for (let i = 0; i < positives.length; i++) if (left.has(positives[i])) ranksWithout[i] = Infinity
  }

  /** Sorted distinct scores of the positives, and for each step of the range the first of them that lies in it. */
  private prepare(row: Float32Array, positives: Int32Array): void {
    if (this.levels.length < positives.length) {
      this.levels = new Float32Array(positives.length * 2)
      this.between = new Int32Array(positives.length * 2)
      this.equal = new Int32Array(positives.length * 2)
    }
    const levels = this.levels
    let n = 0
    for (let i = 0; i < positives.length; i++) if (positives[i] >= 0) levels[n++] = row[positives[i]]
    levels.subarray(0, n).sort()
    this.m = 0
    for (let i = 0; i < n; i++) if (this.m === 0 || levels[i] !== levels[this.m - 1]) levels[this.m++] = levels[i]
    if (this.m > 65535) throw new Error(`${this.m} distinct scores of positives in one row are more than the bin table holds`)
    this.low = this.m > 0 ? levels[0] : Infinity
    this.high = this.m > 0 ? levels[this.m - 1] : Infinity
    this.scale = this.high > this.low ? (BUCKETS - 1) / (this.high - this.low) : 0
    let at = 0
    for (let b = 0; b < BUCKETS; b++) {
      while (at < this.m && (((levels[at] - this.low) * this.scale) | 0) < b) at++
      this.first[b] = at
    }
    this.between.fill(0, 0, this.m)
    this.equal.fill(0, 0, this.m)
    this.above = 0
  }

  private pass(row: Float32Array): void {
    const { levels, first, low, high, scale, between, equal } = this
    let above = 0
    for (let e = 0; e < row.length; e++) {
      const x = row[e]
      if (x < low) {
        if (x === -Infinity) notFinite(x, e)
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
    this.above = above
  }

  private remove(x: number): void {
    if (this.m === 0 || x < this.low) return
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
      if (positives[p] < 0) {
        ranks[p] = Infinity
        continue
      }
      const i = this.find(row[positives[p]])
      ranks[p] = 1 + higher[i] + (equal[i] - 1) / 2
    }
  }
}

/** The K best entries of a row; equal scores are ordered by a hash of the entry that depends on the seed alone. */
export class TopK {
  /** entries of the last row, best first */
  readonly entries: Int32Array
  readonly scores: Float32Array
  private readonly heapScores: Float32Array
  private readonly heapKeys: Uint32Array
  private readonly heapEntries: Int32Array

  constructor(readonly k: number, private readonly seed: number) {
    this.entries = new Int32Array(k)
    this.scores = new Float32Array(k)
    this.heapScores = new Float32Array(k)
    this.heapKeys = new Uint32Array(k)
    this.heapEntries = new Int32Array(k)
  }

  /**
   * Fills entries and scores from a row, leaving out entries e with skip[e] = 1. Returns how many there are: k, or
   * fewer where the row has fewer.
   * @throws when a score of the row is not finite
   */
  select(row: Float32Array, skip?: Uint8Array): number {
    let size = 0
    let worst = -Infinity
    for (let e = 0; e < row.length; e++) {
      const x = row[e]
      if (x < worst && x !== -Infinity) continue
      if (x - x !== 0) notFinite(x, e)
      if (skip !== undefined && skip[e] === 1) continue
      const key = hashInt(e, this.seed)
      if (size < this.k) {
        this.up(size++, x, key, e)
        if (size === this.k) worst = this.heapScores[0]
      } else if (this.k > 0 && this.worse(0, x, key, e)) {
        this.down(this.k, x, key, e)
        worst = this.heapScores[0]
      }
    }
    return this.sort(size)
  }

  /** Is heap slot i worse than the candidate? */
  private worse(i: number, score: number, key: number, entry: number): boolean {
    const s = this.heapScores[i]
    if (s !== score) return s < score
    const h = this.heapKeys[i]
    return h !== key ? h > key : this.heapEntries[i] > entry
  }

  private put(i: number, score: number, key: number, entry: number): void {
    this.heapScores[i] = score
    this.heapKeys[i] = key
    this.heapEntries[i] = entry
  }

  private move(to: number, from: number): void {
    this.put(to, this.heapScores[from], this.heapKeys[from], this.heapEntries[from])
  }

  /** Adds at the end of a heap whose root is its worst. */
  private up(i: number, score: number, key: number, entry: number): void {
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (this.worse(parent, score, key, entry)) break
      this.move(i, parent)
      i = parent
    }
    this.put(i, score, key, entry)
  }

  /** Replaces the root of a heap of `size`. */
  private down(size: number, score: number, key: number, entry: number): void {
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= size) break
      if (child + 1 < size && this.worse(child + 1, this.heapScores[child], this.heapKeys[child], this.heapEntries[child])) child++
      if (!this.worse(child, score, key, entry)) break
      this.move(i, child)
      i = child
    }
    this.put(i, score, key, entry)
  }

  private sort(size: number): number {
    for (let n = size; n > 0; n--) {
      this.entries[n - 1] = this.heapEntries[0]
      this.scores[n - 1] = this.heapScores[0]
      this.down(n - 1, this.heapScores[n - 1], this.heapKeys[n - 1], this.heapEntries[n - 1])
    }
    return size
  }
}

function notFinite(score: number, entry: number): never {
  throw new Error(`The score of entry ${entry} is ${score}: scores must be finite.`)
}
