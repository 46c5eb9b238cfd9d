import { DAY } from '../core/time.js'
import type { ItemFeatures } from './item-features.js'
import { CATEGORY_LEVELS } from './snapshot.js'
import type { EventData } from './snapshot.js'

/** Which histories to fill, one an index. */
export interface HistoryRows {
  /** user index */
  users: ArrayLike<number>
  /** end (exclusive) of the history among the snapshot's event rows */
  ends: ArrayLike<number>
  /** unix seconds: the moment the history is seen from */
  anchors: ArrayLike<number>
}

/** The arrays of the user tower's input, named and shaped as src/model/inputs.ts says. */
export type HistoryArrays = Record<string, Float32Array | Int32Array>

/**
 * The last T events of each of S histories, aligned right: the latest event is at T - 1 and padding (all zeros) comes
 * first. Fewer rows than S leave the rest as padding.
 *
 * event.time = log1p(days before the anchor), log1p(days since the user's event before it; 0 for a first event).
 * @param ages false zeroes the first of the two: see usesAges in src/runs/model-inputs.ts
 */
export function fillHistories(
  events: EventData,
  features: ItemFeatures,
  rows: HistoryRows,
  S: number,
  T: number,
  ages: boolean,
): HistoryArrays {
  const item = new Int32Array(S * T)
  const advertiser = new Int32Array(S * T * 2)
  const category = new Int32Array(S * T * CATEGORY_LEVELS)
  const type = new Int32Array(S * T)
  const domain = new Int32Array(S * T)
  const price = new Int32Array(S * T)
  const time = new Float32Array(S * T * 2)
  const mask = new Float32Array(S * T)
  const { offsets, eventItem, eventAdvertiser, eventType, eventDomain, eventTime } = events
  for (let s = 0; s < rows.users.length; s++) {
    const start = offsets[rows.users[s]]
    const end = rows.ends[s]
    const anchor = rows.anchors[s]
    for (let e = Math.max(start, end - T); e < end; e++) {
      const k = s * T + T - end + e
      mask[k] = 1
      type[k] = eventType[e] + 1
      domain[k] = eventDomain[e] + 1
      const a = eventAdvertiser[e]
      if (a >= 0) {
        advertiser[2 * k] = features.advertiser[2 * a]
        advertiser[2 * k + 1] = features.advertiser[2 * a + 1]
      }
      const i = eventItem[e]
      if (i >= 0) {
        item[k] = i + 1
        price[k] = features.price[i]
        for (let l = 0; l < CATEGORY_LEVELS; l++)
          category[k * CATEGORY_LEVELS + l] = features.category[i * CATEGORY_LEVELS + l]
      }
      if (ages) time[2 * k] = Math.log1p(Math.max(0, anchor - eventTime[e]) / DAY)
      if (e > start) time[2 * k + 1] = Math.log1p((eventTime[e] - eventTime[e - 1]) / DAY)
    }
  }
  return {
    'event.item': item,
    'event.advertiser': advertiser,
    'event.category': category,
    'event.type': type,
    'event.domain': domain,
    'event.price': price,
    'event.time': time,
    'event.mask': mask,
  }
}
