import type { Rng } from '../core/rng.js'
import type { Snapshot } from '../features/snapshot.js'
import type { LengthBucket } from './sampling-buckets.js'
import type { Positives } from './positives.js'
import { classEnd } from './sampling-probability.js'
import type { SlotFinder } from './slots.js'

/** The sequences and rows of one batch. */
export interface Draw {
  /** per sequence: user, end (exclusive) of its history among the event rows, moment it is seen from (unix seconds) */
  users: Uint32Array
  ends: Uint32Array
  anchors: Float64Array
  /** per row: user, and end of the row's own history: for dense-all-action it ends inside that of the sequence */
  rows: { users: Uint32Array; ends: Uint32Array }
  /** per row: entry of the positive, its label weight, index of the row's output, moment of the row's own anchor */
  entry: Int32Array
  /** per row: event row of the positive */
  event: Uint32Array
  weight: Float32Array
  output: Int32Array
  moment: Float64Array
  /** per row: windowEntries[windowFrom[r] .. windowTo[r]) are all positives that the row could have drawn */
  windowFrom: Int32Array
  windowTo: Int32Array
  windowEntries: number[]
}

/**
 * Draws the sequences and positives of a batch: S users of the bucket in proportion to their mass, a slot of each by
 * weight, and P draws from each slot: positives, or for dense-all-action positions and a positive of each. Draws are
 * without replacement while they last, then all over again. `samplingMass` says what this draws in expectation.
 */
export class Sampler {
  private readonly order: Int32Array

  constructor(
    private readonly snapshot: Snapshot,
    private readonly finder: SlotFinder,
    private readonly positive: Positives,
    private readonly options: { maxLength: number; positivesPerAnchor: number },
  ) {
    this.order = new Int32Array(finder.positives.row.length)
  }

  /** @param S sequences; the draw has S * positivesPerAnchor rows, those of sequence s together */
  draw(bucket: LengthBucket, S: number, rng: Rng): Draw {
    const P = this.options.positivesPerAnchor
    const out: Draw = {
      users: new Uint32Array(S),
      ends: new Uint32Array(S),
      anchors: new Float64Array(S),
      rows: { users: new Uint32Array(S * P), ends: new Uint32Array(S * P) },
      entry: new Int32Array(S * P),
      event: new Uint32Array(S * P),
      weight: new Float32Array(S * P),
      output: new Int32Array(S * P),
      moment: new Float64Array(S * P),
      windowFrom: new Int32Array(S * P),
      windowTo: new Int32Array(S * P),
      windowEntries: [],
    }
    for (let s = 0; s < S; s++) {
      const user = bucket.users[rng.fromCumulative(bucket.cumulative)]
      this.finder.find(user)
      const slot = this.drawSlot(bucket, this.snapshot.offsets[user], rng)
      out.users[s] = user
      out.ends[s] = this.finder.slots.end[slot]
      out.anchors[s] = this.finder.slots.time[slot]
      if (this.finder.dense) this.drawPositions(out, bucket.length, s, slot, rng)
      else this.drawPositives(out, s, slot, rng)
    }
    return out
  }

  private drawSlot(bucket: LengthBucket, start: number, rng: Rng): number {
    const { weight } = this.finder.slots
    const from = classEnd(this.finder, 0, start, bucket.above, false)
    const to = classEnd(this.finder, from, start, bucket.length, bucket.length >= this.options.maxLength)
    let sum = 0
    for (let k = from; k < to; k++) sum += weight[k]
    let x = rng.uniform() * sum
    for (let k = from; k < to - 1; k++) {
      x -= weight[k]
      if (x < 0) return k
    }
    return to - 1
  }

  private drawPositives(out: Draw, s: number, slot: number, rng: Rng): void {
    const { slots } = this.finder
    const P = this.options.positivesPerAnchor
    const [windowFrom, windowTo] = this.addWindow(out, slots.first[slot], slots.last[slot])
    this.drawInRounds(slots.first[slot], slots.last[slot], P, rng, (k, p) => {
      const r = s * P + p
      this.setRow(out, r, k, windowFrom, windowTo)
      out.output[r] = s
      out.rows.users[r] = out.users[s]
      out.rows.ends[r] = out.ends[s]
      out.moment[r] = slots.time[slot]
    })
  }

  private drawPositions(out: Draw, T: number, s: number, slot: number, rng: Rng): void {
    const { slots, positions } = this.finder
    const P = this.options.positivesPerAnchor
    this.drawInRounds(slots.first[slot], slots.last[slot], P, rng, (position, p) => {
      const r = s * P + p
      const [first, last] = [positions.first[position], positions.last[position]]
      const [windowFrom, windowTo] = this.addWindow(out, first, last)
      this.setRow(out, r, first + rng.int(last - first), windowFrom, windowTo)
      const row = positions.row[position]
      out.output[r] = s * T + T - (slots.end[slot] - row)
      out.moment[r] = this.snapshot.eventTime[row]
      out.rows.users[r] = out.users[s]
      out.rows.ends[r] = row + 1
    })
  }

  private setRow(out: Draw, r: number, k: number, windowFrom: number, windowTo: number): void {
    const e = this.finder.positives.row[k]
    out.event[r] = e
    out.entry[r] = this.positive.entry[e]
    out.weight[r] = this.positive.weight[this.snapshot.eventType[e]]
    out.windowFrom[r] = windowFrom
    out.windowTo[r] = windowTo
  }

  private addWindow(out: Draw, first: number, last: number): [number, number] {
    const from = out.windowEntries.length
    for (let k = first; k < last; k++) out.windowEntries.push(this.positive.entry[this.finder.positives.row[k]])
    return [from, out.windowEntries.length]
  }

  /**
   * Calls `take` with `draws` members of [first, last): random permutations one after another, the last one cut off.
   */
  private drawInRounds(
    first: number,
    last: number,
    draws: number,
    rng: Rng,
    take: (k: number, draw: number) => void,
  ): void {
    const n = last - first
    for (let k = 0; k < n; k++) this.order[k] = first + k
    for (let d = 0; d < draws; d++) {
      const at = d % n
      const other = at + rng.int(n - at)
      const k = this.order[other]
      this.order[other] = this.order[at]
      this.order[at] = k
      take(k, d)
    }
  }
}
