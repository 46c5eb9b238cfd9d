import type { DotProducts } from '../ann/dot-products.js'
import { UserError } from '../core/errors.js'
import { type Progress } from '../core/progress.js'
import type { Snapshot } from '../features/snapshot.js'
import { evaluationSet, levelOf, type EvaluationSet, type ProtocolOptions } from '../protocol/evaluation-set.js'
import type { Level } from '../protocol/queries.js'
import { baselineNamed, groundOf, type Baseline } from '../retrieve/baselines.js'
import { validationOrWhy } from '../retrieve/fit.js'
import {
  fitHybrid,
  hybridRecommender,
  levelsOf,
  towerRecommender,
  type HybridWeights,
  type Model,
} from '../retrieve/model.js'
import type { OracleSource } from '../retrieve/oracle.js'
import type { Recommender } from '../retrieve/recommender.js'
import { day } from '../text/moments.js'
import { count, duration } from '../text/numbers.js'
import { coverageNote } from './coverage-note.js'
import { FunnelRecommender, type FunnelJudged } from './funnel-lists.js'
import type { UserHits } from './hits-file.js'
import { Judge, type BaselineNews, type Judged, type JudgedBaseline, type JudgeOptions } from './judge.js'
import type { Measured } from './measure.js'
import { difference, type Difference } from './metrics.js'
import type { Report, ReportRow } from './report.js'
import { drawSamples, type Explainer, type Sample } from './samples.js'

export interface EvaluateOptions extends JudgeOptions {
  protocol: ProtocolOptions
  /** what stands beside the models */
  baselines: readonly Baseline[]
  /** users whose results are shown one by one; 0 = none */
  samples: number
  /** tell which events pulled the results of samples */
  why?: boolean
  /** the first is the one judged; the others stand beside it */
  models: readonly Model[]
  /** weights of a model's hybrid that are kept; without it they are fitted here */
  weightsOf?: (model: Model) => Promise<HybridWeights>
  /** no hybrid, no control, no baseline: what a study needs of each of many runs */
  modelsOnly?: boolean
  /** where the data is a generated world: what could be found at best */
  oracle?: OracleSource
  /** judges the baselines elsewhere while the models are judged; without it they are judged here, after the models */
  baselinesBeside?: (levels: readonly Level[], tell: (news: BaselineNews) => void) => Promise<void>
  /** judges the funnel of these models while they and the baselines are judged; tells how many queries are done */
  funnel?: (levels: readonly Level[], onProgress: (queries: number) => void) => Promise<FunnelJudged>
  /** of a model's width */
  products: (width: number) => Promise<DotProducts>
  progress: Progress
}

/**
 * Judges models, their hybrids, the control and the baselines under one protocol. An item evaluation also has rows for
 * advertisers and categories: models score them by their best item, counting baselines count them themselves, and a
 * hybrid does both, with weights of its own at every level.
 * @throws UserError when nobody converts in the window
 */
