import { RankCounter } from '../ann/exact.js'
import type { EventData } from '../features/snapshot.js'
import type { Queries } from '../protocol/queries.js'
import { scoreRows, type Recommender } from '../retrieve/recommender.js'

/** Events of a user up to a moment: rows [offsets[user], end) of a table. */
export interface History {
  events: EventData
  user: number
  end: number
}

/** Rows of a history that are left out together, ascending. */
export type EventGroup = number[]

/** What is left out at a time: all events about one item, or all events of one moment. */
export const GROUPINGS = ['item', 'basket'] as const
export type Grouping = (typeof GROUPINGS)[number]

/** Groups tried at most; a model that reads more than this many items of a history is explained by the latest. */
export const MOST_GROUPS = 128

/**
 * The groups of a history worth leaving out, the latest first: those with an event among the last `reads`, which are
 * all that a tower sees. Repeats of an item are one group wherever they lie: without one of three, the other two would
 * hide what the item does. Events without an item are grouped by advertiser.
 * @param reads events that the model reads @param always items whose events are a group even where none is read
 */
export function eventGroups(
  { events, user, end }: History,
  by: Grouping,
  reads: number,
  always: Iterable<number> = [],
): EventGroup[] {
  const from = events.offsets[user]
  const keyOf = (row: number): string => {
    if (by === 'basket') return `t${events.eventTime[row]}`
    return events.eventItem[row] >= 0 ? `i${events.eventItem[row]}` : `a${events.eventAdvertiser[row]}`
  }
  const groups = new Map<string, EventGroup>()
  for (let row = end - 1; row >= Math.max(from, end - reads); row--)
    if (!groups.has(keyOf(row))) groups.set(keyOf(row), [])
  if (by === 'item') for (const item of always) if (!groups.has(`i${item}`)) groups.set(`i${item}`, [])
  for (let row = from; row < end; row++) groups.get(keyOf(row))?.push(row)
  return [...groups.values()].filter((group) => group.length > 0)
}

/**
 * The history as it is (query 0), and once without each group (query g + 1): made-up users over the same catalog.
 * @param moment unix seconds at which it is seen
 */
export function leaveOut({ events, user, end }: History, groups: readonly EventGroup[], moment: number): Queries {
  const from = events.offsets[user]
  const rows: number[] = []
  const offsets = new Uint32Array(groups.length + 2)
  for (let v = 0; v <= groups.length; v++) {
    const without = new Set(v === 0 ? [] : groups[v - 1])
    for (let row = from; row < end; row++) if (!without.has(row)) rows.push(row)
    offsets[v + 1] = rows.length
  }
  const pick = <T extends Int32Array | Uint32Array | Uint8Array>(column: T): T => {
    const out = new (column.constructor as new (n: number) => T)(rows.length)
    rows.forEach((row, i) => (out[i] = column[row]))
    return out
  }
  const users = groups.length + 1
  return {
    events: {
      users,
      offsets,
      eventItem: pick(events.eventItem),
      eventAdvertiser: pick(events.eventAdvertiser),
      eventType: pick(events.eventType),
      eventDomain: pick(events.eventDomain),
      eventTime: pick(events.eventTime),
      eventSeq: pick(events.eventSeq),
    },
    users: Int32Array.from({ length: users }, (_, v) => v),
    ends: Int32Array.from(offsets.subarray(1)),
    moment,
  }
}

/** What leaving out one group does to one entry. */
export interface Pull {
  /** number of the group */
  group: number
  /** score with the group minus score without it: above 0 it pulls the entry up */
  pull: number
  /** place of the entry without the group; the others may have moved, too */
  rankWithout: number
}

export interface Explained {
  entry: number
  score: number
  rank: number
  /** one a group, the strongest pull first */
  pulls: Pull[]
}

/**
 * Why entries are retrieved: their score and rank with the whole history, and with the history less one group at a time
 * (leave one out). Exact for the model as it is: older events move up into what it reads, as they would have. Groups
 * act together, so pulls do not add up to the score.
 * @param recommender scores the variants @param skip entries that are not ranked
 */
export async function explain(
  variants: Queries,
  recommender: Recommender,
  entries: Int32Array,
  skip?: Int32Array,
): Promise<Explained[]> {
  const V = variants.users.length
  const scores = new Float64Array(V * entries.length)
  const ranks = new Float64Array(V * entries.length)
  const ranker = new RankCounter()
  const [all, fresh] = [new Float64Array(entries.length), new Float64Array(entries.length)]
  await scoreRows(recommender, variants, (v, row) => {
    ranker.count(row, entries, all, skip, skip && fresh)
    ranks.set(skip ? fresh : all, v * entries.length)
    entries.forEach((entry, i) => (scores[v * entries.length + i] = row[entry]))
  })
  return Array.from(entries, (entry, i) => {
    const pulls = Array.from({ length: V - 1 }, (_, group): Pull => {
      const at = (group + 1) * entries.length + i
      return { group, pull: scores[i] - scores[at], rankWithout: Math.ceil(ranks[at]) }
    })
    return {
      entry,
      score: scores[i],
      rank: Math.ceil(ranks[i]),
      pulls: pulls.sort((a, b) => b.pull - a.pull || a.group - b.group),
    }
  })
}
