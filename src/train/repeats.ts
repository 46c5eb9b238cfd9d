import type { Snapshot } from '../features/snapshot.js'
import type { Draw } from './sampler.js'

/**
 * Scales the weight of every row whose positive the user had dealt with before the row's own anchor. What people buy
 * again fills most windows, yet their own history tells it as well as any model does; a weight below 1 leaves the loss
 * to what is new to them.
 */
export class RepeatWeights {
  private readonly owner: Int32Array
  /** event row at which the user of the stamp first dealt with an entry */
  private readonly first: Uint32Array
  private stamps = 0

  /** @param entryOfEvent [events] the entry that each event is about, -1 = none */
  constructor(private readonly snapshot: Pick<Snapshot, 'offsets'>, private readonly entryOfEvent: Int32Array, entries: number, private readonly weight: number) {
    this.owner = new Int32Array(entries)
    this.first = new Uint32Array(entries)
  }

  apply(draw: Draw): void {
    if (this.weight === 1) return
    const { owner, first, entryOfEvent } = this
    const rows = draw.entry.length / draw.users.length
    draw.users.forEach((user, s) => {
      const stamp = ++this.stamps
      for (let e = this.snapshot.offsets[user]; e < draw.ends[s]; e++) {
        const entry = entryOfEvent[e]
        if (entry < 0 || owner[entry] === stamp) continue
        owner[entry] = stamp
        first[entry] = e
      }
      for (let r = s * rows; r < (s + 1) * rows; r++) {
        const entry = draw.entry[r]
        if (owner[entry] === stamp && first[entry] < draw.rows.ends[r]) draw.weight[r] *= this.weight
      }
    })
  }
}