export async function evaluate(
  snapshot: Snapshot,
  options: EvaluateOptions,
): Promise<{ report: Report; samples: Sample[]; hits: UserHits[] }> {
  const { kind, protocol, models, weightsOf } = options
  const t = protocol.cutoff
  const started = performance.now()
  // a sampled index of items says nothing about whole advertisers
  const wanted: Level[] = protocol.indexSize === 0 ? levelsOf(kind) : [kind]
  const set = evaluationSet(snapshot, wanted, protocol)
  if (!hasPositives(set, kind)) throw nothingToFind(snapshot, kind, protocol)
  const levels = wanted.filter((level) => hasPositives(set, level))
  const above = levels.filter((level) => level !== kind)
  const notes: string[] = []
  const validation = options.modelsOnly ? undefined : validationOrWhy(snapshot, levels, protocol)
  const fitOn = typeof validation === 'string' ? undefined : validation
  if (typeof validation === 'string')
    notes.push(`the weights of control and hybrid cannot be fitted, so neither is judged: ${validation}`)
  const judge = new Judge(snapshot, set, options)
  const table = new Table(judge, options)
  const { modelsOnly, baselinesBeside } = options
  const ofBaselines = !modelsOnly && baselinesBeside ? table.beside((tell) => baselinesBeside(levels, tell)) : undefined
  const ofFunnel = options.funnel && table.besideFunnel(options.funnel)
  let [best, explainer]: [Recommender | undefined, Explainer | undefined] = [undefined, undefined]
  for (const model of models) {
    const products = await options.products(model.width)
    const { catalog } = levelOf(set, kind)
    const recommender = await towerRecommender(model.name, model, catalog, t, products)
    await table.judge(recommender, above, { run: model.run })
    best ??= recommender
    explainer ??= { reads: model.reads, recommender }
    if (!fitOn) continue
    const weights = await (weightsOf?.(model) ?? fitHybrid(snapshot, model, fitOn, products))
    for (const level of levels) {
      const fitted = weights[level]
      if (!fitted) continue
      const own = levelOf(set, level).catalog
      const hybrid = hybridRecommender(snapshot, { recommender, catalog }, own, fitted, t)
      await table.judge(hybrid, [], { run: model.run, fitted })
      if (best.kind !== 'model') continue
      best = hybrid
      explainer = { reads: model.reads, recommender: hybrid }
    }
  }
  if (ofBaselines) await ofBaselines()
  else if (!modelsOnly) await table.beside((tell) => judge.baselines({ ...options, levels, validation: fitOn }, tell))()
  if (!best && fitOn) best = (await baselineNamed('control').make(groundOf(snapshot, set, kind, fitOn))).recommender
  const funnel = await ofFunnel?.()
  const cost = coverageNote(table.rows, kind)
  if (cost) notes.push(cost)
  if (options.modelsOnly)
    notes.push(
      'only models were judged (--models-only); adseq eval without it sets hybrid, control and baselines beside them.',
    )
  else if (options.oracle) notes.push(options.oracle.note)
  if (models.length === 0)
    notes.push(`there is no finished ${kind} run: only baselines are judged. Train one: adseq train ${kind}.`)
  const samples = best
    ? await drawSamples(snapshot, set, best, options.samples, options.why ? explainer : undefined)
    : []
  const report: Report = {
    version: 1,
    kind,
    protocol: set.protocol,
    data: { hash: snapshot.hash },
    runs: models.map(({ run }) => run),
    weights: Object.fromEntries(models.flatMap(({ run, weights }) => (weights === undefined ? [] : [[run, weights]]))),
    levels: Object.fromEntries(levels.map((level) => [level, aboutLevel(set, level)])),
    rows: table.rows,
    lists: judge.lists.report(),
    ...(funnel && { stages: funnel.stages, reliability: funnel.reliability }),
    notes,
    seconds: (performance.now() - started) / 1000,
  }
  return { report, samples, hits: table.hits }
}

/** The baselines that a hybrid, and the funnel, have to be better than. */
const CONTROLS = ['control', 'control-recency']

/** The rows of a report, in the order in which they are added. */
class Table {
  readonly rows: ReportRow[] = []
  /** every row's hits, user by user */
  readonly hits: UserHits[] = []
  /** the model that is judged, by level: the others are compared with it user by user */
  private readonly judged = new Map<Level, { name: string } & Measured>()

  constructor(
    private readonly of: Judge,
    private readonly options: EvaluateOptions,
  ) {}

  /** Judges a recommender, and adds its rows. @param above levels at which an item recommender is measured, too */
  async judge(recommender: Recommender, above: readonly Level[], about: About): Promise<void> {
    const { progress } = this.options
    progress.start(label(recommender), this.of.set.queries.users.length, 'users')
    const judged = await this.of.judge(recommender, above, (done) => progress.update(done))
    progress.finish(outcome(judged))
    this.add(judged, about)
  }

  /**
   * Has baselines judged from now on; each is told in a line when it is done. What is returned waits for the rest, and
   * then adds their rows.
   */
  beside(begin: (tell: (news: BaselineNews) => void) => Promise<void>): () => Promise<void> {
    const { progress } = this.options
    const done: JudgedBaseline[] = []
    let current: Pick<Judged, 'name' | 'level'> | undefined
    let waiting = false
    const show = (): void =>
      current && waiting ? progress.start(label(current), this.of.set.queries.users.length, 'users') : undefined
    const judging = begin((news) => {
      if ('begin' in news) {
        current = news.begin
        show()
      } else if ('queries' in news) {
        if (waiting) progress.update(news.queries)
      } else {
        current = undefined
        done.push(news.judged)
        if (waiting) progress.finish(outcome(news.judged))
        else progress.line(`${label(news.judged)}: ${outcome(news.judged)}, ${duration(news.judged.seconds)}`)
      }
    })
    // whoever waits for it is told
    judging.catch(() => {})
    return async () => {
      waiting = true
      show()
      await judging
      for (const one of done) this.addBaseline(one)
    }
  }

