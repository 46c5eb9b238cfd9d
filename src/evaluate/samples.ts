import { TopK } from '../ann/exact.js'
import { Rng } from '../core/rng.js'
import { DAY } from '../core/time.js'
import {
  EVENT_TYPES,
  conversionMask,
  historyEnd,
  type EventData,
  type EventType,
  type Snapshot,
} from '../features/snapshot.js'
import { columnOf } from '../protocol/catalog.js'
import type { Level } from '../protocol/queries.js'
import type { Recommender } from '../retrieve/recommender.js'
import { AgreementMeter, type Agreement } from './agreement.js'
import { MOST_GROUPS, eventGroups, explain, leaveOut, type EventGroup, type Pull } from './influence.js'
import { levelOf } from '../protocol/evaluation-set.js'
import type { EvaluationSet } from '../protocol/evaluation-set.js'

/** What one user did, what is retrieved, and what was bought next: by indices of the snapshot. */
export interface Sample {
  recommender: string
  level: Level
  user: number
  /** latest first */
  history: { id: number; type: EventType; time: number }[]
  historyEvents: number
  results: SampleResult[]
  /** distinct entries bought next, those outside the catalog left out */
  next: number
  /** what was bought next, distinct, in the order of the purchase; with their place where reasons were asked for */
  bought: { id: number; conversions: number; known: boolean }[]
  /** of the results */
  agreement: Agreement
  /** events that were left out together; empty unless reasons were asked for */
  groups: SampleGroup[]
}

export interface SampleResult {
  id: number
  score: number
  boughtNext: boolean
  known: boolean
  /** numbers of `groups`, the strongest pull first; absent unless reasons were asked for */
  why?: Pull[]
}

/** All events of a history about one item; about one advertiser where they have no item. */
export interface SampleGroup {
  /** -1 = none */
  item: number
  advertiser: number
  events: number
  /** of the latest of them, unix seconds */
  last: number
}

/** What scores histories with events left out. */
export interface Explainer {
  /** latest events of a history that the model reads */
  reads: number
  recommender: Recommender
}

const EVENTS = 8
const RESULTS = 10
/** pulls kept for a result */
const REASONS = 5

/** Random users of an evaluation with their results by one recommender; the same seed draws the same users. */
export async function drawSamples(
  snapshot: Snapshot,
  set: EvaluationSet,
  recommender: Recommender,
  users: number,
  explainer?: Explainer,
): Promise<Sample[]> {
  const { catalog, offsets, positives, known, knownOffsets } = levelOf(set, recommender.level)
  const eligible = Int32Array.from(set.queries.users.keys()).filter((q) => offsets[q + 1] > offsets[q])
  const drawn = new Rng(set.protocol.seed, 0x5e).shuffle(eligible).slice(0, users)
  const row = new Float32Array(catalog.size)
  const top = new TopK(Math.min(RESULTS, catalog.size), set.protocol.seed)
  const agreement = new AgreementMeter(snapshot, set, recommender.level)
  const skip = set.protocol.history === 'masked' ? new Uint8Array(catalog.size) : undefined
  const column = columnOf(recommender.level, snapshot)
  const samples: Sample[] = []
  for (const q of drawn) {
    const [user, end] = [set.queries.users[q], set.queries.ends[q]]
    await recommender.score(set.queries, q, q + 1, row)
    const mine = known.subarray(knownOffsets[q], knownOffsets[q + 1])
    if (skip) for (const entry of mine) skip[entry] = 1
    const list = top.entries.slice(0, top.select(row, skip))
    if (skip) for (const entry of mine) skip[entry] = 0
    const next = new Set(positives.subarray(offsets[q], offsets[q + 1]))
    next.delete(-1)
    const own = new Set(mine)
    const history: Sample['history'] = []
    for (let e = end - 1; e >= Math.max(snapshot.offsets[user], end - EVENTS); e--) {
      history.push({ id: column[e], type: EVENT_TYPES[snapshot.eventType[e]], time: snapshot.eventTime[e] })
    }
    const results = Array.from(list, (entry, i): SampleResult => ({
      id: catalog.ids[entry],
      score: top.scores[i],
      boughtNext: next.has(entry),
      known: own.has(entry),
    }))
    const sample: Sample = {
      recommender: recommender.name,
      level: recommender.level,
      user,
      history,
      historyEvents: end - snapshot.offsets[user],
      results,
      next: next.size,
      bought: purchases(snapshot, set, recommender, q, own),
      agreement: agreement.of(q, list),
      groups: [],
    }
    if (explainer) await addReasons(sample, set, end, list, explainer, skip && mine)
    samples.push(sample)
  }
  return samples
}

/** Distinct entries of the catalog that query q converted on in the window, in the order of the first conversion. */
function purchases(
  snapshot: Snapshot,
  set: EvaluationSet,
  { level }: Recommender,
  q: number,
  own: ReadonlySet<number>,
): Sample['bought'] {
  const { catalog } = levelOf(set, level)
  const { cutoff, windowDays } = set.protocol
  const column = columnOf(level, snapshot)
  const found = new Map<number, Sample['bought'][number]>()
  for (
    let row = set.queries.ends[q];
    row < historyEnd(snapshot, set.queries.users[q], cutoff + windowDays * DAY);
    row++
  ) {
    const id = column[row]
    const entry = id < 0 ? -1 : catalog.entryOf[id]
    if (conversionMask[snapshot.eventType[row]] === 0 || entry < 0) continue
    const one = found.get(id)
    if (one) one.conversions++
    else found.set(id, { id, conversions: 1, known: own.has(entry) })
  }
  return [...found.values()]
}

async function addReasons(
  sample: Sample,
  { queries: { events }, protocol: { cutoff } }: EvaluationSet,
  end: number,
  list: Int32Array,
  explainer: Explainer,
  skip: Int32Array | undefined,
): Promise<void> {
  const history = { events, user: sample.user, end }
  // own history counts all events about a result, also those that the tower no longer reads
  const always = sample.level === 'item' ? sample.results.filter(({ known }) => known).map(({ id }) => id) : []
  const groups = eventGroups(history, 'item', explainer.reads, always).slice(0, MOST_GROUPS)
  const explained = await explain(leaveOut(history, groups, cutoff), explainer.recommender, list, skip)
  sample.groups = groups.map((group) => aboutGroup(events, group))
  explained.forEach(({ pulls }, i) => (sample.results[i].why = pulls.filter(({ pull }) => pull > 0).slice(0, REASONS)))
}

function aboutGroup(events: EventData, group: EventGroup): SampleGroup {
  const last = group[group.length - 1]
  return {
    item: events.eventItem[last],
    advertiser: events.eventAdvertiser[last],
    events: group.length,
    last: events.eventTime[last],
  }
}
