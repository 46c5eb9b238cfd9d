import type { Catalog } from '../protocol/catalog.js'
import type { Queries } from '../protocol/queries.js'
import { OwnHistory } from './own-history.js'
import { ExactRecommender, type Recommender } from './recommender.js'

export interface BlendWeights {
  /** of log(1 + events of the user about the entry) */
  own: number
  /** of log(1 + the same events, each counted as 2^(-age / 30 days)): what was done lately; 0 where absent */
  recent?: number
  /** of log(1 + conversions of the entry) */
  popularity: number
}

/** What the user's own history adds to the score of an entry of it. */
export function ownTerm(own: OwnHistory, entry: number, { own: weight, recent = 0 }: BlendWeights): number {
  return weight * Math.log1p(own.count(entry)) + (recent ? recent * Math.log1p(own.decayedCount(entry)) : 0)
}

/**
 * base score + popularity * log popularity + own * log(1 + own count) + recent * log(1 + decayed own count): the hybrid
 * that is served. Without a base and with a popularity weight of 1 it is the control, which knows no model.
 */
export class Blend extends ExactRecommender {
  readonly level
  readonly entries
  private readonly history: OwnHistory

  /** @param logPopularity [entries] as of the moment the histories end */
  constructor(
    readonly name: string,
    readonly kind: Recommender['kind'],
    catalog: Catalog,
    private readonly logPopularity: Float32Array,
    readonly weights: BlendWeights,
    private readonly base?: Recommender,
  ) {
    super()
    this.level = catalog.level
    this.entries = catalog.size
    if (logPopularity.length !== catalog.size || (base && base.entries !== catalog.size))
      throw new Error(`${name}: its parts score different catalogs`)
    this.history = new OwnHistory(catalog)
  }

  async score(queries: Queries, from: number, to: number, out: Float32Array): Promise<void> {
    const { entries, logPopularity, weights } = this
    if (this.base) await this.base.score(queries, from, to, out)
    else out.fill(0, 0, (to - from) * entries)
    for (let q = from; q < to; q++) {
      const at = (q - from) * entries
      if (weights.popularity !== 0)
        for (let e = 0; e < entries; e++) out[at + e] += weights.popularity * logPopularity[e]
      const own = this.history.read(queries, q)
      for (const entry of own.distinct) out[at + entry] += ownTerm(own, entry, weights)
    }
  }
}