  /**
   * Begins to judge the funnel. What is returned waits for it, and then adds its rows at both of its levels, each held
   * against the controls there.
   */
  besideFunnel(begin: NonNullable<EvaluateOptions['funnel']>): () => Promise<FunnelJudged> {
    const { set } = this.of
    const { progress, models } = this.options
    let tell = (_queries: number): void => {}
    const judging = begin(Object.keys(set.levels) as Level[], (queries) => tell(queries))
    // whoever waits for it is told
    judging.catch(() => {})
    return async () => {
      progress.start('funnel', set.queries.users.length, 'users')
      tell = (queries) => progress.update(queries)
      const judged = await judging
      progress.finish()
      for (const [level, lists] of Object.entries(judged.lists)) {
        const { catalog } = levelOf(set, level as Level)
        await this.judge(new FunnelRecommender(catalog, lists), [], { run: models[0]?.run })
      }
      return judged
    }
  }

  private add({ name, kind, measured, lists, seconds }: Judged, about: About): void {
    if (lists) this.of.lists.add(lists)
    for (const one of measured) {
      const judged = this.judged.get(one.level)
      const compared = judged && { difference: this.over(one, judged, judged.name) }
      this.rows.push({ name, kind, level: one.level, ...one.metrics, ...about, ...compared, seconds })
      this.hits.push({ level: one.level, kind, name, run: about.run, baseline: about.baseline, perUser: one.perUser })
      if (kind === 'funnel') this.rows.at(-1)!.overControls = this.overControls(one)
      if (!judged && kind === 'model') this.judged.set(one.level, { name, ...one })
    }
  }

  private addBaseline({ fitted, baseline, ...judged }: JudgedBaseline): void {
    this.add(judged, { fitted, baseline })
    if (fitted) for (const one of judged.measured) this.holdHybridAgainst(one, judged.name)
  }

  /** The judged run's hybrid at the level of a control: how much better, user by user. */
  private holdHybridAgainst(control: Measured, name: string): void {
    const { models } = this.options
    const ofHybrid = (row: { level: Level; kind: string; run?: string }): boolean =>
      row.level === control.level && row.kind === 'hybrid' && row.run === models[0]?.run
    const [hits, reported] = [this.hits.find(ofHybrid), this.rows.find(ofHybrid)]
    if (hits && reported) (reported.overControls ??= []).push(this.over(hits, control, name))
  }

  private overControls(one: Measured): Difference[] {
    return this.hits
      .filter((row) => row.level === one.level && CONTROLS.includes(row.baseline ?? ''))
      .map((row) => this.over(one, row, row.name))
  }

  private over(one: Pick<Measured, 'perUser'>, other: Pick<Measured, 'perUser'>, name: string): Difference {
    const { bootstrap, protocol } = this.options
    return difference(one.perUser, other.perUser, name, { samples: bootstrap, seed: protocol.seed })
  }
}

type About = Pick<ReportRow, 'run' | 'fitted' | 'baseline'>

const label = ({ name, level }: Pick<Judged, 'name' | 'level'>): string => `${name} (${level})`

function outcome({ measured: [{ metrics }] }: Judged): string {
  return `recall@10 ${metrics.recall['10'].toFixed(4)} over ${count(metrics.positives)} conversions`
}

/** Does the level have entries, and conversions that name one? */
function hasPositives(set: EvaluationSet, level: Level): boolean {
  return levelOf(set, level).positives.some((entry) => entry >= 0)
}

function nothingToFind(snapshot: Snapshot, kind: 'item' | 'advertiser', protocol: ProtocolOptions): UserError {
  const { cutoff, windowDays, history } = protocol
  if (history === 'masked' && hasPositives(evaluationSet(snapshot, [kind], { ...protocol, history: 'kept' }), kind))
    return new UserError(
      `Every conversion in the ${windowDays} days after ${day(cutoff)} is about ` +
        `${kind === 'item' ? 'an item' : 'an advertiser'} that the user had dealt with before, and a masked history ` +
        'leaves those out.',
      'Judge with the history kept: --set eval.history=kept.',
    )
  return new UserError(
    `No conversion in the ${windowDays} days after ${day(cutoff)} is about ` +
      `${kind === 'item' ? 'an item' : 'an advertiser'} known by then.`,
    kind === 'item'
      ? 'Choose an earlier eval.cutoff or a longer eval.windowDays.'
      : 'If the data has no advertisers, judge items: adseq eval item. Else choose an earlier eval.cutoff or a ' +
          'longer eval.windowDays.',
  )
}

function aboutLevel(set: EvaluationSet, level: Level): NonNullable<Report['levels'][Level]> {
  const { catalog, positives, counts, missed } = levelOf(set, level)
  return {
    entries: catalog.size,
    positivesOutside: positives.reduce((n, entry, p) => n + (entry < 0 ? counts[p] : 0), 0),
    usersWithoutHistory: missed.users,
    positivesWithoutHistory: missed.byType.reduce((a, b) => a + b, 0),
  }
}
