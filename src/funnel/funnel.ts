import type { AdInventory, AdKind } from '../ads/inventory.js'
import type { FunnelConfig } from '../config/schema.js'
import { bestPlaces } from '../core/best-places.js'
import { UserError } from '../core/errors.js'
import { blend, type BlendResult } from './blend.js'
import { Union, fusion, type Candidates } from './candidates.js'
import { OpenAdsCache, UserRules, type AdsNow, type OpenAds } from './eligibility.js'
import { generate, type Generated, type RunningGenerator, type Setting } from './generate.js'
import type { GeneratorType, Parts } from './generators/generator.js'
import { takeIntoContext } from './into-context.js'
import { Features, featureNames } from './l1/features.js'
import type { LightRanker } from './l1/light-ranker.js'
import { Visitor, visitorCatalogs, type AdRequest, type VisitorCatalogs } from './request.js'
import { Shelf, shelfOrder } from './shelf.js'
import { Surroundings } from './surroundings.js'
import type { AdFate, FoundAd, FunnelTrace, GeneratorTrace } from './trace.js'

/** An ad that is handed on to heavy scoring and the auction. */
export interface HandedAd {
  /** index in the inventory */
  ad: number
  /** by the light ranker the probability of a conversion, else the fused ranks; times the decay of its advertiser */
  score: number
  sources: { generator: string; rank: number; score: number }[]
}

export interface FunnelAnswer {
  ads: HandedAd[]
  /** generators that were left out because it was late, or that failed */
  degraded: string[]
  /** what ordered the candidates */
  rankedBy: 'l1' | 'fusion'
  trace?: FunnelTrace
}

/** What generators brought in one request. */
export interface Found {
  setting: Setting
  /** by generator; null: it was left out */
  found: (Generated | null)[]
  states: GeneratorTrace['state'][]
  candidates: Candidates
}

/** What happened in one request, stage by stage. */
export interface FunnelRun extends Found {
  scores: Float32Array
  result: BlendResult
  answer: FunnelAnswer
}

/**
 * From a user to the ads that are handed on: generators find candidates, eligible ones alone; the light ranker scores
 * their union; each generator keeps its quota; the rest is blended. After "Ads Candidate Generation using Behavioral
 * Sequence Modeling" (Pinterest Engineering, 2026-01-28).
 */
export class Funnel {
  /** in the order in which they run */
  readonly generators: readonly RunningGenerator[]
  readonly features: Features
  private readonly catalogs: VisitorCatalogs
  private readonly opened: OpenAdsCache
  private readonly surroundings: Surroundings
  private readonly ranker: LightRanker | undefined
  /** of the inventory that was asked about last */
  private made: { shelf: Shelf; union: Union } | undefined

  /**
   * @param types built-in generators and those of the user's own @param ranker without one candidates are ordered by
   * their fused ranks
   * @param onFailure told when a generator of the user's own throws: it is left out, and named in the answer
   * @throws UserError when the ranker reads other columns than these generators give
   */
  constructor(
    readonly parts: Parts,
    types: readonly GeneratorType[],
    readonly settings: FunnelConfig,
    ranker?: LightRanker,
    private readonly onFailure: (generator: string, error: unknown) => void = () => {},
  ) {
    const { generators } = settings
    this.generators = types.flatMap(({ name, open }): RunningGenerator[] => {
      const { on, limit, quota, file } = generators[name] ?? { on: false, limit: 1, quota: 1 }
      const generator = on ? open(parts) : undefined
      return generator ? [{ name, generator, limit, quota, foreign: file !== undefined }] : []
    })
    this.features = new Features(parts, this.generators.length)
    this.ranker = ranker?.for(this.featureNames)
    if (ranker && !this.ranker)
      throw new UserError(
        'The light ranker was trained with other generators than funnel.generators names.',
        'Train it again and publish it: adseq train l1, then adseq index. Or set funnel.generators back.',
      )
    this.catalogs = visitorCatalogs(parts.catalog)
    this.opened = new OpenAdsCache(parts.catalog)
    this.surroundings = new Surroundings(parts.catalog, parts.tables)
  }

  /** What orders the candidates. */
  get rankedBy(): 'l1' | 'fusion' {
    return this.ranker ? 'l1' : 'fusion'
  }

  /** Names of the columns that the light ranker reads. */
  get featureNames(): string[] {
    return featureNames(this.generators.map(({ name }) => name))
  }

  /** @param now the ads as they are; the same object as long as nothing has changed */
  async ads(request: AdRequest, now: AdsNow): Promise<FunnelAnswer> {
    return (await this.run(request, now)).answer
  }

