import type { MadeUpEvent } from '../features/made-up-history.js'
import { DOMAINS, EVENT_TYPES } from '../features/snapshot.js'
import type { ServerStore } from './context.js'
import type { RetrievalFacts } from './retrieval.js'
import type { PostedEvent } from './schemas.js'

/** What was left out of a posted history, and why. */
export interface IgnoredEvent {
  /** position in the request, from 0 */
  event: number
  item?: string
  advertiser?: string
  reason: 'unknown item' | 'unknown advertiser'
}

export interface KnownHistory {
  events: MadeUpEvent[]
  ignored: IgnoredEvent[]
  /** unix seconds: the moment the history is seen from */
  anchorTime: number
}

/**
 * Translates a posted history into store indices. Events that name something unknown are left out and reported.
 *
 * The anchor is the latest time posted, or, where no event has one, `now`: by default the last moment the generation
 * knows. An event
 * without a time happened at the anchor; events of one moment keep the order they were posted in.
 */
export function knownHistory(
  store: ServerStore,
  posted: readonly PostedEvent[],
  { asOf, known: limits }: RetrievalFacts,
  now = asOf,
): KnownHistory {
  const times = posted.flatMap(({ time }) => (time === undefined ? [] : [time]))
  const anchorTime = times.length > 0 ? Math.max(...times) : now
  const events: MadeUpEvent[] = []
  const ignored: IgnoredEvent[] = []
  posted.forEach(({ type, item, advertiser, domain, time }, event) => {
    const itemIndex = item === undefined ? -1 : known(store.itemId(item), limits.items)
    const advertiserIndex = advertiser === undefined ? -1 : known(store.advertiserId(advertiser), limits.advertisers)
    if (itemIndex === undefined) ignored.push({ event, item, reason: 'unknown item' })
    else if (advertiserIndex === undefined) ignored.push({ event, advertiser, reason: 'unknown advertiser' })
    else
      events.push({
        item: itemIndex,
        advertiser: advertiserIndex,
        type: EVENT_TYPES.indexOf(type),
        domain: DOMAINS.indexOf(domain),
        time: time ?? anchorTime,
      })
  })
  return { events, ignored, anchorTime }
}

/** Store id -> index, or undefined where the id is absent or came after the generation. */
function known(id: number | undefined, limit: number): number | undefined {
  return id === undefined || id > limit ? undefined : id - 1
}
