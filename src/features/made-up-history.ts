import type { CatalogData, EventData } from './snapshot.js'

/** Events of a history that someone made up or posted, at most. */
export const MAX_HISTORY = 1000

/** One event of a history that is not in the store. Indices are store ids minus one, -1 means none. */
export interface MadeUpEvent {
  item: number
  /** -1: the item's own */
  advertiser: number
  /** index into EVENT_TYPES */
  type: number
  /** index into DOMAINS */
  domain: number
  /** unix seconds */
  time: number
}

/**
 * A table of one user whose events are given: what a history that someone posted or made up is read from. User 0 has
 * rows [0, events.length). Events are put in the order of time; those of one moment stay in the order given.
 * @throws Error when an item or advertiser is outside the catalog
 */
export function madeUpHistory(
  catalog: Pick<CatalogData, 'items' | 'advertisers' | 'itemAdvertiser'>,
  events: readonly MadeUpEvent[],
): EventData {
  const inOrder = [...events].sort((a, b) => a.time - b.time)
  const advertiserOf = ({ item, advertiser }: MadeUpEvent): number => {
    if (item >= catalog.items || advertiser >= catalog.advertisers)
      throw new Error(`madeUpHistory: item ${item} or advertiser ${advertiser} is outside the catalog`)
    return advertiser < 0 && item >= 0 ? catalog.itemAdvertiser[item] : advertiser
  }
  return {
    users: 1,
    offsets: Uint32Array.of(0, inOrder.length),
    eventItem: Int32Array.from(inOrder, (event) => event.item),
    eventAdvertiser: Int32Array.from(inOrder, advertiserOf),
    eventType: Uint8Array.from(inOrder, (event) => event.type),
    eventDomain: Uint8Array.from(inOrder, (event) => event.domain),
    eventTime: Uint32Array.from(inOrder, (event) => event.time),
    eventSeq: Uint32Array.from(inOrder, (_, i) => i + 1),
  }
}