  /** The same, with what every stage did. */
  async run(request: AdRequest, now: AdsNow): Promise<FunnelRun> {
    const started = performance.now()
    const { setting, found, states, candidates } = await this.find(request, now)
    const ranking = performance.now()
    const scores = await this.score(setting, candidates)
    const ranked = performance.now() - ranking
    const { inventory } = now
    const result = blend(candidates, scores, inventory, { ...this.settings, k: request.k, quotas: this.quotas() })
    const answer: FunnelAnswer = {
      ads: result.blended.map(({ candidate, score }) => ({
        ad: candidates.ads[candidate],
        score,
        sources: this.sources(candidates, candidate),
      })),
      degraded: this.generators.filter((_, g) => states[g] !== 'done').map(({ name }) => name),
      rankedBy: this.rankedBy,
    }
    if (request.trace)
      answer.trace = this.trace({ setting, found, states, candidates, result, ranked, ms: performance.now() - started })
    return { setting, found, states, candidates, scores, result, answer }
  }

  /** What the generators bring, before ranking. */
  async find(request: AdRequest, now: AdsNow): Promise<Found> {
    const { shelf, union } = this.ofInventory(now)
    const setting = this.setting(request, now, shelf)
    const found: (Generated | null)[] = []
    const states: GeneratorTrace['state'][] = []
    for (const generator of this.generators) {
      const [state, one] = await this.ask(generator, setting, request.deadline)
      states.push(state)
      found.push(one)
    }
    return { setting, found, states, candidates: union.of(found) }
  }

  /** What becomes of one ad in a request: where it ends, and what it would have taken. */
  async fate(request: AdRequest, now: AdsNow, ad: number): Promise<AdFate> {
    const { setting, found, candidates, scores, result } = await this.run(request, now)
    const { rules, open, visitor } = setting
    const { inventory } = now
    const ineligible = rules.reason(ad)
    const generators: AdFate['generators'] = []
    for (const [g, running] of this.generators.entries()) {
      const { generator, name, limit } = running
      const entry = generator.level === 'item' ? inventory.item[ad] : inventory.advertiser[ad]
      const most = generator.level === 'item' ? this.parts.catalog.items : this.parts.catalog.advertisers
      const all = entry < 0 ? undefined : await generator.ranked(visitor, most, open)
      const at = all ? Array.from(all.entries).indexOf(entry) : -1
      const place = found[g]?.ads.indexOf(ad) ?? -1
      generators.push({
        generator: name,
        rank: place >= 0 ? place + 1 : at >= 0 ? at + 1 : null,
        score: at >= 0 ? all!.scores[at] : null,
        needed: found[g]?.scores.at(-1) ?? null,
        limit,
        found: place >= 0,
      })
    }
    const c = candidates.ads.indexOf(ad)
    const fate: Omit<AdFate, 'verdict'> = { ...(ineligible && { ineligible }), generators }
    if (c >= 0) {
      const rank = scores.reduce((n, score) => (score > scores[c] ? n + 1 : n), 1)
      fate.ranked = { score: scores[c], rank, of: candidates.ads.length }
      const place = result.blended.findIndex(({ candidate }) => candidate === c)
      if (place >= 0) fate.place = place + 1
      else fate.dropped = result.dropped[c]
      const last = result.blended.at(-1)
      if (last) fate.neededScore = last.score
    }
    return { ...fate, verdict: verdictOf(fate) }
  }

  /** The ads that the generators of a run found, best score first, and where each ended. */
  outcomes({ candidates, scores, result }: FunnelRun): FoundAd[] {
    const places = new Map(result.blended.map(({ candidate }, i) => [candidate, i + 1]))
    const order = bestPlaces(new Float64Array(scores), candidates.ads, candidates.ads.length)
    return Array.from(order, (c) => ({
      ad: candidates.ads[c],
      score: scores[c],
      sources: this.sources(candidates, c),
      ...(places.has(c) ? { place: places.get(c) } : { dropped: result.dropped[c] }),
    }))
  }

  /** Scores [candidates]: probabilities by the light ranker, in the context of the request, or fused ranks. */
  async score(setting: Setting, candidates: Candidates): Promise<Float32Array> {
    if (!this.ranker || candidates.ads.length === 0) return fusion(candidates)
    const { inventory } = setting.open.now
    const rows = await this.features.read(setting.visitor, candidates, inventory)
    const probabilities = await this.ranker.probabilities(rows, kindsOf(candidates, inventory))
    const { request } = setting.visitor
    if (!request.inContext) return probabilities
    const { items } = this.parts
    const entries = candidates.ads.map((ad) => inventory.item[ad])
    const stored = request.queries.vectors![items.run]
    return takeIntoContext(probabilities, entries, items, stored, request.inContext, this.settings.contextWeight)
  }

  /** What is made once of an inventory. */
  private ofInventory({ inventory, order }: AdsNow): { shelf: Shelf; union: Union } {
    if (this.made?.shelf.inventory !== inventory) {
      const shelf = new Shelf(inventory, order ?? shelfOrder(inventory, this.parts.tables.items.lately))
      this.made = { shelf, union: new Union(inventory.ads) }
    }
    return this.made
  }

