import type { DotProducts } from '../ann/dot-products.js'
import { UserError } from '../core/errors.js'
import { type Progress } from '../core/progress.js'
import type { Snapshot } from '../features/snapshot.js'
import { catalogOver } from '../retrieve/catalog.js'
import { BestOfGroup } from '../retrieve/best-of-group.js'
import { Blend } from '../retrieve/blend.js'
import type { OracleSource } from '../retrieve/oracle.js'
import { logPopularity } from '../retrieve/popularity.js'
import { TowerRetriever } from '../retrieve/towers.js'
import type { Level, Queries, Retriever } from '../retrieve/types.js'
import { baselines, type Entrant, type OnRequest } from './baselines.js'
import { HYBRID_GRID, canFit, fitBlend, validationSet } from './fit.js'
import type { UserHits } from './hits-file.js'
import { Lists } from './lists.js'
import { levelOf, measure, type Measured } from './measure.js'
import { difference } from './metrics.js'
import { evaluationSet, type EvaluationSet, type ProtocolOptions } from './protocol.js'
import type { Fitted, Report, ReportRow } from './report.js'
import { drawSamples, type Explainer, type Sample } from './samples.js'
import { dimensionsOf } from './slices.js'
import { count } from '../text/numbers.js'
import { day } from '../text/moments.js'

/** The towers of a model: train's Encoder has this shape. */
export interface Towers {
  /**
   * unit vectors [Q, width] of histories as seen at `anchor` (unix seconds), of the snapshot's events or those of
   * `source`
   */
  encodeUsers(queries: Queries, anchor: number, source?: Snapshot): Promise<Float32Array>
  /** unit vectors [ids.length, width] of items or advertisers, popularity as of `asOf` (unix seconds) */
  encodeEntries(ids: Int32Array, asOf: number): Promise<Float32Array>
}

/** A finished run as evaluation sees it. */
export interface Model extends Towers {
  run: string
  /** SHA-256 of its weights */
  weights?: string
  /** as printed: "transformer", "mean pooling" */
  name: string
  width: number
  /** latest events of a history that it reads */
  reads: number
  /**
   * Lends the towers of the same run as they were before they learned from the validation window: the hybrid's weights
   * are fitted with them. Absent: the model itself has not seen it, or nothing else is kept.
   */
  selected?<T>(use: (towers: Towers) => Promise<T>): Promise<T>
}

