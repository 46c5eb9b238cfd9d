import type { Config, Kind } from '../config/schema.js'
import { UserError, hasCode } from '../core/errors.js'
import { withThread, type Thread } from '../core/thread.js'
import { DAY } from '../core/time.js'
import type { Snapshot } from '../features/snapshot.js'
import { funnelRuns, rankerOf } from '../funnel/l1/run-ranker.js'
import { resolveCutoff } from '../protocol/cutoff.js'
import { tableOf } from '../retrieve/baselines.js'
import { aboutFitting, fittingModel } from '../retrieve/fitting-model.js'
import type { Model } from '../retrieve/model.js'
import { oracleOf } from '../retrieve/oracle.js'
import { runModel, runWeights } from '../retrieve/run-model.js'
import type { LoadedRun } from '../runs/load.js'
import { findRun, finishedRuns, type Manifest } from '../runs/manifest.js'
import { runFolder } from '../store/paths.js'
import { day } from '../text/moments.js'
import type { Workspace } from '../workspace/workspace.js'
import type { ProtocolOptions } from '../protocol/evaluation-set.js'
import { evaluate, type EvaluateOptions } from './evaluate.js'
import type { BaselinesThread, BaselinesThreadData } from './baselines-thread.js'
import type { FunnelThread, FunnelThreadData } from './funnel-thread.js'
import type { BaselineNews } from './judge.js'
import { saveReport, type Report } from './report.js'
import { readNames, type SampleNames } from './sample-names.js'
import type { Sample } from './samples.js'

export interface EvaluateWorkspaceOptions {
  kind: Kind
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
  /** judge the funnel of the run and the latest advertiser run, too */
  funnel?: boolean
}

/**
 * Evaluates runs of a workspace and keeps the report in the folder of the run that is judged. Without a finished run
 * the baselines alone are evaluated, and nothing is kept.
 * @throws UserError when a run named is not there, or was trained past the cutoff asked for
 */
export async function evaluateWorkspace(
  workspace: Workspace,
  options: EvaluateWorkspaceOptions,
): Promise<{ report: Report; samples: Sample[]; names: SampleNames; path?: string }> {
  const { folder, config, store, progress } = workspace
  const { kind } = options
  const baselines = tableOf(options.baselines)
  const manifests = chooseRuns(folder, options)
  if (options.modelsOnly && manifests.length === 0)
    throw new UserError(
      `There is no finished ${kind} run, and --models-only judges nothing else.`,
      `Train one: adseq train ${kind}. Without --models-only the baselines are judged.`,
    )
  const { snapshot } = workspace
  const cutoff = cutoffOf(snapshot, config, manifests)
  const { windowDays, indexSize, history, seed, bootstrap } = config.eval
  const protocol = { cutoff, windowDays, indexSize, history, seed }
  const loaded = new Map<string, LoadedRun>()
  for (const { id } of manifests) loaded.set(id, await workspace.run(id, kind))
  const asked: EvaluateOptions = {
    kind,
    protocol,
    at: config.eval.at,
    bootstrap,
    baselines,
    samples: options.samples,
    slices: options.slices,
    why: options.why,
    modelsOnly: options.modelsOnly,
    progress,
    oracle: oracleOf(store),
    models: named([...loaded.values()].map((run) => runModel(workspace, run, protocol))),
    weightsOf: async ({ run }) => (await runWeights(workspace, loaded.get(run)!, protocol)).weights,
    products: (width) => workspace.products(width),
  }
  const judged = options.funnel ? loaded.get(manifests[0]?.id) : undefined
  if (options.funnel && !judged)
    throw new UserError('There is no finished item run, and the funnel is made of one.', 'Train one: adseq train item.')
  const judge = (beside: Pick<EvaluateOptions, 'baselinesBeside' | 'funnel'>) =>
    evaluate(snapshot, { ...asked, ...beside })
  const withBaselines = (beside: Pick<EvaluateOptions, 'funnel'>) =>
    options.modelsOnly
      ? judge(beside)
      : withBaselinesThread(workspace, asked, options.baselines, (baselinesBeside) =>
          judge({ ...beside, baselinesBeside }),
        )
  const { report, samples, hits } = judged
    ? await withFunnel(workspace, judged, protocol, (funnel) => withBaselines({ funnel }))
    : await withBaselines({})
  const fitting = manifests.map((manifest) => fittingModel(manifest, cutoff - windowDays * DAY))
  report.notes.push(...aboutRuns(manifests), ...(options.modelsOnly ? [] : aboutFitting(fitting)))
  const own = manifests.length > 0 ? runFolder(folder, manifests[0].id) : undefined
  const path = own && kept(() => saveReport(own, report, hits))
  if (own && !path) progress.line(`The report is not kept in ${own}, which is read-only.`)
  return { report, samples, names: readNames(store, kind, samples), path }
}

