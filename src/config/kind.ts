import { merge, type Tree } from './layer.js'
import type { Config, Kind } from './schema.js'

/** The configuration of one model: the keys below item: or advertiser: laid over the common ones. */
export function configFor(config: Config, kind: Kind): Config {
  const own = merge({ model: config.model, graph: config.graph, train: config.train }, config[kind] as Tree) as Pick<
    Config,
    'model' | 'graph' | 'train'
  >
  // a position that saw the events after it would know its own answer
  const causal = own.model.causal || own.train.objective === 'dense-all-action'
  return { ...config, ...own, model: { ...own.model, causal }, item: {}, advertiser: {} }
}
