import type { EvalConfig } from '../config/schema.js'
import { UserError } from '../core/errors.js'
import { hashJson } from '../core/hash.js'
import { Rng } from '../core/rng.js'
import { DAY } from '../core/time.js'
import { day } from '../text/moments.js'
import { conversionMask, historyEnd, type Snapshot } from '../features/snapshot.js'
import { momentOf } from './cutoff.js'
import { catalogAt, catalogOf, columnOf, entryOf, type Catalog } from './catalog.js'
import type { Level, Queries } from './queries.js'

/** Everything that decides which numbers can be compared. */
export interface ProtocolOptions {
  /** unix seconds: histories end here */
  cutoff: number
  /** conversions in (cutoff, cutoff + windowDays] are to be found */
  windowDays: number
  /** entries ranked, drawn at random; 0 = the whole catalog */
  indexSize: number
  /** masked: entries of the user's history are neither ranked nor to be found */
  history: 'kept' | 'masked'
  /** draws the sampled index and orders equal scores */
  seed: number
}

export interface Protocol extends ProtocolOptions {
  /** reports with other hashes cannot be compared */
  hash: string
}

/** What is to be found at one level: the positives of query q are rows offsets[q] .. offsets[q + 1]. */
export interface LevelSet {
  catalog: Catalog
  offsets: Uint32Array
  /** distinct (entry, event type) of the query's window; -1 = outside the catalog, a miss */
  positives: Int32Array
  /** event type code of every positive */
  types: Uint8Array
  /** conversions it stands for: repeats count */
  counts: Uint32Array
  /** 1 = no event of the history is about it */
  fresh: Uint8Array
  /** distinct entries of query q's history: known[knownOffsets[q] .. knownOffsets[q + 1]] */
  knownOffsets: Uint32Array
  known: Int32Array
  /** users with conversions but without a history: their conversions, by event type, are misses */
  missed: { users: number; byType: Float64Array }
}

export interface EvaluationSet {
  protocol: Protocol
  /** users with a history by the cutoff and at least one conversion in the window */
  queries: Queries
  levels: Partial<Record<Level, LevelSet>>
}

const VERSION = 1

export function protocolOf(options: ProtocolOptions): Protocol {
  const { cutoff, windowDays, indexSize, history, seed } = options
  return {
    cutoff,
    windowDays,
    indexSize,
    history,
    seed,
    hash: hashJson({ VERSION, cutoff, windowDays, indexSize, history, seed }),
  }
}

/**
 * The protocol that `config` means for a run trained up to `trained` (unix seconds): auto is the cutoff of the run.
 * @throws UserError when eval.cutoff is no date
 */
export function protocolOfRun(config: EvalConfig, trained: number): Protocol {
  const { windowDays, indexSize, history, seed } = config
  return protocolOf({ cutoff: momentOf(config.cutoff) ?? trained, windowDays, indexSize, history, seed })
}

/**
 * The global temporal split at the cutoff t: histories are the events up to t, positives the conversions in
 * (t, t + K], the catalog what is known at t. A sampled index keeps every positive of the whole catalog.
 * @throws UserError when there is nothing to find
 */
export function evaluationSet(snapshot: Snapshot, levels: readonly Level[], options: ProtocolOptions): EvaluationSet {
  const { cutoff, windowDays } = options
  const windowEnd = cutoff + windowDays * DAY
  const window: Window = { users: [], ends: [], firsts: [], lasts: [], newcomers: [] }
  for (let user = 0; user < snapshot.users; user++) {
    const end = historyEnd(snapshot, user, cutoff)
    const last = historyEnd(snapshot, user, windowEnd)
    if (!hasConversion(snapshot, end, last)) continue
    if (end === snapshot.offsets[user]) {
      window.newcomers.push(user)
      continue
    }
    window.users.push(user)
    window.ends.push(end)
    window.firsts.push(end)
    window.lasts.push(last)
  }
  if (window.users.length === 0) {
    throw new UserError(
      `No user with a history before ${day(cutoff)} converts in the ${windowDays} days after it.`,
      'Choose an earlier eval.cutoff or a longer eval.windowDays, or import data that has conversions (checkout, ' +
        'add_to_cart, signup) there.',
    )
  }
  const queries: Queries = {
    events: snapshot,
    users: Int32Array.from(window.users),
    ends: Int32Array.from(window.ends),
    moment: cutoff,
  }
  return {
    protocol: protocolOf(options),
    queries,
    levels: Object.fromEntries(levels.map((level) => [level, levelSet(snapshot, level, window, windowEnd, options)])),
  }
}

/** A subset of the queries, drawn at random, in their order; for fitting where all of them would be slow. */
export function sampleQueries(set: EvaluationSet, most: number, seed: number): EvaluationSet {
  const { users, ends, moment } = set.queries
  if (users.length <= most) return set
  const rows = new Rng(seed, 0x5a).shuffle(Int32Array.from(users.keys())).slice(0, most).sort()
  const pick = <T extends Int32Array | Uint8Array | Uint32Array>(values: T, offsets: Uint32Array): [T, Uint32Array] => {
    const bounds = new Uint32Array(rows.length + 1)
    rows.forEach((q, i) => (bounds[i + 1] = bounds[i] + offsets[q + 1] - offsets[q]))
    const out = new (values.constructor as new (n: number) => T)(bounds[rows.length])
    rows.forEach((q, i) => out.set(values.subarray(offsets[q], offsets[q + 1]), bounds[i]))
    return [out, bounds]
  }
  const levels = Object.entries(set.levels).map(([level, all]) => {
    const [positives, offsets] = pick(all.positives, all.offsets)
    const [known, knownOffsets] = pick(all.known, all.knownOffsets)
    const [types, counts, fresh] = [
      pick(all.types, all.offsets)[0],
      pick(all.counts, all.offsets)[0],
      pick(all.fresh, all.offsets)[0],
    ]
    return [level, { ...all, positives, offsets, types, counts, fresh, known, knownOffsets }]
  })
  return {
    ...set,
    queries: {
      ...set.queries,
      users: rows.map((q) => users[q]),
      ends: rows.map((q) => ends[q]),
      moment: typeof moment === 'number' ? moment : Float64Array.from(rows, (q) => moment[q]),
    },
    levels: Object.fromEntries(levels),
  }
}

