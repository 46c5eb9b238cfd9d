import { UserError } from '../core/errors.js'
import { leaveOneOut, type LeaveOneOut } from '../protocol/leave-one-out.js'
import { levelOf } from '../protocol/evaluation-set.js'
import { tableOf } from '../retrieve/baselines.js'
import { modelOf, towerRecommender } from '../retrieve/model.js'
import { loadRun } from '../runs/load.js'
import { findRun, listRuns, type Manifest } from '../runs/manifest.js'
import { runFolder } from '../store/paths.js'
import type { Workspace } from '../workspace/workspace.js'
import {
  evaluateLeaveOneOut,
  saveLeaveOneOut,
  type LeaveOneOutOptions,
  type LeaveOneOutReport,
} from './leave-one-out.js'

export interface LeaveOneOutWorkspaceOptions {
  /** id of the run to judge; the latest finished one of this protocol where absent */
  run?: string
  baselines: readonly string[]
}

/**
 * Judges an item run that was trained under leave-one-out, beside the baselines; without one the baselines alone.
 * @throws UserError when the run was trained under another split, or the data has no core
 */
export async function evaluateLeaveOneOutWorkspace(
  workspace: Workspace,
  { run, baselines }: LeaveOneOutWorkspaceOptions,
): Promise<{ report: LeaveOneOutReport; path?: string }> {
  const { folder, snapshot, progress } = workspace
  const { seed, history, bootstrap } = workspace.config.eval
  const table = tableOf(baselines)
  const manifest = chooseRun(folder, run)
  const split = leaveOneOut(snapshot)
  const judge = (models: LeaveOneOutOptions['models']): Promise<LeaveOneOutReport> =>
    evaluateLeaveOneOut(split, snapshot.hash, { seed, history, bootstrap, baselines: table, models, progress })
  if (!manifest) return { report: await judge([]) }
  const report = await withModel(workspace, manifest, split, (model) => judge([model]))
  return { report, path: saveLeaveOneOut(runFolder(folder, manifest.id), report) }
}

async function withModel<T>(
  workspace: Workspace,
  manifest: Manifest,
  split: LeaveOneOut,
  use: (model: LeaveOneOutOptions['models'][number]) => Promise<T>,
): Promise<T> {
  if (manifest.data.hash !== split.training.hash)
    throw new UserError(
      `Run ${manifest.id} was trained on other data: what it has seen may be held out now.`,
      'Train again: adseq train item --set eval.protocol=leave-one-out.',
    )
  const { history } = split
  const loaded = await loadRun(workspace.folder, manifest.id, 'item', await workspace.engine(), history, history)
  try {
    const model = modelOf(loaded)
    const products = await workspace.products(model.width)
    return await use({
      run: manifest.id,
      make: (set) => towerRecommender(model.name, model, levelOf(set, 'item').catalog, set.protocol.cutoff, products),
    })
  } finally {
    await loaded.dispose()
  }
}

/** @throws UserError for a run of another split */
function chooseRun(folder: string, run: string | undefined): Manifest | undefined {
  const known = listRuns(folder).filter(
    ({ kind, status, protocol }) => kind === 'item' && status === 'done' && protocol === 'leave-one-out',
  )
  if (run === undefined) return known.at(-1)
  const manifest = findRun(folder, run, 'item')
  if (manifest.protocol !== 'leave-one-out') {
    throw new UserError(
      `Run ${run} was trained under the temporal split: it has seen conversions that leave-one-out holds out.`,
      'Train one for it: adseq train item --set eval.protocol=leave-one-out.',
    )
  }
  return manifest
}
