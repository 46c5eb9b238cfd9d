import { dotProducts, type DotProducts } from '../ann/dot-products.js'
import type { Config } from '../config/schema.js'
import { UserError, hasCode } from '../core/errors.js'
import type { Progress } from '../core/progress.js'
import { createEngine } from '../engine/index.js'
import type { Engine } from '../engine/types.js'
import { loadSnapshot } from '../features/snapshot-file.js'
import { resolveCutoff } from '../features/split.js'
import type { Snapshot } from '../features/snapshot.js'
import { oracleOf } from '../retrieve/oracle.js'
import { openStore } from '../store/open.js'
import { runFolder } from '../store/workspace.js'
import type { Encoder } from '../train/encoder.js'
import { findRun, finishedRuns, type Manifest } from '../train/manifest.js'
import { loadRun, type LoadedRun } from '../train/run.js'
import { requestedBaselines } from './baselines.js'
import { evaluate, type Model, type Towers } from './evaluate.js'
import { aboutFitting, fittingModel, type FittingModel } from './fitting-model.js'
import { isoDate } from './protocol.js'
import { saveReport, type Report } from './report.js'
import { readNames, type SampleNames } from './sample-names.js'
import type { Sample } from './samples.js'

export interface EvaluateWorkspaceOptions {
  folder: string
  kind: 'item' | 'advertiser'
  config: Config
  /** id of the run to judge; the latest finished one where absent */
  run?: string
  /** ids of runs that stand beside it, or 'all' of the same cutoff and data */
  beside: readonly string[] | 'all'
  /** baselines on request */
  baselines: readonly string[]
  samples: number
  /** recall by user activity, popularity and age of the entry, too */
  slices?: boolean
  /** tell which events pulled the results of samples */
  why?: boolean
  /** no hybrid, no control, no baseline */
  modelsOnly?: boolean
  progress: Progress
}

/**
 * Evaluates runs of a workspace and keeps the report in the folder of the run that is judged. Without a finished run
 * the baselines alone are evaluated, and nothing is kept.
 * @throws UserError when a run named is not there, or was trained past the cutoff asked for
 */
export async function evaluateWorkspace(
  options: EvaluateWorkspaceOptions,
): Promise<{ report: Report; samples: Sample[]; names: SampleNames; path?: string }> {
  const { folder, kind, config, progress } = options
  const requested = requestedBaselines(options.baselines)
  const manifests = chooseRuns(options)
  const store = openStore(folder, { readonly: true })
  const loaded: LoadedRun[] = []
  const products = new Map<number, Promise<DotProducts>>()
  let engine: Engine | undefined
  try {
    const snapshot = loadSnapshot(folder, store, progress)
    const cutoff = cutoffOf(snapshot, config, manifests)
    if (manifests.length > 0)
      engine = await createEngine({
        engine: config.engine.name,
        device: config.engine.device,
        threads: config.engine.threads || undefined,
      })
    for (const { id } of manifests) loaded.push(await loadRun(folder, id, kind, engine!, snapshot))
    const { windowDays, indexSize, history, seed, bootstrap } = config.eval
    const fitting = manifests.map((manifest) => fittingModel(manifest, cutoff - windowDays * DAY))
    const { report, samples, hits } = await evaluate(snapshot, {
      kind,
      protocol: { cutoff, windowDays, indexSize, history, seed },
      bootstrap,
      requested,
      samples: options.samples,
      slices: options.slices,
      why: options.why,
      modelsOnly: options.modelsOnly,
      progress,
      oracle: oracleOf(store),
      models: named(loaded, fitting, (id) => loadRun(folder, id, kind, engine!, snapshot, 'selected')),
      products: (width) => {
        if (!products.has(width)) products.set(width, dotProducts(width, engine))
        return products.get(width)!
      },
    })
    report.notes.push(...aboutRuns(manifests), ...(options.modelsOnly ? [] : aboutFitting(fitting)))
    const path =
      manifests.length > 0 ? kept(() => saveReport(runFolder(folder, manifests[0].id), report, hits)) : undefined
    if (manifests.length > 0 && path === undefined)
      progress.line(`The report is not kept in ${runFolder(folder, manifests[0].id)}, which is read-only.`)
    return { report, samples, names: readNames(store, kind, samples), path }
  } finally {
    for (const made of products.values()) (await made).dispose()
    for (const run of loaded) await run.dispose()
    await engine?.dispose()
    store.close()
  }
}

