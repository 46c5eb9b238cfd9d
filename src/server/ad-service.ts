import { DAY } from '../core/time.js'
import type { Config } from '../config/schema.js'
import type { CatalogData } from '../features/snapshot.js'
import { closedAds, type AdContext, type AdsNow, type Impression, type Reason } from '../funnel/eligibility.js'
import { Funnel } from '../funnel/funnel.js'
import { generatorTypes } from '../funnel/own-generators.js'
import type { AdRequest } from '../funnel/request.js'
import type { AdFate, ContextTrace, FoundAd, FunnelTrace } from '../funnel/trace.js'
import { catalogOfGeneration } from '../generations/catalog.js'
import { openGeneration, type Generation } from '../generations/open.js'
import type { Generation as GenerationRow } from '../store/generations.js'
import { isoTime } from '../text/moments.js'
import type { Workspace } from '../workspace/workspace.js'
import { whyNone, type AboutUser, type AdsQuestion, type TimedAnswer } from './ads-answer.js'
import { AdsInventory, StaleInventory, type NamedAd } from './ads-inventory.js'
import { Askers } from './askers.js'
import { ContextReader } from './context-reader.js'
import type { Encoded } from './events-thread.js'
import type { IgnoredEvent } from './posted-history.js'
import { Problem } from './problem.js'
import type { RetrievalFacts } from './retrieval.js'
import { adsBody, type AdsBody } from './schemas.js'

/** Users that are asked about before anybody asks. */
const WARMED = 20
/** ... for so long at most. */
const WARMING_MS = 1000

/** An ad that was found, by the names it has outside. */
export type NamedOutcome = Omit<FoundAd, 'ad'> & NamedAd

interface Asked {
  request: AdRequest
  now: AdsNow
  userSeq?: number
  ignored?: IgnoredEvent[]
  told?: ContextTrace
}

/**
 * What one generation answers about ads, vectors and histories, one request at a time: parts of it write into arrays
 * that are used again. The server asks it in a thread, `adseq explain` in its own.
 */
export class AdService {
  readonly facts: RetrievalFacts
  readonly askers: Askers
  private readonly contexts: ContextReader
  private readonly inventory: AdsInventory

  private constructor(
    private readonly workspace: Workspace,
    private readonly generation: Generation,
    catalog: CatalogData,
    private readonly funnel: Funnel | undefined,
    private readonly readsContext: boolean,
    onFailure?: (what: string, error: unknown) => void,
  ) {
    const { asOf, items } = generation.manifest
    this.facts = { items, asOf, known: { items: catalog.items, advertisers: catalog.advertisers } }
    this.askers = new Askers(workspace.store, generation, catalog, this.facts)
    this.contexts = new ContextReader(workspace.store, catalog)
    const lately = generation.tables?.items.lately ?? new Float32Array(catalog.items)
    const { folder, store } = workspace
    this.inventory = new AdsInventory({ folder, store, catalog, lately }, onFailure)
    // before the first request: there may be a million
    this.inventory.now(asOf)
  }

  /**
   * @param workspace opened to read; the caller closes it
   * @param onFailure told when a generator of the user's own throws, or changed ads cannot be loaded
   * @throws UserError when a file of the generation or of its runs is missing, cut short or changed, or a generator of
   * the user's own cannot be loaded
   */
  static async open(
    workspace: Workspace,
    row: GenerationRow,
    onFailure?: (what: string, error: unknown) => void,
  ): Promise<AdService> {
    const { paths, config, folder } = workspace
    const item = await workspace.userTower(row.itemRun!, 'item')
    const advertiser = row.advertiserRun && (await workspace.userTower(row.advertiserRun, 'advertiser'))
    const towers = { item: item.encoder, ...(advertiser && { advertiser: advertiser.encoder }) }
    const generation = await openGeneration(paths.index, row, towers)
    const catalog = catalogOfGeneration(workspace.catalog, generation)
    const { items, advertisers, tables, ranker } = generation
    const types = await generatorTypes(folder, config.funnel)
    const funnel =
      tables &&
      new Funnel({ catalog, items, advertisers, tables }, types, config.funnel, ranker, (name, error) =>
        onFailure?.(`generator ${name}`, error),
      )
    return new AdService(workspace, generation, catalog, funnel, item.encoder.readsContext, onFailure)
  }

