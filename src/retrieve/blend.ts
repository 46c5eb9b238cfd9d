import type { Snapshot } from '../features/snapshot.js'
import type { Catalog } from './catalog.js'
import { OwnHistory } from './own-history.js'
import type { Queries, Retriever } from './types.js'

export interface BlendWeights {
  /** of log(1 + events of the user about the entry) */
  own: number
  /** of log(1 + the same events, each counted as 2^(-age / 30 days)): what was done lately; 0 where absent */
  recent?: number
  /** of log(1 + conversions of the entry) */
  popularity: number
}

/**
 * base score + popularity * log popularity + own * log(1 + own count) + recent * log(1 + decayed own count): the hybrid
 * that serving uses. Without a base and with a popularity weight of 1 it is the control, which knows no model.
 */
export class Blend implements Retriever {
  readonly level
  readonly entries
  private readonly history: OwnHistory

  /**
   * @param logPopularity [entries] as of the moment the histories end
   * @param asOf that moment in unix seconds, which a weight of `recent` needs
   */
  constructor(
    readonly name: string,
    readonly kind: Retriever['kind'],
    snapshot: Snapshot,
    catalog: Catalog,
    private readonly logPopularity: Float32Array,
    readonly weights: BlendWeights,
    private readonly base?: Retriever,
    asOf?: number,
  ) {
    this.level = catalog.level
    this.entries = catalog.size
    if (logPopularity.length !== catalog.size || (base && base.entries !== catalog.size))
      throw new Error(`${name}: its parts score different catalogs`)
    if (weights.recent && asOf === undefined)
      throw new Error(`${name}: a weight of what was done lately needs a moment`)
    this.history = new OwnHistory(snapshot, catalog, weights.recent ? asOf : undefined)
  }

  async score(queries: Queries, from: number, to: number, out: Float32Array): Promise<void> {
    const { entries, logPopularity, weights } = this
    if (this.base) await this.base.score(queries, from, to, out)
    else out.fill(0, 0, (to - from) * entries)
    for (let q = from; q < to; q++) {
      const at = (q - from) * entries
      if (weights.popularity !== 0)
        for (let e = 0; e < entries; e++) out[at + e] += weights.popularity * logPopularity[e]
      const own = this.history.read(queries.users[q], queries.ends[q])
      for (let i = 0; i < own.size; i++) {
        const entry = own.entries[i]
        out[at + entry] +=
          weights.own * Math.log1p(own.count(entry)) +
          (weights.recent ? weights.recent * Math.log1p(own.decayedCount(entry)) : 0)
      }
    }
  }
}
