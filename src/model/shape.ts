import type { ModelConfig } from '../config/schema.js'

/** What fixes the parameters and programs of a model: its configuration and the sizes of its tables. */
export interface ModelShape {
  kind: 'item' | 'advertiser'
  config: ModelConfig
  /** user tower sees only earlier events: config.causal, or an objective with outputs inside the history */
  causal: boolean
  /** items of the corpus; item tables have one row more, row 0 = none */
  items: number
  /** advertisers of the corpus; advertiser tables have one row more, row 0 = none */
  advertisers: number
  /** columns of the frozen advertiser table (advertiser model only) */
  aggregateWidth: number
}

/** Whether the model has layers that take the context of a request in. */
export const readsContext = ({ kind, config }: Pick<ModelShape, 'kind' | 'config'>): boolean =>
  kind === 'item' && config.context

/** Keep/drop patterns in the frozen table `dropout.patterns`. */
export const DROPOUT_PATTERNS = 4096

/** Places of the user tower where dropout applies; each needs its own feed `dropout.<site>`. */
export function dropoutSites(config: ModelConfig): number {
  if (config.dropout === 0) return 0
  return config.userTower === 'transformer' ? 1 + 2 * config.layers : 1
}
