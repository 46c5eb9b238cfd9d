import type { Draw } from './sampler.js'

/**
 * Which candidates are in a row's denominator: a mask [R, C] of 1 and 0.
 *
 * 0 for the entry of the row's positive in another column, for every other entry that the row could have drawn as its
 * positive (the user's other positives), and for entries first seen after the row's anchor, so that no row is told of
 * an entry from its future. 1 for the row's own positive (column r), and for all else.
 */
export class CandidateMask {
  /** the last window in which an entry was a positive */
  private readonly stamp: Int32Array
  private stamps = 0

  /** @param first unix seconds at which each entry was first seen */
  constructor(private readonly first: Uint32Array) {
    this.stamp = new Int32Array(first.length)
  }

  fill(draw: Draw, candidates: Int32Array): Float32Array {
    const { first, stamp } = this
    const R = draw.entry.length
    const C = candidates.length
    const mask = new Float32Array(R * C)
    const seen = Float64Array.from(candidates, (entry) => first[entry])
    for (let r = 0; r < R; r++) {
      const same = r > 0 && draw.windowFrom[r] === draw.windowFrom[r - 1] && draw.moment[r] === draw.moment[r - 1]
      if (same) {
        // rows of one window differ in their own column only
        mask.copyWithin(r * C, (r - 1) * C, r * C)
        mask[r * C + r - 1] = 0
      } else {
        const mark = this.nextStamp()
        for (let k = draw.windowFrom[r]; k < draw.windowTo[r]; k++) stamp[draw.windowEntries[k]] = mark
        for (let c = 0; c < C; c++) if (seen[c] <= draw.moment[r] && stamp[candidates[c]] !== mark) mask[r * C + c] = 1
      }
      mask[r * C + r] = 1
    }
    return mask
  }

  private nextStamp(): number {
    if (this.stamps === 0x7fffffff) {
      this.stamp.fill(0)
      this.stamps = 0
    }
    return ++this.stamps
  }
}
