import type { Positives } from './positives.js'
import type { Ranges, SlotFinder } from './slots.js'

/** What the sampler draws from one class of history lengths. */
export interface LengthClass {
  /** longest history (events) of the class */
  length: number
  /**
   * [users] expected share of a user's draws that fall in this class: sums to 1 over the classes of an eligible user
   */
  userMass: Float64Array
  /** sum of userMass: the classes' masses sum to the number of eligible users */
  mass: number
  /** [entries] expected share of draws that are positives of this entry; sums to mass */
  entryMass: Float64Array
}

/**
 * What the sampler draws, exactly, by one pass over all users: an eligible user has mass 1, spread over its slots by
 * weight; a slot's mass is spread evenly over its range (draws without replacement, repeated, are even in
 * expectation). For dense-all-action that range holds positions, and a position's mass is spread over its positives.
 * Ranges are contiguous, so all of it is prefix sums: O(events + slots).
 *
 * @param lengths upper bounds of the classes, ascending; a history longer than the last belongs to the last
 * @returns the classes, and how many positives any draw may be of
 */
export function samplingMass(
  finder: SlotFinder,
  positive: Positives,
  users: number,
  lengths: readonly number[],
  offsets: Uint32Array,
): { classes: LengthClass[]; positives: number } {
  let positives = 0
  const classes = lengths.map((length): LengthClass => ({
    length,
    userMass: new Float64Array(users),
    mass: 0,
    entryMass: new Float64Array(positive.entries),
  }))
  const share = new Float64Array(finder.slots.weight.length)
  const onPositions = new Float64Array(finder.positions.row.length)
  const onPositives = new Float64Array(finder.positives.row.length)
  for (let u = 0; u < users; u++) {
    const n = finder.find(u)
    if (n === 0) continue
    positives += covered(finder.dense ? finder.positions : finder.slots)
    let total = 0
    for (let k = 0; k < n; k++) total += finder.slots.weight[k]
    for (let k = 0; k < n; k++) share[k] = finder.slots.weight[k] / total
    let from = 0
    for (const c of classes) {
      const to = classEnd(finder, from, offsets[u], c.length, c === classes[classes.length - 1])
      if (from === to) continue
      for (let k = from; k < to; k++) c.userMass[u] += share[k]
      c.mass += c.userMass[u]
      if (finder.dense) {
        spread(share, finder.slots, from, to, onPositions, finder.positions.count)
        spread(onPositions, finder.positions, 0, finder.positions.count, onPositives, finder.positives.count)
      } else {
        spread(share, finder.slots, from, to, onPositives, finder.positives.count)
      }
      for (let k = 0; k < finder.positives.count; k++)
        c.entryMass[positive.entry[finder.positives.row[k]]] += onPositives[k]
      from = to
    }
  }
  return { classes, positives }
}

/** How many places lie in any of the ranges. */
function covered({ count, first, last }: Ranges): number {
  let sum = 0
  for (let k = 0, end = 0; k < count; end = Math.max(end, last[k++]))
    sum += Math.max(0, last[k] - Math.max(end, first[k]))
  return sum
}

/**
 * The end of the run of slots, starting at `from`, whose histories are no longer than `length`: slots are ordered by
 * it.
 */
export function classEnd(finder: SlotFinder, from: number, start: number, length: number, last: boolean): number {
  const { count, end } = finder.slots
  if (last) return count
  let to = from
  while (to < count && end[to] - start <= length) to++
  return to
}

/** out[x] = sum over k in [from, to) with x in range k of mass[k] / size of range k. */
function spread(mass: Float64Array, ranges: Ranges, from: number, to: number, out: Float64Array, size: number): void {
  let sum = 0
  let opened = from
  let closed = from
  for (let x = 0; x < size; x++) {
    while (closed < opened && ranges.last[closed] <= x) {
      sum -= mass[closed] / (ranges.last[closed] - ranges.first[closed])
      closed++
    }
    // all ranges closed: no rounding may be left over
    if (closed === opened) sum = 0
    while (opened < to && ranges.first[opened] <= x) {
      sum += mass[opened] / (ranges.last[opened] - ranges.first[opened])
      opened++
    }
    out[x] = sum
  }
}
