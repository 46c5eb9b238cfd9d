import type { AdKind } from '../ads/inventory.js'
import type { FunnelConfig } from '../config/schema.js'
import { blend } from '../funnel/blend.js'
import type { Candidates } from '../funnel/candidates.js'
import type { AdsNow } from '../funnel/eligibility.js'
import type { Funnel } from '../funnel/funnel.js'
import { requestOf, vectorsOf } from '../funnel/l1/rows.js'
import type { Catalog } from '../protocol/catalog.js'
import { levelOf, type EvaluationSet } from '../protocol/evaluation-set.js'
import type { Queries } from '../protocol/queries.js'
import { ExactRecommender } from '../retrieve/recommender.js'
import type { Snapshot } from '../features/snapshot.js'

/** Ads handed on in evaluation: as deep as recall is counted. */
const DEPTH = 1000

/** What the funnel hands on for the queries of an evaluation, at one level: entries, best first. */
export class FunnelRecommender extends ExactRecommender {
  readonly kind = 'funnel'
  readonly name = 'funnel'
  readonly level
  readonly entries

  constructor(
    catalog: Catalog,
    private readonly lists: readonly Int32Array[],
  ) {
    super()
    this.level = catalog.level
    this.entries = catalog.size
  }

  /** By place; what is not handed on shares the last. */
  score(_queries: Queries, from: number, to: number, out: Float32Array): void {
    out.fill(0, 0, (to - from) * this.entries)
    for (let q = from; q < to; q++)
      this.lists[q].forEach((entry, place) => (out[(q - from) * this.entries + entry] = DEPTH + 1 - place))
  }
}

/** One query at the stages of the funnel, for ads of one kind. */
export interface StageSets {
  query: number
  kind: AdKind
  candidates: Candidates
  scores: Float32Array
  /** candidates that are left after quotas */
  kept: readonly number[]
  /** candidates that are handed on, in order */
  handed: readonly number[]
}

/**
 * Runs the funnel for every query, shopping ads for items and standard ads for advertisers apart from each other, so
 * that each is judged at its level.
 */
export async function funnelLists(
  snapshot: Snapshot,
  set: EvaluationSet,
  { funnel, now, settings, countryOf, onQuery, onProgress }: {
    funnel: Funnel
    now: AdsNow
    settings: FunnelConfig
    countryOf: (user: number) => string | undefined
    onQuery?: (stages: StageSets) => void
    onProgress?: (queries: number) => void
  },
): Promise<Record<AdKind, FunnelRecommender>> {
  const { users, ends, moment } = set.queries
  if (typeof moment !== 'number') throw new Error('the funnel is judged at one moment')
  const all = { snapshot, users, ends, lasts: ends, moment }
  const vectors = await vectorsOf(funnel, all)
  const { inventory } = now
  const levels = { shopping: levelOf(set, 'item').catalog, standard: levelOf(set, 'advertiser').catalog }
  const lists: Record<AdKind, Int32Array[]> = { shopping: [], standard: [] }
  const quotas = funnel.generators.map(({ quota }) => quota)
  for (let q = 0; q < users.length; q++) {
    const request = requestOf(all, q, vectors, countryOf(users[q]))
    const { setting, candidates } = await funnel.find(request, now)
    const scores = await funnel.score(setting, candidates)
    for (const kind of ['shopping', 'standard'] as const) {
      const rows = Array.from(candidates.ads.keys()).filter((c) => inventory.item[candidates.ads[c]] >= 0 === (kind === 'shopping'))
      const of: Candidates = {
        ads: Int32Array.from(rows, (c) => candidates.ads[c]),
        sources: rows.map((c) => candidates.sources[c]),
      }
      const own = Float32Array.from(rows, (c) => scores[c])
      const { blended, kept } = blend(of, own, inventory, { ...settings, k: DEPTH, standardShare: 1, quotas })
      const handed = blended.map(({ candidate }) => candidate)
      const column = kind === 'shopping' ? inventory.item : inventory.advertiser
      lists[kind].push(Int32Array.from(handed, (c) => levels[kind].entryOf[column[of.ads[c]]]))
      onQuery?.({ query: q, kind, candidates: of, scores: own, kept, handed })
    }
    onProgress?.(q + 1)
  }
  return {
    shopping: new FunnelRecommender(levels.shopping, lists.shopping),
    standard: new FunnelRecommender(levels.standard, lists.standard),
  }
}
