import type { DotProducts } from '../ann/dot-products.js'
import type { Kind } from '../config/schema.js'
import { UserError } from '../core/errors.js'
import { type Progress } from '../core/progress.js'
import type { Snapshot } from '../features/snapshot.js'
import { evaluationSet, levelOf, type EvaluationSet, type ProtocolOptions } from '../protocol/evaluation-set.js'
import type { Level } from '../protocol/queries.js'
import { groundOf, type Baseline, type Made } from '../retrieve/baselines.js'
import { canFit, validationSet } from '../retrieve/fit.js'
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
import { count } from '../text/numbers.js'
import { coverageNote } from './coverage-note.js'
import { FunnelRecommender, type FunnelJudged } from './funnel-lists.js'
import type { UserHits } from './hits-file.js'
import { Lists } from './lists.js'
import { measure, type Measured } from './measure.js'
import { difference, type Difference } from './metrics.js'
import type { Report, ReportRow } from './report.js'
import { drawSamples, type Explainer, type Sample } from './samples.js'
import { dimensionsOf, type Dimension } from './slices.js'

export interface EvaluateOptions {
  kind: Kind
  protocol: ProtocolOptions
  /** the K of recall */
  at?: readonly number[]
  /** samples of the bootstrap; 0 = no intervals */
  bootstrap: number
  /** what stands beside the models */
  baselines: readonly Baseline[]
  /** recall by user activity, popularity and age of the entry, too */
  slices?: boolean
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
  const judge = new Judge(snapshot, set, options)
  const beside = options.funnel && judge.beside(options.funnel)
  const validation = options.modelsOnly ? undefined : tryValidation(snapshot, levels, protocol, notes)
  const { catalog } = levelOf(set, kind)
  let explainer: Explainer | undefined
  for (const model of models) {
    const products = await options.products(model.width)
    const recommender = await towerRecommender(model.name, model, catalog, t, products)
    await judge.add(recommender, above, { run: model.run })
    explainer ??= { reads: model.reads, recommender }
    if (!validation) continue
    const weights = await (weightsOf?.(model) ?? fitHybrid(snapshot, model, validation, products))
    for (const level of levels) {
      const fitted = weights[level]
      if (!fitted) continue
      const own = levelOf(set, level).catalog
      const hybrid = hybridRecommender(snapshot, { recommender, catalog }, own, fitted, t)
      await judge.add(hybrid, [], { run: model.run, fitted })
      if (judge.best === hybrid) explainer = { reads: model.reads, recommender: hybrid }
    }
  }
  for (const level of options.modelsOnly ? [] : levels) {
    const ground = groundOf(snapshot, set, level, validation && canFit(validation, level) ? validation : undefined)
    for (const baseline of options.baselines)
      if (ground.validation || !baseline.fitted) await judge.baseline(await baseline.make(ground), baseline.name)
    if (!options.oracle) continue
    await judge.add(options.oracle.ceiling(snapshot, ground.catalog, t, protocol.windowDays), [], {})
    const oracle = options.oracle.recommender(snapshot, ground.catalog, t, protocol.windowDays)
    await judge.baseline({ recommender: oracle }, 'oracle')
  }
  const funnel = beside && (await beside())
  const cost = coverageNote(judge.rows, kind)
  if (cost) notes.push(cost)
  if (options.modelsOnly)
    notes.push(
      'only models were judged (--models-only); adseq eval without it sets hybrid, control and baselines beside them.',
    )
  else if (options.oracle) notes.push(options.oracle.note)
  if (models.length === 0)
    notes.push(`there is no finished ${kind} run: only baselines are judged. Train one: adseq train ${kind}.`)
  const samples = judge.best
    ? await drawSamples(snapshot, set, judge.best, options.samples, options.why ? explainer : undefined)
    : []
  const report: Report = {
    version: 1,
    kind,
    protocol: set.protocol,
    data: { hash: snapshot.hash },
    runs: models.map(({ run }) => run),
    weights: Object.fromEntries(models.flatMap(({ run, weights }) => (weights === undefined ? [] : [[run, weights]]))),
    levels: Object.fromEntries(levels.map((level) => [level, aboutLevel(set, level)])),
    rows: judge.rows,
    lists: judge.lists.report(),
    ...(funnel && { stages: funnel.stages, reliability: funnel.reliability }),
    notes,
    seconds: (performance.now() - started) / 1000,
  }
  return { report, samples, hits: judge.hits }
}

/** The baselines that a hybrid, and the funnel, have to be better than. */
const CONTROLS = ['control', 'control-recency']

