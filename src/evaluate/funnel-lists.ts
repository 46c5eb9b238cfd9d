import type { AdKind } from '../ads/inventory.js'
import type { Snapshot } from '../features/snapshot.js'
import { blend } from '../funnel/blend.js'
import { chosen, type Candidates } from '../funnel/candidates.js'
import type { AdsNow } from '../funnel/eligibility.js'
import type { Funnel } from '../funnel/funnel.js'
import { ReliabilityCounter, type Reliability } from '../funnel/l1/reliability.js'
import { eachUser, labelledUsers, requestOf, vectorsOf } from '../funnel/l1/rows.js'
import type { Catalog } from '../protocol/catalog.js'
import { levelOf, type EvaluationSet } from '../protocol/evaluation-set.js'
import type { Queries } from '../protocol/queries.js'
import { ExactRecommender, type Recommender } from '../retrieve/recommender.js'
import { StageCounter, type Stage } from './funnel-stages.js'

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

/** The funnel as an evaluation judges it: shopping ads rank items, standard ads rank advertisers. */
export interface FunnelJudged {
  /** [queries] entries handed on, best first, by level */
  lists: Partial<Record<'item' | 'advertiser', Int32Array[]>>
  stages: Stage[]
  /** how the light ranker's probabilities fit the days after the cutoff, which it has not seen; absent without one */
  reliability?: Record<AdKind, Reliability>
}

export interface FunnelSource {
  /** made of what was known at the cutoff */
  funnel: Funnel
  /** an ad of everything known at the cutoff, open to everyone */
  now: AdsNow
  countryOf: (user: number) => string | undefined
}

/**
 * Runs the funnel for every query: retrieval, light ranker, quotas and blend, for shopping ads and standard ads apart
 * from each other, so that each is judged at its level.
 * @param oracles by level, on a generated world
 */
export async function judgeFunnel(
  snapshot: Snapshot,
  set: EvaluationSet,
  source: FunnelSource,
  oracles: { item?: Recommender; advertiser?: Recommender },
  onProgress: (queries: number) => void = () => {},
): Promise<FunnelJudged> {
  const judged = await judgeStages(set, source, oracles, onProgress)
  return {
    ...judged,
    ...(source.funnel.rankedBy === 'l1' && { reliability: await reliabilityOf(snapshot, set, source) }),
  }
}

/** The same without a judgement of probabilities: what each stage lets through, and what is handed on. */
export async function judgeStages(
  set: EvaluationSet,
  { funnel, now, countryOf }: FunnelSource,
  oracles: { item?: Recommender; advertiser?: Recommender } = {},
  onProgress: (queries: number) => void = () => {},
): Promise<Pick<FunnelJudged, 'lists' | 'stages'>> {
  const { contexts, ...stored } = set.queries
  const { users } = stored
  const { items } = funnel.parts
  const vectors = await vectorsOf(funnel, stored)
  const kinds = [
    new KindOfAds('shopping', set, funnel, now, oracles.item),
    ...(set.levels.advertiser ? [new KindOfAds('standard', set, funnel, now, oracles.advertiser)] : []),
  ]
  for (let q = 0; q < users.length; q++) {
    const alone = requestOf(stored, q, vectors, countryOf(users[q]))
    const context = contexts?.[q]
    const inContext = context && (await items.inContext(alone.queries.vectors![items.run], context))
    const { setting, candidates } = await funnel.find({ ...alone, ...(inContext && { inContext }) }, now)
    const scores = await funnel.score(setting, candidates)
    for (const kind of kinds) await kind.add(q, candidates, scores)
    onProgress(q + 1)
  }
  return {
    lists: Object.fromEntries(kinds.map(({ level, lists }) => [level, lists])),
    stages: kinds.flatMap((kind) => kind.counter.stages()),
  }
}

/** Users whose candidates the probabilities are judged by. */
const RELIABILITY_USERS = 1000

/**
 * How the probabilities of candidates fit the window. The queries of the evaluation are users who convert in it, so
 * they are no sample to judge probabilities by: this one is drawn from everyone active.
 */
async function reliabilityOf(
  snapshot: Snapshot,
  { protocol: { cutoff, windowDays, seed } }: EvaluationSet,
  { funnel, now, countryOf }: FunnelSource,
): Promise<Record<AdKind, Reliability>> {
  const users = labelledUsers(snapshot, cutoff, windowDays, RELIABILITY_USERS, seed)
  const counters = { shopping: new ReliabilityCounter(), standard: new ReliabilityCounter() }
  for await (const { kinds, labels, score } of eachUser(funnel, now, users, (u) => countryOf(users.users[u])))
    (await score()).forEach((p, c) => counters[kinds[c]].add(p, labels[c]))
  return { shopping: counters.shopping.report(), standard: counters.standard.report() }
}

/** What becomes of the ads of one kind. */
class KindOfAds {
  readonly counter: StageCounter
  readonly level: 'item' | 'advertiser'
  readonly lists: Int32Array[] = []
  private readonly catalog: Catalog
  private readonly column: Int32Array

  constructor(
    readonly kind: AdKind,
    set: EvaluationSet,
    private readonly funnel: Funnel,
    private readonly now: AdsNow,
    oracle: Recommender | undefined,
  ) {
    this.level = kind === 'shopping' ? 'item' : 'advertiser'
    this.catalog = levelOf(set, this.level).catalog
    this.column = kind === 'shopping' ? now.inventory.item : now.inventory.advertiser
    this.counter = new StageCounter(
      set,
      kind,
      funnel.generators.map(({ name }) => name),
      oracle,
    )
  }

  async add(query: number, all: Candidates, scores: Float32Array) {
    const { inventory } = this.now
    const isShopping = this.kind === 'shopping'
    const rows = all.ads.map((_, c) => c).filter((c) => inventory.item[all.ads[c]] >= 0 === isShopping)
    const candidates = chosen(all, rows)
    const entries = candidates.ads.map((ad) => this.catalog.entryOf[this.column[ad]])
    const { settings, generators } = this.funnel
    const { blended, kept } = blend(
      candidates,
      Float32Array.from(rows, (c) => scores[c]),
      inventory,
      { ...settings, k: DEPTH, standardShare: 1, quotas: generators.map(({ quota }) => quota) },
    )
    const handed = Int32Array.from(blended, ({ candidate }) => candidate)
    this.lists.push(handed.map((c) => entries[c]))
    await this.counter.add({ query, entries, sources: candidates, kept, handed })
  }
}