/** Which rows of the events are asked about, query by query. */
export interface Window {
  users: number[]
  /** end (exclusive) of the history */
  ends: number[]
  /** the rows in which something is to be found: from firsts up to lasts (exclusive) */
  firsts: number[]
  lasts: number[]
  /** users with conversions in the window but no history */
  newcomers: number[]
}

/** What is to be found at a level in the windows of some queries. */
export function levelSet(
  snapshot: Snapshot,
  level: Level,
  window: Window,
  windowEnd: number,
  options: ProtocolOptions,
): LevelSet {
  const catalog = indexed(snapshot, catalogAt(snapshot, level, options.cutoff), window, options)
  const column = columnOf(level, snapshot)
  const masked = options.history === 'masked'
  const n = window.users.length
  const [offsets, knownOffsets] = [new Uint32Array(n + 1), new Uint32Array(n + 1)]
  const [positives, types, counts, fresh, known]: number[][] = [[], [], [], [], []]
  const seen = new Int32Array(catalog.size).fill(-1)
  for (let q = 0; q < n; q++) {
    for (let row = snapshot.offsets[window.users[q]]; row < window.ends[q]; row++) {
      const entry = entryOf(catalog, column[row])
      if (entry < 0 || seen[entry] === q) continue
      seen[entry] = q
      known.push(entry)
    }
    knownOffsets[q + 1] = known.length
    const found = new Map<number, number>()
    for (let row = window.firsts[q]; row < window.lasts[q]; row++) {
      // an event that names nothing at this level (a signup has no item) is no positive of it
      if (!names(snapshot, catalog, row)) continue
      const entry = entryOf(catalog, column[row])
      const isFresh = entry < 0 || seen[entry] !== q
      if (masked && !isFresh) continue
      const type = snapshot.eventType[row]
      // all positives outside the catalog are one miss with a count
      const key = entry * 256 + type
      const at = found.get(key)
      if (at !== undefined) {
        counts[at]++
        continue
      }
      found.set(key, positives.length)
      positives.push(entry)
      types.push(type)
      counts.push(1)
      fresh.push(isFresh ? 1 : 0)
    }
    offsets[q + 1] = positives.length
  }
  return {
    catalog,
    offsets,
    knownOffsets,
    positives: Int32Array.from(positives),
    types: Uint8Array.from(types),
    counts: Uint32Array.from(counts),
    fresh: Uint8Array.from(fresh),
    known: Int32Array.from(known),
    missed: missed(snapshot, catalog, window.newcomers, windowEnd),
  }
}

/** The whole catalog, or a random sample of it with the absent positives added. */
function indexed(snapshot: Snapshot, whole: Catalog, window: Window, { indexSize, seed }: ProtocolOptions): Catalog {
  if (indexSize === 0 || indexSize >= whole.size) return whole
  const chosen = new Uint8Array(whole.size)
  const column = columnOf(whole.level, snapshot)
  for (const entry of new Rng(seed, 0x1d).shuffle(Int32Array.from(whole.ids.keys())).subarray(0, indexSize))
    chosen[entry] = 1
  for (let q = 0; q < window.users.length; q++) {
    for (let row = window.firsts[q]; row < window.lasts[q]; row++) {
      const entry = names(snapshot, whole, row) ? entryOf(whole, column[row]) : -1
      if (entry >= 0) chosen[entry] = 1
    }
  }
  return catalogOf(
    snapshot,
    whole.level,
    whole.ids.filter((_, entry) => chosen[entry] === 1),
  )
}

function missed(snapshot: Snapshot, catalog: Catalog, newcomers: number[], windowEnd: number): LevelSet['missed'] {
  const byType = new Float64Array(256)
  let users = 0
  for (const user of newcomers) {
    const last = historyEnd(snapshot, user, windowEnd)
    let any = false
    for (let row = snapshot.offsets[user]; row < last; row++) {
      if (!names(snapshot, catalog, row)) continue
      byType[snapshot.eventType[row]]++
      any = true
    }
    if (any) users++
  }
  return { users, byType }
}

/** Is the event a conversion that names an entry at the catalog's level, be it in the catalog or not? */
function names(snapshot: Snapshot, catalog: Catalog, row: number): boolean {
  return conversionMask[snapshot.eventType[row]] === 1 && columnOf(catalog.level, snapshot)[row] >= 0
}

function hasConversion(snapshot: Snapshot, from: number, to: number): boolean {
  for (let row = from; row < to; row++) if (conversionMask[snapshot.eventType[row]] === 1) return true
  return false
}

/** @throws where the set has no such level */
export function levelOf(set: EvaluationSet, level: Level): LevelSet {
  const found = set.levels[level]
  if (!found) throw new Error(`the evaluation has no ${level} level`)
  return found
}
