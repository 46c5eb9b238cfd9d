import type { RequestContext } from '../features/context.js'
import type { Snapshot } from '../features/snapshot.js'
import { levelOf, type Protocol } from '../protocol/evaluation-set.js'
import type { Queries } from '../protocol/queries.js'
import type { SearchSet } from '../protocol/search-set.js'
import type { Recommender } from '../retrieve/recommender.js'
import { measure } from './measure.js'
import { difference, type ByK, type PerUser } from './metrics.js'

/** What a row knows beside the vector: nothing, what is searched, or what will be bought. */
export type Told = 'nothing' | 'search' | 'purchase'

export interface InContextRow {
  /** the model alone, or the hybrid that is served */
  kind: Recommender['kind']
  name: string
  /** stored: up to the midnight before the search; anew: up to the search, which is its last event */
  history: 'stored' | 'anew'
  context: Told
  recall: ByK
  /** by a bootstrap over searches */
  interval: ByK<[number, number]>
  /** recall minus that of the stored history without a context, of the same kind */
  gain?: ByK
  gainInterval?: ByK<[number, number]>
}

/** What `adseq eval context --json` prints and runs/<id>/eval-context-<hash>.json holds. */
export interface InContextReport {
  version: 1
  run: string
  protocol: Protocol
  data: { hash: string }
  /** days after a search in which a conversion counts */
  days: number
  /** searches in the window, and those that a conversion follows */
  searches: number
  followed: number
  /** conversions to be found */
  positives: number
  entries: number
  rows: InContextRow[]
}

const ASKED: readonly { history: InContextRow['history']; context: Told }[] = [
  { history: 'stored', context: 'nothing' },
  { history: 'stored', context: 'search' },
  { history: 'anew', context: 'nothing' },
  { history: 'anew', context: 'search' },
  { history: 'stored', context: 'purchase' },
]

/** Recall of what is bought after searches, with and without what was searched as the context. */
export async function evaluateInContext(
  snapshot: Snapshot,
  set: SearchSet,
  recommenders: readonly Recommender[],
  options: { at: readonly number[]; bootstrap: { samples: number; seed: number } },
): Promise<{ rows: InContextRow[]; positives: number }> {
  const rows: InContextRow[] = []
  let positives = 0
  const told: Record<Told, readonly RequestContext[] | undefined> = {
    nothing: undefined,
    search: set.searched,
    purchase: set.bought,
  }
  for (const recommender of recommenders) {
    let first: PerUser | undefined
    for (const { history, context } of ASKED) {
      const base: Queries = history === 'anew' ? set.anew : set.queries
      const queries: Queries = { ...base, contexts: told[context] }
      const [{ metrics, perUser }] = await measure(snapshot, { ...set, queries }, recommender, options)
      const gain = first && difference(perUser, first, 'without context', options.bootstrap)
      first ??= perUser
      positives = metrics.positives
      rows.push({
        kind: recommender.kind,
        name: recommender.name,
        history,
        context,
        recall: metrics.recall,
        interval: metrics.interval,
        ...(gain && { gain: gain.recall, gainInterval: gain.interval }),
      })
    }
  }
  return { rows, positives }
}

export const entriesOf = (set: SearchSet): number => levelOf(set, 'item').catalog.size
