import type { GraphConfig } from '../config/schema.js'
import { fillColdVectors } from './cold-vectors.js'
import { ppmi } from './ppmi.js'
import type { ItemSequences } from './ppmi.js'
import { conversionMask, EVENT_TYPES } from './snapshot.js'
import type { Snapshot } from './snapshot.js'
import { truncatedSvd } from './svd.js'

const ONSITE = 1
const VIEWS = EVENT_TYPES.map((type) => (type === 'view' || type === 'click' ? 1 : 0))

export interface GraphOptions {
  /** events up to this moment (unix seconds) make edges */
  limit: number
  width: number
  seed: number
}

export interface GraphVectors {
  /** [items, width], unit length; zeros where nothing is known of an item */
  vectors: Float32Array
  width: number
  /** [items] 1 = learned from edges, 0 = from metadata (cold) */
  warm: Uint8Array
  /** the kind of events that made the edges */
  events: 'onsite' | 'views' | 'conversions'
}

/**
 * Item vectors from the graph of items engaged with together: PPMI of events at most `window` events apart in a
 * user's history, then a truncated SVD, rows of U * sqrt(S) brought to unit length (Levy, Goldberg & Dagan 2015,
 * section 3.3). Events of one basket have no order; the window counts them in the snapshot's order. Items without
 * edges get their vectors from metadata (cold-vectors.ts). Fixed by the seed; no event after the limit is read.
 */
export function graphVectors(snapshot: Snapshot, config: GraphConfig, options: GraphOptions): GraphVectors {
  const { limit, width, seed } = options
  const events = config.events === 'auto' ? chooseEvents(snapshot, limit) : config.events
  const { matrix, rows } = ppmi(itemSequences(snapshot, events, limit), snapshot.items, config)
  const vectors = new Float32Array(snapshot.items * width)
  const warm = new Uint8Array(snapshot.items)
  if (rows.length > 0) {
    const svd = truncatedSvd(matrix, width, seed)
    const scale = svd.values.map(Math.sqrt)
    const row = new Float64Array(svd.rank)
    rows.forEach((item, k) => {
      let norm = 0
      for (let c = 0; c < svd.rank; c++) {
        row[c] = svd.vectors[k * svd.rank + c] * scale[c]
        norm += row[c] ** 2
      }
      if (norm < 1e-20) return
      warm[item] = 1
      for (let c = 0; c < svd.rank; c++) vectors[item * width + c] = row[c] / Math.sqrt(norm)
    })
  }
  fillColdVectors(snapshot, vectors, warm, width)
  return { vectors, width, warm, events }
}

/** Share of the item events that a kind must have for `auto` to choose it: a handful makes no graph. */
const ENOUGH = 0.1

/** Onsite events where there are enough, else views and clicks, else conversions: counted up to the limit. */
export function chooseEvents(snapshot: Snapshot, limit: number): 'onsite' | 'views' | 'conversions' {
  let [all, onsite, views] = [0, 0, 0]
  for (let e = 0; e < snapshot.eventTime.length; e++) {
    if (snapshot.eventTime[e] > limit || snapshot.eventItem[e] < 0) continue
    all++
    if (snapshot.eventDomain[e] === ONSITE) onsite++
    if (VIEWS[snapshot.eventType[e]] === 1) views++
  }
  if (onsite > 0 && onsite >= ENOUGH * all) return 'onsite'
  return views > 0 && views >= ENOUGH * all ? 'views' : 'conversions'
}

/** The items of each user's events of a kind up to the limit, in order of time. */
function itemSequences(snapshot: Snapshot, events: 'onsite' | 'views' | 'conversions', limit: number): ItemSequences {
  const { eventItem, eventTime, eventType, eventDomain } = snapshot
  const items = new Int32Array(eventItem.length)
  const offsets = new Uint32Array(snapshot.users + 1)
  let n = 0
  for (let u = 0; u < snapshot.users; u++) {
    for (let e = snapshot.offsets[u]; e < snapshot.offsets[u + 1] && eventTime[e] <= limit; e++) {
      const type = eventType[e]
      const taken = events === 'onsite' ? eventDomain[e] === ONSITE : events === 'views' ? VIEWS[type] === 1 : conversionMask[type] === 1
      if (taken && eventItem[e] >= 0) items[n++] = eventItem[e]
    }
    offsets[u + 1] = n
  }
  return { items: items.subarray(0, n), offsets }
}
