import type { AdKind } from '../../ads/inventory.js'
import { Rng } from '../../core/rng.js'
import { DAY } from '../../core/time.js'
import { conversionMask, historyEnd, type Snapshot } from '../../features/snapshot.js'
import { seenAt, type Queries } from '../../protocol/queries.js'
import type { Candidates } from '../candidates.js'
import type { AdsNow } from '../eligibility.js'
import { kindsOf, type Funnel } from '../funnel.js'
import type { AdRequest } from '../request.js'

/** Users with an event in so many days before the moment are asked about. */
const ACTIVE_DAYS = 90

/** Users of a moment whose conversions in the window after it are known. */
export interface LabelledUsers {
  snapshot: Snapshot
  users: Int32Array
  /** [users] end of the history, and of the window after it, among the rows of the snapshot */
  ends: Int32Array
  lasts: Int32Array
  /** unix seconds */
  moment: number
}

/** Users with an event in the 90 days before t, a random sample of them, in order. */
export function labelledUsers(
  snapshot: Snapshot,
  t: number,
  windowDays: number,
  most: number,
  seed: number,
): LabelledUsers {
  const found: number[] = []
  for (let user = 0; user < snapshot.users; user++) {
    const end = historyEnd(snapshot, user, t)
    if (end > snapshot.offsets[user] && snapshot.eventTime[end - 1] > t - ACTIVE_DAYS * DAY) found.push(user)
  }
  const users = new Rng(seed, 0x11).shuffle(Int32Array.from(found)).slice(0, most).sort()
  return {
    snapshot,
    users,
    ends: users.map((user) => historyEnd(snapshot, user, t)),
    lasts: users.map((user) => historyEnd(snapshot, user, t + windowDays * DAY)),
    moment: t,
  }
}

/** What a user converted on in the window: items and advertisers by index, with how often. */
export function converted({ snapshot, ends, lasts }: LabelledUsers, u: number): Record<AdKind, Map<number, number>> {
  const found = { shopping: new Map<number, number>(), standard: new Map<number, number>() }
  const add = (kind: AdKind, entry: number): void => void found[kind].set(entry, (found[kind].get(entry) ?? 0) + 1)
  for (let row = ends[u]; row < lasts[u]; row++) {
    if (conversionMask[snapshot.eventType[row]] === 0) continue
    if (snapshot.eventItem[row] >= 0) add('shopping', snapshot.eventItem[row])
    if (snapshot.eventAdvertiser[row] >= 0) add('standard', snapshot.eventAdvertiser[row])
  }
  return found
}

/** The history of one user as a request for ads. @param vectors [users, width] by run */
export function requestOf(
  asked: Queries,
  u: number,
  vectors: Readonly<Record<string, Float32Array>>,
  country?: string,
): AdRequest {
  const { events, users, ends } = asked
  const moment = seenAt(asked, u)
  const queries: Queries = {
    events,
    users: users.subarray(u, u + 1),
    ends: ends.subarray(u, u + 1),
    moment,
    vectors: Object.fromEntries(
      Object.entries(vectors).map(([run, all]) => {
        const width = all.length / users.length
        return [run, all.subarray(u * width, (u + 1) * width)]
      }),
    ),
  }
  return { queries, user: users[u], context: { moment, ...(country !== undefined && { country }) }, k: 0 }
}

/** User vectors of all of them, by run: encoded together. */
export async function vectorsOf(
  funnel: Pick<Funnel, 'parts'>,
  queries: Queries,
): Promise<Record<string, Float32Array>> {
  const { users } = queries
  const out: Record<string, Float32Array> = {}
  for (const hybrid of [funnel.parts.items, funnel.parts.advertisers]) {
    if (!hybrid) continue
    const all = new Float32Array(users.length * hybrid.width)
    ;(await hybrid.userVectors(queries)).forEach((vector, u) => all.set(vector, u * hybrid.width))
    out[hybrid.run] = all
  }
  return out
}

/** The candidates of a user with what is known of them. */
export interface UserRows {
  candidates: Candidates
  /** [candidates] */
  kinds: AdKind[]
  /** whether the user converts on what the ad promotes, and how often */
  labels: Uint8Array
  conversions: Uint32Array
  /** features [rows, width] of chosen candidates */
  read(rows: ArrayLike<number>): Promise<Float32Array>
  /** scores [candidates] by the ranker of the funnel */
  score(): Promise<Float32Array>
}

/** What generators find for every user, labelled by the window after. @param countryOf of user u of them */
export async function* eachUser(
  funnel: Funnel,
  now: AdsNow,
  users: LabelledUsers,
  countryOf: (user: number) => string | undefined,
): AsyncGenerator<UserRows & { user: number }> {
  const { snapshot, ends, moment } = users
  const asked: Queries = { events: snapshot, users: users.users, ends, moment }
  const vectors = await vectorsOf(funnel, asked)
  const { item, advertiser } = now.inventory
  for (let u = 0; u < users.users.length; u++) {
    const request = requestOf(asked, u, vectors, countryOf(users.users[u]))
    const { setting, candidates } = await funnel.find(request, now)
    const found = converted(users, u)
    const kinds = kindsOf(candidates, now.inventory)
    const conversions = Uint32Array.from(
      candidates.ads,
      (ad, c) => found[kinds[c]].get(kinds[c] === 'shopping' ? item[ad] : advertiser[ad]) ?? 0,
    )
    yield {
      user: u,
      candidates,
      kinds,
      labels: Uint8Array.from(conversions, (n) => Math.min(1, n)),
      conversions,
      score: () => funnel.score(setting, candidates),
      read: (rows) => funnel.features.read(setting.visitor, candidates, now.inventory, rows),
    }
  }
}
