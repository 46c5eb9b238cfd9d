import { EVENT_TYPES, conversionMask, type EventType } from '../features/snapshot.js'
import { Rng } from '../core/rng.js'
import { UserError } from '../core/errors.js'
import { advertiserCard, card, indexOf } from './catalog.js'
import { bounds, conversionCounts, historyRows } from './history.js'
import { absentAt } from './moment.js'
import { Ranking } from './ranking.js'
import type { NextPurchase, RetrievalModel, Subject, UserView } from './types.js'

export interface UserOptions {
  /** entries retrieved */
  k: number
  /** events of the history shown */
  events: number
}

const HITS = [10, 100]

/**
 * A user's history, what is retrieved for it, and what was really bought next. @throws UserError for an unknown user
 */
export async function inspectUser(subject: Subject, externalId: string, { k, events }: UserOptions): Promise<UserView> {
  const { snapshot, names, moment, windowDays } = subject
  const user = indexOf(names, 'user', externalId)
  const { start, end, next } = bounds(snapshot, user, moment, windowDays)
  const before = conversionCounts(snapshot, start, end)
  const after = conversionCounts(snapshot, end, next)
  // without a history there is nothing to encode
  const ask = (model: RetrievalModel | undefined, absent: () => Uint8Array): Promise<Ranking> | undefined =>
    model && end > start ? rank(model, user, end, moment, absent()) : undefined
  const items = await ask(subject.item, () => absentAt(snapshot, 'item', moment))
  const advertisers = await ask(subject.advertiser, () => absentAt(snapshot, 'advertiser', moment))
  const purchases = nextPurchases(subject, end, next, before.items, before.advertisers, items, advertisers)
  const hits =
    items &&
    Object.fromEntries(
      HITS.map((top) => [
        top,
        purchases.reduce((n, p) => n + (p.rank !== null && p.rank <= top ? p.conversions : 0), 0),
      ]),
    )
  return {
    user: externalId,
    itemRun: subject.item?.run ?? null,
    advertiserRun: subject.advertiser?.run ?? null,
    moment,
    windowDays,
    history: historyRows(snapshot, names, start, end, events),
    historyEvents: end - start,
    items: (items?.top(k) ?? []).map(({ entry, rank, score }) => ({
      rank,
      score,
      ...card(names, entry),
      boughtNext: after.items.has(entry),
      boughtBefore: before.items.get(entry) ?? 0,
    })),
    advertisers: (advertisers?.top(k) ?? []).map(({ entry, rank, score }) => ({
      rank,
      score,
      ...advertiserCard(names, entry),
      boughtNext: after.advertisers.has(entry),
      boughtBefore: before.advertisers.get(entry) ?? 0,
    })),
    next: purchases,
    nextConversions: purchases.reduce((n, p) => n + p.conversions, 0),
    hits: hits ?? null,
  }
}

async function rank(
  model: RetrievalModel,
  user: number,
  end: number,
  moment: number,
  absent: Uint8Array,
): Promise<Ranking> {
  const query = await model.users({ users: Int32Array.of(user), ends: Int32Array.of(end) }, moment)
  return Ranking.of(query, await model.entries(moment), absent)
}

function nextPurchases(
  { snapshot, names }: Subject,
  from: number,
  to: number,
  boughtItems: Map<number, number>,
  boughtAdvertisers: Map<number, number>,
  items: Ranking | undefined,
  advertisers: Ranking | undefined,
): NextPurchase[] {
  const rows = new Map<
    string,
    { item: number; advertiser: number; time: number; type: EventType; conversions: number }
  >()
  for (let e = from; e < to; e++) {
    if (conversionMask[snapshot.eventType[e]] === 0) continue
    const [item, advertiser] = [snapshot.eventItem[e], snapshot.eventAdvertiser[e]]
    const key = item >= 0 ? `i${item}` : `a${advertiser}`
    const row = rows.get(key)
    if (row === undefined)
      rows.set(key, {
        item,
        advertiser,
        time: snapshot.eventTime[e],
        type: EVENT_TYPES[snapshot.eventType[e]],
        conversions: 1,
      })
    else row.conversions++
  }
  const list = [...rows.values()]
  const itemRanks = items?.ranks(list.map((r) => r.item))
  const advertiserRanks = advertisers?.ranks(list.map((r) => r.advertiser))
  const out = list.map(({ item, advertiser, time, type, conversions }, n) => ({
    ...card(names, item, advertiser),
    time,
    type,
    conversions,
    rank: itemRanks?.[n] ?? null,
    advertiserRank: advertiserRanks?.[n] ?? null,
    repeat: item >= 0 ? boughtItems.has(item) : boughtAdvertisers.has(advertiser),
  }))
  return out.sort(
    (a, b) =>
      (a.rank ?? Infinity) - (b.rank ?? Infinity) ||
      (a.advertiserRank ?? Infinity) - (b.advertiserRank ?? Infinity) ||
      a.time - b.time,
  )
}

/**
 * The external id of a user drawn at random among those with a history at the moment and a conversion in the window
 * after it; where no user has one, among those with a history. The same `draw` gives the same user.
 * @throws UserError when no user has a history
 */
export function randomUser({ snapshot, names, moment, windowDays }: Subject, draw: number): string {
  const withHistory: number[] = []
  const withNext: number[] = []
  for (let u = 0; u < snapshot.users; u++) {
    const { start, end, next } = bounds(snapshot, u, moment, windowDays)
    if (end === start) continue
    withHistory.push(u)
    for (let e = end; e < next; e++) {
      if (conversionMask[snapshot.eventType[e]] === 0) continue
      withNext.push(u)
      break
    }
  }
  const pool = withNext.length > 0 ? withNext : withHistory
  if (pool.length === 0)
    throw new UserError(
      'No user has a history in this workspace.',
      'Import events first: adseq import csv events.csv.gz items.csv.gz',
    )
  return names.user(pool[new Rng(draw).uint32() % pool.length] + 1).externalId
}
