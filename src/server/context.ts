import type { Store } from '../store/store.js'
import type { Clock } from './clock.js'
import type { ServerMetrics } from './metrics.js'
import type { Overview } from './overview.js'
import type { Search } from './search.js'
import type { Serving } from './serving.js'
import type { Shadow } from './shadow.js'

/** What the server reads of the feature store. */
export type ServerStore = Pick<
  Store,
  'userId' | 'itemId' | 'advertiserId' | 'user' | 'item' | 'advertiser' | 'history' | 'counts' | 'ads' | 'adSearch'
>

/** What routes are given. */
export interface ServerContext {
  store: ServerStore
  search: Search
  overview: Overview
  serving: Serving
  now: () => Date
  /** what "now" is for ads and events */
  clock: Clock
  /** milliseconds that a request for ads has, from when it is begun */
  deadlineMs: number
  metrics: ServerMetrics
  /** another generation that is asked the same */
  shadow?: Shadow
}
