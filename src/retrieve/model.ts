import type { Kind } from '../config/schema.js'
import type { DotProducts } from '../ann/dot-products.js'
import type { Snapshot } from '../features/snapshot.js'
import type { Catalog } from '../protocol/catalog.js'
import { levelOf, type EvaluationSet } from '../protocol/evaluation-set.js'
import type { Level } from '../protocol/queries.js'
import type { Encoder } from '../runs/encoder.js'
import type { LoadedRun } from '../runs/load.js'
import { BestOfGroup } from './best-of-group.js'
import { Blend } from './blend.js'
import { HYBRID_GRID, canFit, fitBlend, type Fitted } from './fit.js'
import { logPopularity } from './popularity.js'
import type { Recommender } from './recommender.js'
import { TowerRecommender, type Towers } from './towers.js'

/** A finished run as recommenders are made of it. */
export interface Model extends Towers {
  run: string
  kind: Kind
  /** as printed: "transformer", "mean pooling" */
  name: string
  width: number
  /** latest events of a history that it reads */
  reads: number
  /** latest events that the sequence has room for */
  length: number
  /** SHA-256 of its weights */
  weights?: string
  /**
   * Lends the towers of the same run as they were before they learned from the validation window: the hybrid's weights
   * are fitted with them. Absent: the model itself has not seen it, or nothing else is kept.
   */
  selected?<T>(use: (towers: Towers) => Promise<T>): Promise<T>
}

/** Weights of a model's hybrid at every level that they could be fitted at. */
export type HybridWeights = Partial<Record<Level, Fitted>>

const NAMES = {
  transformer: 'transformer',
  mean: 'mean pooling',
  max: 'max pooling',
  'decayed-mean': 'decayed mean pooling',
} as const

/** A loaded run as a model, named after its user tower. */
export function modelOf({ manifest, config, encoder }: LoadedRun): Model {
  return {
    run: manifest.id,
    kind: manifest.kind,
    name: NAMES[config.model.userTower],
    width: encoder.width,
    reads: encoder.reads,
    length: config.model.length,
    weights: manifest.weightsHash,
    ...towersOf(encoder),
  }
}

export function towersOf(encoder: Encoder): Towers {
  return {
    encodeUsers: (queries) => encoder.encodeUsers(queries),
    inContext: (vectors, contexts) => encoder.inContext(vectors, contexts),
    temperatures: () => encoder.temperatures(),
    encodeEntries: (ids, asOf) => encoder.encodeEntries(ids, asOf),
  }
}

/** A model's recommender of the entries of a catalog, as of a moment (unix seconds). */
export async function towerRecommender(
  name: string,
  towers: Towers,
  catalog: Catalog,
  asOf: number,
  products: DotProducts,
): Promise<TowerRecommender> {
  return new TowerRecommender(name, catalog.level, towers, await towers.encodeEntries(catalog.ids, asOf), products)
}

/**
 * A model's hybrid at a level: the towers, own history and popularity by their weights. An item model recommends
 * advertisers and categories by their best item.
 * @param towers of the model's own kind @param asOf unix seconds, the moment that histories end
 */
export function hybridRecommender(
  snapshot: Snapshot,
  towers: { recommender: TowerRecommender; catalog: Catalog },
  catalog: Catalog,
  weights: Fitted,
  asOf: number,
): Blend {
  const { recommender } = towers
  const base = catalog.level === recommender.level ? recommender : above(snapshot, towers, catalog)
  const popularity = logPopularity(snapshot, catalog, asOf, weights.popularityDays)
  return new Blend(`${recommender.name} + history`, 'hybrid', catalog, popularity, weights, base)
}

const above = (
  snapshot: Snapshot,
  { recommender, catalog }: { recommender: Recommender; catalog: Catalog },
  other: Catalog,
): Recommender => new BestOfGroup(snapshot, recommender, catalog, other)

/**
 * The weights of a model's hybrid, fitted on a validation window at every level where anything is to be found in it.
 * The towers used are those that have not learned from the window, where they are kept.
 */
export async function fitHybrid(
  snapshot: Snapshot,
  model: Model,
  validation: EvaluationSet,
  products: DotProducts,
): Promise<HybridWeights> {
  const own = levelOf(validation, model.kind).catalog
  const fit = async (towers: Towers): Promise<HybridWeights> => {
    const recommender = await towerRecommender(model.name, towers, own, validation.protocol.cutoff, products)
    const weights: HybridWeights = {}
    for (const level of Object.keys(validation.levels) as Level[]) {
      if (!canFit(validation, level)) continue
      const { catalog } = levelOf(validation, level)
      const base = level === model.kind ? recommender : above(snapshot, { recommender, catalog: own }, catalog)
      weights[level] = await fitBlend(snapshot, validation, level, HYBRID_GRID, base)
    }
    return weights
  }
  return model.selected ? model.selected(fit) : fit(model)
}

/** The levels that a model of a kind recommends at: its own first. */
export const levelsOf = (kind: Kind): Level[] => (kind === 'item' ? ['item', 'advertiser', 'category'] : [kind])