  /** The ads for a user or a history. @throws Problem for a user who is not there, or a history of unknown things */
  async ads(question: AdsQuestion): Promise<TimedAnswer> {
    try {
      return await this.answer(question)
    } catch (error) {
      if (!(error instanceof StaleInventory)) throw error
      await this.inventory.renew()
      return this.answer(question)
    }
  }

  private async answer(question: AdsQuestion): Promise<TimedAnswer> {
    const asked = await this.read(question)
    const run = await this.running().run(asked.request, asked.now)
    const { ads, degraded, rankedBy } = run.answer
    const trace: FunnelTrace = { ...run.answer.trace!, ...(asked.told && { context: asked.told }) }
    const { manifest } = this.generation
    const { inventory } = asked.now
    const names = this.inventory.named(
      inventory,
      ads.map(({ ad }) => ad),
    )
    return {
      trace,
      answer: {
        ads: ads.map(({ score, sources }, i) => ({ ...names[i], score, sources })),
        degraded,
        provenance: {
          generation: manifest.generation,
          itemRun: manifest.itemRun,
          advertiserRun: manifest.advertiserRun ?? null,
          seq: manifest.seq,
          asOf: isoTime(manifest.asOf),
          ...(asked.userSeq !== undefined && { userSeq: asked.userSeq }),
          time: isoTime(asked.request.context.moment),
          inventory: inventory.version,
          derived: inventory.derived,
          rankedBy,
        },
        ...(asked.ignored && { ignored: asked.ignored }),
        ...(ads.length === 0 && { note: whyNone(run, asked.now) }),
        ...(question.body.trace && { trace }),
      },
    }
  }

  /** How many ads the context of a request leaves out, and why. @throws Problem as `ads` */
  async closed(question: AdsQuestion): Promise<Partial<Record<Reason, number>>> {
    const { request, now } = await this.read(question)
    return closedAds(now, request.context)
  }

  /**
   * Asks for the ads of some users, so that the first request is as fast as those after it. Each has the deadline of a
   * request: a generator of the user's own may take any time.
   */
  async warm(): Promise<void> {
    if (!this.funnel) return
    const { store, config } = this.workspace
    const { users } = store.counts()
    const asked = Math.min(users, WARMED)
    const end = performance.now() + WARMING_MS
    for (let n = 1; n <= asked && performance.now() < end; n++) {
      const user = store.user(Math.ceil((n * users) / asked))!.externalId
      const deadline = performance.timeOrigin + performance.now() + config.funnel.deadlineMs
      await this.ads({ body: adsBody.parse({ user }), now: this.facts.asOf, deadline })
    }
    if (this.readsContext) await this.items.inContext(new Float32Array(this.items.width), { price: 1 })
  }

  /** The ads that were found for a request, best score first, and where each ended. @throws Problem as `ads` */
  async outcomes(question: AdsQuestion): Promise<NamedOutcome[]> {
    const { request, now } = await this.read(question)
    const funnel = this.running()
    const outcomes = funnel.outcomes(await funnel.run(request, now))
    const names = this.inventory.named(
      now.inventory,
      outcomes.map(({ ad }) => ad),
    )
    return outcomes.map((outcome, i) => ({ ...outcome, ...names[i] }))
  }

  /** What becomes of one ad in a request. @throws Problem as `ads`, and for an ad that is not there */
  async fate(question: AdsQuestion, ad: string): Promise<AdFate> {
    const { request, now } = await this.read(question)
    const index = this.inventory.indexOf(now.inventory, ad)
    if (index === undefined) throw unknownAd(ad)
    return this.running().fate(request, now, index)
  }

  /** What is stored of a user after their events, by the runs of the generation. @param user store id */
  async encode(user: number): Promise<Encoded> {
    const found = this.askers.stored(user)
    if (!found) throw new Error(`encode: user ${user} has no events that this generation may read`)
    const { advertisers } = this
    const queries = await this.askers.withVectors(found.queries)
    const vectors = Object.entries(queries.vectors!).map(([run, vector]) => ({ run, vector }))
    const { seq, asOf } = found.encoded
    if (!advertisers) return { user, seq, asOf, vectors }
    const { entries, scores, counts } = await advertisers.list(queries, this.workspace.config.infer.candidates)
    const ids = entries.slice(0, counts[0]).map((entry) => entry + 1)
    return {
      user,
      seq,
      asOf,
      vectors,
      list: { run: advertisers.run, advertisers: ids, scores: scores.slice(0, counts[0]) },
    }
  }