export interface EvaluateOptions {
  kind: 'item' | 'advertiser'
  protocol: ProtocolOptions
  /** samples of the bootstrap; 0 = no intervals */
  bootstrap: number
  requested: readonly OnRequest[]
  /** recall by user activity, popularity and age of the entry, too */
  slices?: boolean
  /** users whose results are shown one by one; 0 = none */
  samples: number
  /** tell which events pulled the results of samples */
  why?: boolean
  /** the first is the one judged; the others stand beside it */
  models: readonly Model[]
  /** no hybrid, no control, no baseline: what a study needs of each of many runs */
  modelsOnly?: boolean
  /** where the data is a generated world: what could be found at best */
  oracle?: OracleSource
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
  const { kind, protocol, models } = options
  const started = performance.now()
  // a sampled index of items says nothing about whole advertisers
  const wanted: Level[] = kind === 'item' && protocol.indexSize === 0 ? ['advertiser', 'category'] : []
  const set = evaluationSet(snapshot, [kind, ...wanted], protocol)
  if (!hasPositives(set, kind)) throw nothingToFind(kind, protocol)
  const above = wanted.filter((level) => hasPositives(set, level))
  if (options.slices)
    for (const level of Object.values(set.levels))
      level.dimensions = dimensionsOf(snapshot, set.queries, level, protocol.cutoff)
  const notes: string[] = []
  const judge = new Judge(snapshot, set, options)
  const validation = options.modelsOnly ? undefined : tryValidation(snapshot, [kind, ...above], protocol, notes)
  let explainer: Explainer | undefined
  for (const model of models) {
    const products = await options.products(model.width)
    const tower = await towerOf(model.name, model, set, kind, products)
    await judge.add(tower, above, { run: model.run })
    const without = variantsOf(tower, model, protocol.cutoff)
    explainer ??= without
    if (!validation) continue
    const levels = [kind, ...above].filter((level) => canFit(validation, level))
    const weights = await lendSelected(model, async (towers) =>
      fitHybrids(snapshot, validation, levels, await towerOf(model.name, towers, validation, kind, products)),
    )
    for (const [level, fitted] of weights) {
      const { catalog } = levelOf(set, level)
      const base = level === kind ? tower : new BestOfGroup(snapshot, tower, levelOf(set, kind).catalog, catalog)
      const popularity = logPopularity(snapshot, catalog, protocol.cutoff, fitted.popularityDays)
      const hybrid = new Blend(
        `${model.name} + history`,
        'hybrid',
        snapshot,
        catalog,
        popularity,
        fitted,
        base,
        protocol.cutoff,
      )
      await judge.add(hybrid, [], { run: model.run, fitted })
      if (judge.best !== hybrid) continue
      explainer = {
        reads: model.reads,
        retriever: async (variants) =>
          new Blend(
            hybrid.name,
            'hybrid',
            variants.snapshot,
            catalogOver(catalog, variants.snapshot),
            popularity,
            fitted,
            await without.retriever(variants),
            protocol.cutoff,
          ),
      }
    }
  }
  for (const level of options.modelsOnly ? [] : [kind, ...above]) {
    const fitOn = validation && canFit(validation, level) ? validation : undefined
    for (const entrant of await baselines(snapshot, set, level, fitOn, options.requested)) await judge.baseline(entrant)
    if (options.oracle)
      await judge.baseline({
        make: () =>
          options.oracle!.retriever(snapshot, levelOf(set, level).catalog, protocol.cutoff, protocol.windowDays),
      })
  }
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
  const levels = Object.fromEntries([kind, ...above].map((level) => [level, aboutLevel(set, level)]))
  const report: Report = {
    version: 1,
    kind,
    protocol: set.protocol,
    data: { hash: snapshot.hash },
    runs: models.map(({ run }) => run),
    weights: Object.fromEntries(models.flatMap(({ run, weights }) => (weights === undefined ? [] : [[run, weights]]))),
    levels,
    rows: judge.rows,
    lists: judge.lists.report(),
    notes,
    seconds: (performance.now() - started) / 1000,
  }
  return { report, samples, hits: judge.hits }
}

/**
 * The weights of a model's hybrid at every level: own history and popularity are counted there, items give their best
 * score.
 */
async function fitHybrids(
  snapshot: Snapshot,
  validation: EvaluationSet,
  levels: readonly Level[],
  tower: Retriever,
): Promise<[Level, Fitted][]> {
  const fits: [Level, Fitted][] = []
  for (const level of levels) {
    const base =
      level === tower.level
        ? tower
        : new BestOfGroup(snapshot, tower, levelOf(validation, tower.level).catalog, levelOf(validation, level).catalog)
    fits.push([level, await fitBlend(snapshot, validation, level, HYBRID_GRID, base)])
  }
  return fits
}

/** The model to fit weights with: the selected one where it is kept. */
function lendSelected<T>(model: Model, use: (towers: Towers) => Promise<T>): Promise<T> {
  return model.selected ? model.selected(use) : use(model)
}

/** Scores a model's entries for the users of `set`, as of its cutoff. */
async function towerOf(
  name: string,
  model: Towers,
  set: EvaluationSet,
  kind: 'item' | 'advertiser',
  products: DotProducts,
): Promise<TowerRetriever> {
  const t = set.protocol.cutoff
  const { catalog } = levelOf(set, kind)
  const entryVectors = await model.encodeEntries(catalog.ids, t)
  const queryVectors = await model.encodeUsers(set.queries, t)
  return new TowerRetriever(name, kind, { queries: set.queries, queryVectors, entryVectors }, products)
}

