import { historyEnd, type EventData } from '../features/snapshot.js'
import type { Catalog } from '../protocol/catalog.js'
import { EaseByEntries } from './ease-by-entries.js'
import { EaseByUsers } from './ease-by-users.js'
import { conversionCounts } from './popularity.js'
import type { Recommender } from './recommender.js'

export interface EaseOptions {
  /** the largest matrix that is inverted: the cost grows with the third power */
  cap: number
  /** L2 weight lambda */
  regularisation: number
}

export const EASE: EaseOptions = { cap: 2500, regularisation: 300 }

/**
 * The closed-form linear item-item model (Steck 2019, "Embarrassingly Shallow Autoencoders for Sparse Data") over the
 * histories up to t (unix seconds), of every entry converted on. Where these are more than the cap, it is solved over
 * users, which gives the same scores; where users are too many, too, only the most frequent entries are modelled.
 */
export function ease(snapshot: EventData, catalog: Catalog, t: number, options = EASE): Recommender {
  const converted = conversionCounts(snapshot, catalog, t).reduce((n, count) => n + (count > 0 ? 1 : 0), 0)
  // users who begin later decide nothing
  let users = 0
  for (let u = 0; u < snapshot.users; u++) if (historyEnd(snapshot, u, t) > snapshot.offsets[u]) users++
  const overUsers = converted > options.cap && users <= options.cap
  return overUsers ? new EaseByUsers(snapshot, catalog, t, options) : new EaseByEntries(snapshot, catalog, t, options)
}