/** Measures one recommender after the other into rows. */
class Judge {
  readonly rows: ReportRow[] = []
  /** what samples are shown of: the first hybrid, else the first model, else the control */
  best: Recommender | undefined
  /** what the lists at the judged level look like */
  readonly lists: Lists
  /** the model that is judged, by level: the others are compared with it user by user */
  private readonly judged = new Map<Level, { name: string } & Measured>()
  /** every row's hits, user by user */
  readonly hits: UserHits[] = []
  private readonly dimensions: Partial<Record<Level, Dimension[]>> = {}

  constructor(
    private readonly snapshot: Snapshot,
    private readonly set: EvaluationSet,
    private readonly options: EvaluateOptions,
  ) {
    this.lists = new Lists(snapshot, set, options.kind)
    if (!options.slices) return
    for (const [level, of] of Object.entries(set.levels))
      this.dimensions[level as Level] = dimensionsOf(snapshot, set.queries, of, set.protocol.cutoff)
  }

  async add(
    recommender: Recommender,
    above: readonly Level[],
    about: Pick<ReportRow, 'run' | 'fitted' | 'baseline'>,
  ): Promise<void> {
    const { progress, bootstrap, protocol } = this.options
    const started = performance.now()
    progress.start(`${recommender.name} (${recommender.level})`, this.set.queries.users.length, 'users')
    const lists = recommender.level === this.lists.level ? this.lists.begin(recommender) : undefined
    const measured = await measure(this.snapshot, this.set, recommender, {
      above,
      dimensions: this.dimensions,
      at: this.options.at,
      bootstrap: { samples: bootstrap, seed: protocol.seed },
      onProgress: (done) => progress.update(done),
      onList: lists?.add,
    })
    lists?.end()
    const seconds = (performance.now() - started) / 1000
    const { recall, positives } = measured[0].metrics
    progress.finish(`recall@10 ${recall['10'].toFixed(4)} over ${count(positives)} conversions`)
    if (this.best === undefined || (this.best.kind === 'model' && recommender.kind === 'hybrid'))
      this.best = recommender
    for (const one of measured) {
      const { name, kind } = recommender
      const judged = this.judged.get(one.level)
      const compared = judged && {
        difference: difference(one.perUser, judged.perUser, judged.name, { samples: bootstrap, seed: protocol.seed }),
      }
      this.rows.push({ name, kind, level: one.level, ...one.metrics, ...about, ...compared, seconds })
      this.hits.push({ level: one.level, kind, name, run: about.run, baseline: about.baseline, perUser: one.perUser })
      if (kind === 'funnel') this.rows.at(-1)!.overControls = this.overControls(one)
      if (kind === 'baseline' && about.fitted) this.holdHybridAgainst(one, name)
      if (!judged && kind === 'model') this.judged.set(one.level, { name, ...one })
    }
  }

  /**
   * Begins to judge the funnel. What is returned waits for it, and then adds its rows at both of its levels, each held
   * against the controls there.
   */
  beside(begin: NonNullable<EvaluateOptions['funnel']>): () => Promise<FunnelJudged> {
    const { set } = this
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
        await this.add(new FunnelRecommender(catalog, lists), [], { run: models[0]?.run })
      }
      return judged
    }
  }

  /** The judged run's hybrid at the level of a control: how much better, user by user. */
  private holdHybridAgainst({ level, perUser }: Measured, control: string): void {
    const { bootstrap, protocol, models } = this.options
    const ofHybrid = (row: { level: Level; kind: string; run?: string }): boolean =>
      row.level === level && row.kind === 'hybrid' && row.run === models[0]?.run
    const [hits, reported] = [this.hits.find(ofHybrid), this.rows.find(ofHybrid)]
    if (hits && reported)
      (reported.overControls ??= []).push(
        difference(hits.perUser, perUser, control, { samples: bootstrap, seed: protocol.seed }),
      )
  }

  private overControls({ level, perUser }: Measured): Difference[] {
    const { bootstrap, protocol } = this.options
    return this.hits
      .filter((row) => row.level === level && CONTROLS.includes(row.baseline ?? ''))
      .map((row) => difference(perUser, row.perUser, row.name, { samples: bootstrap, seed: protocol.seed }))
  }

  /** @param baseline as flags name it */
  async baseline({ recommender, fitted }: Made, baseline: string): Promise<void> {
    await this.add(recommender, [], { fitted, baseline })
  }
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

function tryValidation(
  snapshot: Snapshot,
  levels: readonly Level[],
  protocol: ProtocolOptions,
  notes: string[],
): EvaluationSet | undefined {
  try {
    return validationSet(snapshot, levels, protocol)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    notes.push(`the weights of control and hybrid cannot be fitted, so neither is judged: ${error.message}`)
    return undefined
  }
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