  private setting(request: AdRequest, now: AdsNow, shelf: Shelf): Setting {
    const open = this.opened.get(now, request.context)
    return {
      visitor: new Visitor(request, this.catalogs, this.surroundings),
      open,
      rules: new UserRules(open, request),
      shelf,
      shopping: this.settings.adsPerAdvertiser,
    }
  }

  private async ask(
    running: RunningGenerator,
    setting: Setting,
    deadline = Infinity,
  ): Promise<[GeneratorTrace['state'], Generated | null]> {
    const left = deadline - performance.now()
    if (left <= 0) return ['late', null]
    if (!running.foreign) return ['done', await generate(running, setting)]
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<null>((resolve) => {
      if (left < Infinity) timer = setTimeout(() => resolve(null), left)
    })
    try {
      const found = await Promise.race([generate(running, setting), late])
      return found ? ['done', found] : ['late', null]
    } catch (error) {
      this.onFailure(running.name, error)
      return ['failed', null]
    } finally {
      clearTimeout(timer)
    }
  }

  private sources({ offsets, generator, rank, score }: Candidates, c: number): HandedAd['sources'] {
    const sources: HandedAd['sources'] = []
    for (let s = offsets[c]; s < offsets[c + 1]; s++)
      sources.push({ generator: this.generators[generator[s]].name, rank: rank[s], score: score[s] })
    return sources
  }

  private quotas(): number[] {
    return this.generators.map(({ quota }) => quota)
  }

  private trace(run: {
    setting: Setting
    found: readonly (Generated | null)[]
    states: readonly GeneratorTrace['state'][]
    candidates: Candidates
    result: BlendResult
    ranked: number
    ms: number
  }): FunnelTrace {
    const { setting, found, states, candidates, result, ranked, ms } = run
    const { open } = setting
    const handedOn = this.generators.map(() => 0)
    const { offsets, generator: foundBy } = candidates
    for (const { candidate: c } of result.blended)
      for (let s = offsets[c]; s < offsets[c + 1]; s++) handedOn[foundBy[s]]++
    const dropped: FunnelTrace['blend']['dropped'] = {}
    for (const why of result.dropped) if (why) dropped[why] = (dropped[why] ?? 0) + 1
    return {
      inventory: aboutInventory(open),
      generators: this.generators.map(({ name, generator, limit }, g): GeneratorTrace => {
        const one = found[g]
        return {
          generator: name,
          level: generator.level,
          state: states[g],
          limit,
          returned: one?.ads.length ?? 0,
          searched: one?.searched ?? 0,
          exact: one?.exact ?? true,
          rounds: one?.rounds ?? 0,
          ms: one?.ms ?? 0,
          kept: result.keptOf[g],
          handedOn: handedOn[g],
        }
      }),
      union: candidates.ads.length,
      ranking: { by: this.rankedBy, ms: ranked },
      blend: { kept: result.kept.length, handedOn: result.blended.length, dropped },
      ms,
    }
  }
}

/** Kinds of the ads of [candidates]. */
export function kindsOf({ ads }: Candidates, { item }: Pick<AdInventory, 'item'>): AdKind[] {
  const kinds = new Array<AdKind>(ads.length)
  for (let c = 0; c < ads.length; c++) kinds[c] = item[ads[c]] >= 0 ? 'shopping' : 'standard'
  return kinds
}

const aboutInventory = ({ now: { inventory }, count, items, advertisers }: OpenAds): FunnelTrace['inventory'] => ({
  version: inventory.version,
  ads: inventory.ads,
  open: count,
  items: items.ids.length,
  advertisers: advertisers.ids.length,
})

function verdictOf({ ineligible, generators, ranked, dropped, neededScore, place }: Omit<AdFate, 'verdict'>): string {
  if (ineligible) return `It was not eligible: ${ineligible}.`
  if (place !== undefined) return `It was handed on in place ${place}.`
  if (!ranked) {
    const best = generators.filter(({ rank }) => rank !== null).sort((a, b) => a.rank! / a.limit - b.rank! / b.limit)[0]
    if (!best) return 'No generator knows it for this user: nothing in their history leads to it.'
    return (
      `No generator brought it. The nearest is ${best.generator}: it stands in place ${best.rank}, and the first ` +
      `${best.limit} are brought.`
    )
  }
  const where = `It was ranked ${ranked.rank} of ${ranked.of}`
  if (dropped === 'quota') return `${where}, which is beyond the quota of each generator that found it.`
  if (dropped === 'advertiser cap') return `${where}, and its advertiser had as many ads as one may have already.`
  if (dropped === 'same item') return `${where}, and another ad of the same item was handed on.`
  if (dropped === 'standard share') return `${where}, and the share of standard ads was full.`
  return (
    `${where}: its score of ${ranked.score.toPrecision(3)} is below ${(neededScore ?? 0).toPrecision(3)}, the last ` +
    'handed on.'
  )
}