/** Lends what judges the baselines, in a thread of its own. */
async function withBaselinesThread<T>(
  { folder, config, snapshot }: Workspace,
  { kind, at, bootstrap, slices, protocol }: EvaluateOptions,
  baselines: readonly string[],
  use: (judge: EvaluateOptions['baselinesBeside']) => Promise<T>,
): Promise<T> {
  const options = { kind, at, bootstrap, slices }
  const data: BaselinesThreadData = { folder, config, snapshot, protocol, baselines, options }
  return withThread(new URL('./baselines-thread', import.meta.url), data, (thread: Thread<BaselinesThread>) =>
    use((levels, tell) => thread.ask('judge', levels, { onEvent: (news) => tell(news as BaselineNews) })),
  )
}

/**
 * Lends what judges the funnel of an item run and the latest advertiser run of the same cutoff, as it would have been
 * at the cutoff, in a thread of its own; its light ranker is trained on the window before where that was not done yet.
 */
async function withFunnel<T>(
  workspace: Workspace,
  item: LoadedRun,
  protocol: ProtocolOptions,
  use: (judge: EvaluateOptions['funnel']) => Promise<T>,
): Promise<T> {
  const { folder, config, snapshot } = workspace
  const runs = await funnelRuns(workspace, item)
  // here, where its progress is seen; the thread finds them kept
  await rankerOf(workspace, runs, protocol)
  for (const run of [runs.item, runs.advertiser]) if (run) await runWeights(workspace, run, protocol)
  const data: FunnelThreadData = {
    folder,
    config,
    snapshot,
    item: item.manifest.id,
    advertiser: runs.advertiser?.manifest.id,
    protocol,
  }
  return withThread(new URL('./funnel-thread', import.meta.url), data, (thread: Thread<FunnelThread>) =>
    use((levels, onProgress) => thread.ask('judge', levels, { onEvent: (queries) => onProgress(queries as number) })),
  )
}

/** The run to judge, then those beside it. Empty when there is no finished run and none was asked for. */
function chooseRuns(folder: string, { kind, run, beside }: EvaluateWorkspaceOptions): Manifest[] {
  const finished = finishedRuns(folder).filter((manifest) => manifest.kind === kind)
  if (run === undefined && beside.length === 0 && finished.length === 0) return []
  if (beside === 'all' && finished.length === 0) return []
  const judged = findRun(folder, run ?? 'latest', kind)
  if (judged.protocol !== undefined)
    throw new UserError(
      `Run ${judged.id} was trained under ${judged.protocol}: it has seen events of other users after any cutoff.`,
      `Judge it with adseq eval --protocol ${judged.protocol} --run ${judged.id}, or train one under the temporal ` +
        'split.',
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
        `Run ${manifest.id} has seen events up to ${day(seen)}, after the cutoff ${day(cutoff)}.`,
        'Set eval.cutoff to auto (the cutoff of the run), or train again with this one.',
      )
  }
  return cutoff
}

/** The last moment whose events a run has learned from: without refit, a window before its cutoff. */
const learnedUntil = ({ cutoff, windowDays, refit }: Manifest): number => (refit ? cutoff : cutoff - windowDays * DAY)

/** Models under names that a table can tell apart. */
function named(models: readonly Model[]): Model[] {
  const twice = (name: string): boolean => models.filter((model) => model.name === name).length > 1
  return models.map((model) => (twice(model.name) ? { ...model, name: `${model.name} ${model.run.slice(-4)}` } : model))
}

/** The path of a report that was saved; undefined in a workspace that is only there to be looked at. */
/** Where a report is kept; undefined where it cannot be, in a read-only workspace. */
export function kept(save: () => string): string | undefined {
  try {
    return save()
  } catch (error) {
    if (hasCode(error, 'EACCES', 'EROFS', 'EPERM')) return undefined
    throw error
  }
}

function aboutRuns(manifests: readonly Manifest[]): string[] {
  const unfit = manifests.filter(({ refit }) => !refit).map(({ id }) => id)
  if (unfit.length === 0) return []
  return [
    'trained without refit (train.refit: false), so they have not learned from the validation window: ' +
      `${unfit.join(', ')}.`,
  ]
}
