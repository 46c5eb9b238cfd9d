import type { Queries } from '../protocol/queries.js'
import { EVENT_TYPES, conversionMask, historyEnd, type EventType } from '../features/snapshot.js'
import { Rng } from '../core/rng.js'
import { UserError } from '../core/errors.js'
import { DAY } from '../core/time.js'
import { advertiserCard, card, indexOf } from './catalog.js'
import { conversionCounts, historyRows } from './history.js'
import { originOf, rowsOf, type Looking } from './looking.js'
import { Ranking, listed, type Listed } from './ranking.js'
import type { NextPurchase, Subject, UserView } from './types.js'

export interface UserOptions {
  /** entries recommended */
  k: number
  /** events of the history shown */
  events: number
}

const HITS = [10, 100]

/**
 * A user's history, what is recommended for it, and what was really bought next.
 * @throws UserError for an unknown user
 */
export async function inspectUser(subject: Subject, externalId: string, { k, events }: UserOptions): Promise<UserView> {
  const { snapshot, names, moment, windowDays, item, advertiser, served } = subject
  const user = indexOf(names, 'user', externalId)
  const queries = subject.history(user)
  const { from, to } = rowsOf(queries)
  // what is served now has nothing after it to be held against
  const last = served ? moment : moment + windowDays * DAY
  const after = { from: historyEnd(snapshot, user, moment), to: historyEnd(snapshot, user, last) }
  const bought = conversionCounts(queries.events, from, to)
  const next = conversionCounts(snapshot, after.from, after.to)
  // without a history there is nothing to encode
  const asked = to > from
  const items = item && asked ? await listed(item.recommender, item.catalog, queries, k) : []
  const advertisers = advertiser && asked ? await advertisersOf(subject, advertiser, user, queries, k) : []
  const rank = (by: Looking | undefined): Promise<Ranking> | undefined =>
    by && asked && after.to > after.from ? Ranking.by(by.recommender, by.catalog, queries) : undefined
  const ranks = { items: await rank(item), advertisers: await rank(advertiser) }
  const purchases = nextPurchases(subject, after, bought, ranks)
  const withinTop = (top: number): number =>
    purchases.reduce((n, p) => n + (p.rank !== null && p.rank <= top ? p.conversions : 0), 0)
  return {
    user: externalId,
    ...originOf(subject),
    history: historyRows(queries.events, names, from, to, events),
    historyEvents: to - from,
    items: items.map(({ id, ...place }) => ({
      ...place,
      ...card(names, id),
      boughtNext: next.items.has(id),
      boughtBefore: bought.items.get(id) ?? 0,
    })),
    advertisers: advertisers.map(({ id, ...place }) => ({
      ...place,
      ...advertiserCard(names, id),
      boughtNext: next.advertisers.has(id),
      boughtBefore: bought.advertisers.get(id) ?? 0,
    })),
    next: purchases,
    nextConversions: purchases.reduce((n, p) => n + p.conversions, 0),
    hits: item && asked ? Object.fromEntries(HITS.map((top) => [top, withinTop(top)])) : null,
  }
}

/** A generation serves the advertisers that were stored for a user; else they are recommended now. */
async function advertisersOf(
  { served }: Subject,
  { recommender, catalog }: Looking,
  user: number,
  queries: Queries,
  k: number,
): Promise<Listed[]> {
  return served ? (served.advertisers(user) ?? []).slice(0, k) : listed(recommender, catalog, queries, k)
}

function nextPurchases(
  { snapshot, names }: Subject,
  { from, to }: { from: number; to: number },
  bought: { items: Map<number, number>; advertisers: Map<number, number> },
  { items, advertisers }: { items?: Ranking; advertisers?: Ranking },
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
    repeat: item >= 0 ? bought.items.has(item) : bought.advertisers.has(advertiser),
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
    const end = historyEnd(snapshot, u, moment)
    if (end === snapshot.offsets[u]) continue
    withHistory.push(u)
    for (let e = end; e < historyEnd(snapshot, u, moment + windowDays * DAY); e++) {
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