/** The same model for histories with events left out. */
function variantsOf(tower: TowerRetriever, model: Model, cutoff: number): Explainer {
  return {
    reads: model.reads,
    retriever: async ({ snapshot, queries }) =>
      tower.forQueries(queries, await model.encodeUsers(queries, cutoff, snapshot)),
  }
}

/** Measures one retriever after the other into rows. */
class Judge {
  readonly rows: ReportRow[] = []
  /** what samples are shown of: the first hybrid, else the first model, else the control */
  best: Retriever | undefined
  /** what the lists at the judged level look like */
  readonly lists: Lists
  /** the model that is judged, by level: the others are compared with it user by user */
  private readonly judged = new Map<Level, { name: string } & Measured>()
  /** what is kept user by user: the judged run's model and hybrid, and the controls */
  readonly hits: UserHits[] = []

  constructor(
    private readonly snapshot: Snapshot,
    private readonly set: EvaluationSet,
    private readonly options: EvaluateOptions,
  ) {
    this.lists = new Lists(snapshot, set, options.kind)
  }

  async add(retriever: Retriever, above: readonly Level[], about: Pick<ReportRow, 'run' | 'fitted'>): Promise<void> {
    const { progress, bootstrap, protocol } = this.options
    const started = performance.now()
    progress.start(`${retriever.name} (${retriever.level})`, this.set.queries.users.length, 'users')
    const lists = retriever.level === this.lists.level ? this.lists.begin(retriever) : undefined
    const measured = await measure(
      this.snapshot,
      this.set,
      retriever,
      above,
      { samples: bootstrap, seed: protocol.seed },
      (done) => progress.update(done),
      lists?.add,
    )
    lists?.end()
    const seconds = (performance.now() - started) / 1000
    progress.finish(
      `recall@10 ${measured[0].metrics.recall['10'].toFixed(4)} over ${count(measured[0].metrics.positives)} ` +
        'conversions',
    )
    if (this.best === undefined || (this.best.kind === 'model' && retriever.kind === 'hybrid')) this.best = retriever
    for (const one of measured) {
      const { name, kind } = retriever
      const judged = this.judged.get(one.level)
      const compared = judged && {
        difference: difference(one.perUser, judged.perUser, judged.name, { samples: bootstrap, seed: protocol.seed }),
      }
      this.rows.push({ name, kind, level: one.level, ...one.metrics, ...about, ...compared, seconds })
      if (about.run === this.options.models[0]?.run || (kind === 'baseline' && about.fitted))
        this.keep({ level: one.level, kind, name, perUser: one.perUser })
      if (!judged && kind === 'model') this.judged.set(one.level, { name, ...one })
    }
  }

  /** Keeps a row's hits; the controls come last of them and are what the hybrid of their level is held against. */
  private keep(row: UserHits): void {
    this.hits.push(row)
    if (row.kind !== 'baseline') return
    const { bootstrap, protocol } = this.options
    const hybrid = this.hits.find(({ level, kind }) => level === row.level && kind === 'hybrid')
    const reported = this.rows.find(
      (one) => one.level === row.level && one.kind === 'hybrid' && one.name === hybrid?.name,
    )
    if (hybrid && reported)
      (reported.overControls ??= []).push(
        difference(hybrid.perUser, row.perUser, row.name, { samples: bootstrap, seed: protocol.seed }),
      )
  }

  async baseline({ make, fitted }: Entrant): Promise<void> {
    await this.add(make(), [], { fitted })
  }
}

/** Does the level have entries, and conversions that name one? */
function hasPositives(set: EvaluationSet, level: Level): boolean {
  return levelOf(set, level).positives.some((entry) => entry >= 0)
}

function nothingToFind(kind: 'item' | 'advertiser', { cutoff, windowDays }: ProtocolOptions): UserError {
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
