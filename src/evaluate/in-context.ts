import type { RequestContext } from '../features/context.js'
import type { Snapshot } from '../features/snapshot.js'
import type { Protocol } from '../protocol/evaluation-set.js'
import type { Queries } from '../protocol/queries.js'
import type { SearchSet } from '../protocol/search-set.js'
import type { Recommender } from '../retrieve/recommender.js'
import { judgeStages, type FunnelSource } from './funnel-lists.js'
import type { Stage } from './funnel-stages.js'
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
  /** what the stages of the funnel let through, by stored vectors */
  funnel: { rankedBy: 'l1' | 'fusion'; rows: InContextStages[] }
}

/** Shares of the conversions that can still be won after a stage of the funnel. */
export interface InContextStages {
  context: Told
  /** found by the item model's generator, and by all generators together */
  itemModel: number
  union: number
  /** within the quotas, after ranking */
  quota: number
  /** among the 100 that are handed on */
  handedOn: number
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
  const told = toldOf(set)
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

/** What the stages of a funnel let through without a context, in that of the search, and told what is bought. */
export async function funnelInContext(set: SearchSet, source: FunnelSource): Promise<InContextStages[]> {
  const rows: InContextStages[] = []
  for (const { history, context } of ASKED) {
    if (history !== 'stored') continue
    const queries = { ...set.queries, contexts: toldOf(set)[context] }
    const { stages } = await judgeStages({ ...set, queries }, source)
    const kept = (of: Stage['stage'], generator?: string): number =>
      stages.find((one) => one.stage === of && one.generator === generator)?.kept ?? 0
    rows.push({
      context,
      itemModel: kept('generate', 'item-model'),
      union: kept('union'),
      quota: kept('quota'),
      handedOn: kept('blend'),
    })
  }
  return rows
}

const toldOf = (set: SearchSet): Record<Told, readonly RequestContext[] | undefined> => ({
  nothing: undefined,
  search: set.searched,
  purchase: set.bought,
})
