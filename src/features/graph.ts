import type { GraphConfig } from '../config/schema.js'
import { fillColdVectors } from './cold-vectors.js'
import { ppmi } from './ppmi.js'
import type { ItemSequences } from './ppmi.js'
import { conversionMask, EVENT_TYPES } from './snapshot.js'
import type { Snapshot } from './snapshot.js'
import { truncatedSvd, type TruncatedSvd } from './svd.js'
import { toUnitLength } from './unit-length.js'
import { rarity, userItemMatrix } from './user-item.js'

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
  /**
   * [items] what an item says of who engages with it: the length of its vector before scaling times
   * log((U + 1) / (U(i) + 1)) for U(i) of the U users whose events make the edges; 0 where it is cold
   */
  strength: Float32Array
  /** the kind of events that made the edges */
  events: 'onsite' | 'views' | 'conversions'
}

/**
 * Item vectors from the graph of items engaged with together, frozen within a run. Method `ppmi`: PPMI of events at
 * most `window` events apart in a user's history, truncated SVD, rows of U * sqrt(S) (Levy, Goldberg & Dagan 2015,
 * section 3.3); events of one basket have no order, so the window counts them in the snapshot's order. `histories`:
 * what the same users meet, however far apart: the SVD of the matrix of items and users (user-item.ts). `both`: half of
 * the columns each. Rows are brought to unit length; items without edges get their vectors from metadata
 * (cold-vectors.ts). Fixed by the seed; no event after the limit is read.
 */
export function graphVectors(snapshot: Snapshot, config: GraphConfig, options: GraphOptions): GraphVectors {
  const { limit, width, seed } = options
  const events = config.events === 'auto' ? chooseEvents(snapshot, limit) : config.events
  const sequences = itemSequences(snapshot, events, limit)
  const vectors = new Float32Array(snapshot.items * width)
  const warm = new Uint8Array(snapshot.items)
  const strength = new Float32Array(snapshot.items)
  let from = 0
  for (const method of config.method === 'both' ? (['ppmi', 'histories'] as const) : [config.method]) {
    const to = config.method === 'both' && from === 0 ? width >> 1 : width
    const { matrix, rows } =
      method === 'ppmi' ? ppmi(sequences, snapshot.items, config) : userItemMatrix(sequences, snapshot.items, config)
    if (rows.length > 0)
      placeRows(truncatedSvd(matrix, to - from, seed), rows, { vectors, warm, strength, width, from })
    from = to
  }
  // rows of two methods are longer
  toUnitLength(vectors, width)
  rarity(sequences, snapshot.items).forEach((idf, i) => (strength[i] *= idf))
  fillColdVectors(snapshot, vectors, warm, width)
  return { vectors, width, warm, strength, events }
}

/** Writes the unit rows of U * sqrt(S) to the columns from `from` on. */
function placeRows(
  svd: TruncatedSvd,
  rows: Uint32Array,
  {
    vectors,
    warm,
    strength,
    width,
    from,
  }: { vectors: Float32Array; warm: Uint8Array; strength: Float32Array; width: number; from: number },
): void {
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
    strength[item] = Math.sqrt(norm)
    for (let c = 0; c < svd.rank; c++) vectors[item * width + from + c] = row[c] / Math.sqrt(norm)
  })
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

/** Users whose events make the graph: those that a snapshot holds besides are not counted. */
export function usersInGraph(snapshot: Snapshot, { events }: GraphConfig, limit: number): number {
  return itemSequences(snapshot, events === 'auto' ? chooseEvents(snapshot, limit) : events, limit).offsets.length - 1
}

/**
 * The items of each user's events of a kind up to the limit, in order of time. A user without any has no sequence, so
 * that who begins after the limit changes neither how rare an item is nor how the SVD starts.
 */
function itemSequences(snapshot: Snapshot, events: 'onsite' | 'views' | 'conversions', limit: number): ItemSequences {
  const { eventItem, eventTime, eventType, eventDomain } = snapshot
  const items = new Int32Array(eventItem.length)
  const offsets: number[] = [0]
  let n = 0
  for (let u = 0; u < snapshot.users; u++) {
    for (let e = snapshot.offsets[u]; e < snapshot.offsets[u + 1] && eventTime[e] <= limit; e++) {
      const type = eventType[e]
      const taken =
        events === 'onsite'
          ? eventDomain[e] === ONSITE
          : events === 'views'
            ? VIEWS[type] === 1
            : conversionMask[type] === 1
      if (taken && eventItem[e] >= 0) items[n++] = eventItem[e]
    }
    if (n > offsets[offsets.length - 1]) offsets.push(n)
  }
  return { items: items.subarray(0, n), offsets: Uint32Array.from(offsets) }
}
