import { DAY } from '../core/time.js'
import { firstSeen, type Snapshot } from '../features/snapshot.js'
import type { Catalog } from '../protocol/catalog.js'
import { conversionCounts } from '../retrieve/popularity.js'
import type { Queries } from '../protocol/queries.js'
import type { LevelSet } from '../protocol/evaluation-set.js'
import { count } from '../text/numbers.js'

/** head and torso end where the most popular entries make up this share of all conversions up to the cutoff */
const HEAD = 0.5
const TORSO = 0.9
/** days since an entry was first seen, upper bounds */
const AGES = [7, 30, 90]

/** One way to part the positives of a level. */
export interface Dimension {
  name: 'activity' | 'popularity' | 'age'
  /** what the slices are, for people */
  labels: string[]
  /** index of the label of every positive of the level */
  of: Uint8Array
}

/** What one slice holds, and how much of it was found. */
export interface Slice {
  label: string
  /** users with a positive in it */
  users: number
  positives: number
  recall: Record<string, number>
}

/**
 * Parts the positives of a level three ways: by the events of the user's history (terciles of the users), by the
 * popularity of the entry (head: the entries that make up the first half of all conversions up to t; torso: the next
 * 40 %; tail: the rest), and by its age at t (days since it was launched or first seen). Positives outside the catalog
 * are a slice of their own in the last two. Users without a history are in none: nothing is retrieved for them.
 */
export function dimensionsOf(snapshot: Snapshot, queries: Queries, set: LevelSet, t: number): Dimension[] {
  return [activity(snapshot, queries, set), popularity(snapshot, set, t), age(snapshot, set, t)]
}

function activity(snapshot: Snapshot, { users, ends }: Queries, { offsets }: LevelSet): Dimension {
  const events = Float64Array.from(users, (user, q) => ends[q] - snapshot.offsets[user])
  const sorted = events.slice().sort()
  const [low, high] = [1, 2].map(
    (third) => sorted[Math.min(sorted.length - 1, Math.floor((third * sorted.length) / 3))],
  )
  const of = new Uint8Array(offsets[offsets.length - 1])
  for (let q = 0; q < users.length; q++)
    of.fill(events[q] < low ? 0 : events[q] < high ? 1 : 2, offsets[q], offsets[q + 1])
  return {
    name: 'activity',
    labels: [`under ${count(low)} events`, `${count(low)} to ${count(high - 1)}`, `${count(high)} or more`],
    of,
  }
}

function popularity(snapshot: Snapshot, { catalog, positives }: LevelSet, t: number): Dimension {
  const counts = conversionCounts(snapshot, catalog, t)
  const total = counts.reduce((a, b) => a + b, 0)
  const order = Int32Array.from(counts.keys()).sort((a, b) => counts[b] - counts[a] || a - b)
  const part = new Uint8Array(catalog.size)
  const sizes = [0, 0, 0]
  let before = 0
  for (const entry of order) {
    // an entry belongs where its first conversion falls
    part[entry] = counts[entry] === 0 || before >= TORSO * total ? 2 : before >= HEAD * total ? 1 : 0
    sizes[part[entry]]++
    before += counts[entry]
  }
  return {
    name: 'popularity',
    labels: [...['head', 'torso', 'tail'].map((name, i) => `${name} (${count(sizes[i])})`), 'not known'],
    of: Uint8Array.from(positives, (entry) => (entry < 0 ? 3 : part[entry])),
  }
}

function age(snapshot: Snapshot, { catalog, positives }: LevelSet, t: number): Dimension {
  const first = firstSeenOf(snapshot, catalog, t)
  const part = first.map((seen) => {
    const bound = AGES.findIndex((days) => t - seen <= days * DAY)
    return bound < 0 ? AGES.length : bound
  })
  const labels = [
    ...AGES.map((days, i) => (i === 0 ? `up to ${days} days` : `${AGES[i - 1]} to ${days} days`)),
    `over ${AGES[AGES.length - 1]} days`,
    'not known',
  ]
  return { name: 'age', labels, of: Uint8Array.from(positives, (entry) => (entry < 0 ? AGES.length + 1 : part[entry])) }
}

/** Unix seconds at which every entry was first seen, at most t: a category by the first of its items. */
function firstSeenOf(snapshot: Snapshot, catalog: Catalog, t: number): Float64Array {
  const first = new Float64Array(catalog.size).fill(t)
  if (catalog.level !== 'category') {
    const seen = firstSeen(snapshot, catalog.level)
    return first.map((_, entry) => Math.min(t, seen[catalog.ids[entry]]))
  }
  for (let item = 0; item < snapshot.items; item++) {
    const entry = catalog.entryOf[item]
    if (entry >= 0) first[entry] = Math.min(first[entry], snapshot.itemFirstSeen[item])
  }
  return first
}

/** Counts hits by slice. */
export class SliceCounter {
  private readonly hits: Float64Array[]

  /** @param ks the K of recall */
  constructor(
    private readonly set: LevelSet,
    private readonly dimension: Dimension,
    private readonly ks: readonly number[],
  ) {
    this.hits = dimension.labels.map(() => new Float64Array(ks.length))
  }

  /** @param positive index of the positive in its level */
  add(positive: number, rank: number): void {
    const hits = this.hits[this.dimension.of[positive]]
    for (let k = 0; k < this.ks.length; k++) if (rank <= this.ks[k]) hits[k] += this.set.counts[positive]
  }

  /** Slices that hold any positive. */
  slices(): Slice[] {
    const { offsets, counts } = this.set
    const { labels, of } = this.dimension
    const [users, positives] = [new Float64Array(labels.length), new Float64Array(labels.length)]
    const last = new Int32Array(labels.length).fill(-1)
    for (let q = 0; q + 1 < offsets.length; q++) {
      for (let p = offsets[q]; p < offsets[q + 1]; p++) {
        positives[of[p]] += counts[p]
        if (last[of[p]] === q) continue
        last[of[p]] = q
        users[of[p]]++
      }
    }
    return labels.flatMap((label, s) =>
      positives[s] === 0
        ? []
        : [
            {
              label,
              users: users[s],
              positives: positives[s],
              recall: Object.fromEntries(this.ks.map((K, k) => [String(K), this.hits[s][k] / positives[s]])),
            },
          ],
    )
  }
}