  /** What is known of a stored user. @param user store id */
  about(user: number): AboutUser | undefined {
    const found = this.askers.stored(user)
    if (!found) return undefined
    const { queries, encoded, advertisers } = found
    return {
      events: queries.ends[0],
      ...encoded,
      vector: queries.vectors?.[this.items.run] !== undefined,
      advertisers: advertisers?.ids.length ?? null,
    }
  }

  get items(): Generation['items'] {
    return this.generation.items
  }

  get advertisers(): Generation['advertisers'] {
    return this.generation.advertisers
  }

  /** Ingest number up to which the generation reads. */
  get seq(): number {
    return this.generation.manifest.seq
  }

  private async read({ body, now, deadline }: AdsQuestion): Promise<Asked> {
    const ads = this.inventory.now(now)
    const { longestCapDays } = this.inventory
    const { store } = this.workspace
    const { user, events, context, k, exclude, impressions } = body
    const moment = context.time ?? now
    const asked = user === undefined ? this.askers.posted(events!, moment) : this.askers.user(user, moment)
    const country = context.country ?? (asked.id === undefined ? undefined : this.askers.countryOf(asked.id))
    const adContext: AdContext = { moment, ...(country !== undefined && { country }), policy: context.policy }
    const known = this.contexts.read(context, moment)
    if (known && !this.readsContext) throw withoutContext(this.generation.manifest.itemRun)
    const queries = await this.askers.withVectors(asked.queries)
    const started = performance.now()
    const inContext = known?.context && (await this.askers.inContext(queries, known.context))
    const told = known && { ...known.told, ms: performance.now() - started }
    const request: AdRequest = {
      queries,
      ...(inContext && { inContext }),
      ...(asked.id !== undefined && { user: asked.id - 1 }),
      context: adContext,
      impressions: [...this.shown(asked.id, moment, longestCapDays, ads), ...this.shownToo(impressions, ads)],
      exclude: {
        ads: set(exclude.ads, (ad) => this.inventory.indexOf(ads.inventory, ad)),
        items: set(exclude.items, (item) => index(store.itemId(item))),
        advertisers: set(exclude.advertisers, (advertiser) => index(store.advertiserId(advertiser))),
      },
      ...(asked.stored && { stored: asked.stored }),
      k,
      ...(deadline !== undefined && { deadline: deadline - performance.timeOrigin }),
      trace: true,
    }
    return { request, now: ads, userSeq: asked.userSeq, ignored: asked.ignored, told }
  }

  /** What the store knows the user was shown, as far back as a cap of any campaign looks. */
  private shown(id: number | undefined, moment: number, days: number, { inventory }: AdsNow): Impression[] {
    if (id === undefined || inventory.version === 0 || days === 0) return []
    const rows = this.workspace.store.ads.shownTo(id, moment - days * DAY, moment)
    return rows.flatMap(([ad, time]) => (ad <= inventory.ads ? [{ ad: ad - 1, time }] : []))
  }

  private shownToo(impressions: AdsBody['impressions'], { inventory }: AdsNow): Impression[] {
    return impressions.flatMap(({ ad, time }) => {
      const at = this.inventory.indexOf(inventory, ad)
      return at === undefined ? [] : [{ ad: at, time }]
    })
  }

  private running(): Funnel {
    if (this.funnel) return this.funnel
    throw new Problem(
      409,
      'generation_without_funnel',
      `Generation ${this.generation.manifest.generation} was made by an older adseq: it cannot choose ads.`,
      'Publish another: adseq index.',
    )
  }
}

/**
 * How `adseq explain` and the server open a workspace. One history at a time is encoded: unless told otherwise by one
 * thread, as several would spend ten times the processor time in waiting for each other.
 */
export function readerOptions(config: Config): { config: Config; readonly: true } {
  const { engine } = config
  return { config: { ...config, engine: { ...engine, threads: engine.threads || 1 } }, readonly: true }
}

const index = (id: number | undefined): number | undefined => (id === undefined ? undefined : id - 1)

const set = (names: readonly string[], find: (name: string) => number | undefined): ReadonlySet<number> =>
  new Set(names.flatMap((name) => find(name) ?? []))

export const unknownAd = (externalId: string): Problem =>
  new Problem(404, 'unknown_ad', `There is no ad ${externalId}.`, 'adseq ads list shows what there is.')

const withoutContext = (run: string): Problem =>
  new Problem(
    409,
    'model_without_context',
    `Run ${run} was trained without context: it cannot take in what is searched or looked at.`,
    'Leave search, item and price out, or publish a run trained with it: adseq train item --set model.context=true.',
  )
