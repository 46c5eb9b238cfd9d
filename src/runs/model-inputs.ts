import type { Kind } from '../config/schema.js'
import type { Config, ModelConfig, TrainConfig } from '../config/schema.js'
import { aggregateWidth, createAdvertiserFeatures } from '../features/advertiser-features.js'
import { fillColdVectors } from '../features/cold-vectors.js'
import { withZeroRow } from '../features/frozen-table.js'
import { graphVectors } from '../features/graph.js'
import type { ItemFeatures } from '../features/item-features.js'
import { createItemFeatures } from '../features/item-features.js'
import { createPopularity, type Popularity } from '../features/popularity.js'
import type { CatalogData, Snapshot } from '../features/snapshot.js'
import type { ModelShape } from '../model/shape.js'
import type { FrozenTables } from '../model/state.js'

/** What training computes once and keeps with the run. */
export interface ModelTables extends FrozenTables {
  /** [items] 1 = the vector was learned from the graph, 0 = made of metadata */
  warm: Uint8Array
}

/** What a model reads besides events: hashed catalog, popularity, and the tables that training does not change. */
export interface ModelInputs {
  features: ItemFeatures
  popularity: Popularity
  tables: ModelTables
}

/** Everything a model may know of the data up to `limit` (unix seconds): nothing later is read. */
export function createModelInputs(snapshot: Snapshot, config: Config, kind: Kind, limit: number): ModelInputs {
  const { model, graph, train } = config
  const width = model.vectorWidth
  const { vectors, warm, strength } = graph.vectors
    ? graphVectors(snapshot, graph, { limit, width, seed: train.seed })
    : {
        vectors: new Float32Array(snapshot.items * width),
        warm: new Uint8Array(snapshot.items),
        strength: new Float32Array(snapshot.items),
      }
  const tables: ModelTables = { itemVectors: withZeroRow(vectors, width), itemStrength: withZeroRow(strength, 1), warm }
  if (kind === 'advertiser') {
    const { table, width: columns } = createAdvertiserFeatures(snapshot, vectors, width, limit)
    tables.advertiserTable = withZeroRow(table, columns)
  }
  return { features: createItemFeatures(snapshot, model), popularity: createPopularity(snapshot, kind, limit), tables }
}

/** Sizes of the model for a catalog and a configuration already resolved for the kind. */
export function modelShape(catalog: CatalogData, config: Config, kind: Kind): ModelShape {
  const { model } = config
  return {
    kind,
    config: model,
    causal: model.causal,
    items: catalog.items,
    advertisers: catalog.advertisers,
    aggregateWidth: aggregateWidth(model.vectorWidth),
  }
}

/**
 * The tables of a run for a catalog that may be newer: rows of known items and advertisers as they were, new items by
 * the rule for cold items, new advertisers from all their items.
 */
export function extendTables(tables: ModelTables, catalog: CatalogData, config: Config, kind: Kind): ModelTables {
  const width = config.model.vectorWidth
  const known = tables.itemVectors.length / width - 1
  const vectors = new Float32Array(catalog.items * width)
  vectors.set(tables.itemVectors.subarray(width, Math.min(known, catalog.items) * width + width))
  const warm = new Uint8Array(catalog.items)
  warm.set(tables.warm.subarray(0, catalog.items))
  if (catalog.items > known && config.graph.vectors) {
    const filled = vectors.slice()
    fillColdVectors(catalog, filled, warm, width)
    vectors.set(filled.subarray(known * width), known * width)
  }
  const itemStrength = new Float32Array(catalog.items + 1)
  itemStrength.set(tables.itemStrength.subarray(0, catalog.items + 1))
  const extended: ModelTables = { itemVectors: withZeroRow(vectors, width), itemStrength, warm }
  if (kind === 'advertiser' && tables.advertiserTable) {
    const { table, width: columns } = createAdvertiserFeatures(catalog, vectors, width, Infinity)
    table.set(tables.advertiserTable.subarray(columns, Math.min(tables.advertiserTable.length, table.length + columns)))
    extended.advertiserTable = withZeroRow(table, columns)
  }
  return extended
}

/**
 * Whether histories carry the age of their events at the anchor. Not under a causal mask or with outputs at inner
 * positions: an inner position must not know when the sequence ends. Training and inference must agree on it.
 */
export function usesAges(model: Pick<ModelConfig, 'causal'>, train: Pick<TrainConfig, 'objective'>): boolean {
  return !model.causal && train.objective !== 'dense-all-action'
}