/** The run to judge, then those beside it. Empty when there is no finished run and none was asked for. */
function chooseRuns({ folder, kind, run, beside }: EvaluateWorkspaceOptions): Manifest[] {
  const finished = finishedRuns(folder).filter((manifest) => manifest.kind === kind)
  if (run === undefined && beside.length === 0 && finished.length === 0) return []
  if (beside === 'all' && finished.length === 0) return []
  const judged = findRun(folder, run ?? 'latest', kind)
  if (judged.protocol !== undefined)
    throw new UserError(
      `Run ${judged.id} was trained under ${judged.protocol}: it has seen events of other users after any cutoff.`,
      `Judge it with adseq eval --protocol ${judged.protocol} --run ${judged.id}, or train one under the ` +
        'temporal split.',
    )
  const same = (other: Manifest): boolean => other.cutoff === judged.cutoff && other.data.hash === judged.data.hash
  if (beside === 'all') return [judged, ...finished.filter((other) => other.id !== judged.id && same(other)).reverse()]
  const others = [...new Set(beside)].filter((id) => id !== judged.id).map((id) => findRun(folder, id, kind))
  for (const other of others) {
    if (!same(other))
      throw new UserError(
        `Run ${other.id} cannot stand beside ${judged.id}: it was trained up to another cutoff or on other data.`,
        'Train both with the same eval.cutoff on the same data, or evaluate each on its own.',
      )
  }
  return [judged, ...others]
}

/** The cutoff asked for, or the one the runs were trained up to. */
function cutoffOf(snapshot: Snapshot, config: Config, manifests: readonly Manifest[]): number {
  if (manifests.length === 0) return resolveCutoff(snapshot, config.eval)
  if (config.eval.cutoff === 'auto') return manifests[0].cutoff
  const cutoff = resolveCutoff(snapshot, config.eval)
  for (const manifest of manifests) {
    const seen = learnedUntil(manifest)
    if (cutoff < seen)
      throw new UserError(
        `Run ${manifest.id} has seen events up to ${isoDate(seen)}, after the cutoff ${isoDate(cutoff)}.`,
        'Set eval.cutoff to auto (the cutoff of the run), or train again with this one.',
      )
  }
  return cutoff
}

/** The last moment whose events a run has learned from: without refit, a window before its cutoff. */
const learnedUntil = ({ cutoff, windowDays, refit }: Manifest): number => (refit ? cutoff : cutoff - windowDays * DAY)

const DAY = 86_400
const TOWERS = {
  transformer: 'transformer',
  mean: 'mean pooling',
  max: 'max pooling',
  'decayed-mean': 'decayed mean pooling',
}

/** Runs under names that a table can tell apart. */
function named(
  runs: readonly LoadedRun[],
  fitting: readonly FittingModel[],
  loadSelected: (id: string) => Promise<LoadedRun>,
): Model[] {
  const names = runs.map(({ config }) => TOWERS[config.model.userTower])
  return runs.map(({ manifest, encoder }, i): Model => ({
    run: manifest.id,
    weights: manifest.weightsHash,
    name: names.filter((name) => name === names[i]).length > 1 ? `${names[i]} ${manifest.id.slice(-4)}` : names[i],
    width: encoder.width,
    reads: encoder.reads,
    ...towersOf(encoder),
    // opened only while it is used: its tables are as large as the model's own
    ...(fitting[i].file === 'selected' && {
      selected: async (use) => {
        const selected = await loadSelected(manifest.id)
        try {
          return await use(towersOf(selected.encoder))
        } finally {
          await selected.dispose()
        }
      },
    }),
  }))
}

function towersOf(encoder: Encoder): Towers {
  return {
    encodeUsers: (queries, anchor, source) => encoder.encodeUsers(queries, anchor, source),
    encodeEntries: (ids, asOf) => encoder.encodeList(ids, asOf),
  }
}

/** The path of a report that was saved; undefined in a workspace that is only there to be looked at. */
function kept(save: () => string): string | undefined {
  try {
    return save()
  } catch (error) {
    if (hasCode(error, 'EACCES', 'EROFS', 'EPERM')) return undefined
    throw error
  }
}

function aboutRuns(manifests: readonly Manifest[]): string[] {
  const notes: string[] = []
  const unfit = manifests.filter(({ refit }) => !refit).map(({ id }) => id)
  if (unfit.length > 0)
    notes.push(
      'trained without refit (train.refit: false), so they have not learned from the validation window: ' +
        `${unfit.join(', ')}.`,
    )
  return notes
}
