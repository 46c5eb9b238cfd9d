/** Moments of each entry in order, to be counted up to any time by binary search. */
export class Timeline {
  private readonly offsets: Float64Array
  /** entry by entry, ascending within an entry */
  private readonly times: Uint32Array
  private readonly all: Uint32Array

  /**
   * @param entry [n] the entry of each moment, -1 = none @param time [n] unix seconds @param length how many of the n
   * count
   */
  constructor(entries: number, entry: Int32Array, time: Uint32Array, length = entry.length) {
    this.offsets = new Float64Array(entries + 1)
    for (let k = 0; k < length; k++) if (entry[k] >= 0) this.offsets[entry[k] + 1]++
    for (let i = 0; i < entries; i++) this.offsets[i + 1] += this.offsets[i]
    this.times = new Uint32Array(this.offsets[entries])
    const at = this.offsets.slice(0, entries)
    for (let k = 0; k < length; k++) if (entry[k] >= 0) this.times[at[entry[k]]++] = time[k]
    this.all = this.times.slice().sort()
    for (let i = 0; i < entries; i++)
      if (this.offsets[i + 1] - this.offsets[i] > 1) this.times.subarray(this.offsets[i], this.offsets[i + 1]).sort()
  }

  /** Moments of an entry up to t. */
  count(entry: number, t: number): number {
    return firstAbove(this.times, this.offsets[entry], this.offsets[entry + 1], t) - this.offsets[entry]
  }

  /** Moments of all entries up to t. */
  total(t: number): number {
    return firstAbove(this.all, 0, this.all.length, t)
  }

  /** The first moment of every entry that has one, in no order. */
  firsts(): Uint32Array {
    const firsts: number[] = []
    for (let i = 0; i + 1 < this.offsets.length; i++)
      if (this.offsets[i] < this.offsets[i + 1]) firsts.push(this.times[this.offsets[i]])
    return Uint32Array.from(firsts)
  }
}

/** The first index in [from, to) of a value above t, or `to`. */
function firstAbove(sorted: Uint32Array, from: number, to: number, t: number): number {
  let lo = from
  let hi = to
  while (lo < hi) {
    const mid = Math.floor((lo + hi) / 2)
    if (sorted[mid] <= t) lo = mid + 1
    else hi = mid
  }
  return lo
}
