import { dotProducts, type DotProducts } from '../ann/dot-products.js'
import type { Config } from '../config/schema.js'
import { UserError } from '../core/errors.js'
import type { Progress } from '../core/progress.js'
import { createEngine } from '../engine/index.js'
import type { Engine } from '../engine/types.js'
import { leaveOneOut, type LeaveOneOut } from '../features/leave-one-out.js'
import { loadSnapshot } from '../features/snapshot-file.js'
import { TowerRetriever } from '../retrieve/towers.js'
import type { Retriever } from '../retrieve/types.js'
import { openStore } from '../store/open.js'
import { runFolder } from '../store/workspace.js'
import { findRun, listRuns, type Manifest } from '../train/manifest.js'
import { loadRun, type LoadedRun } from '../train/run.js'
import { requestedBaselines } from './baselines.js'
import { evaluateLeaveOneOut, saveLeaveOneOut, type LeaveOneOutReport } from './leave-one-out.js'
import type { EvaluationSet } from './protocol.js'

export interface LeaveOneOutWorkspaceOptions {
  folder: string
  config: Config
  /** id of the run to judge; the latest finished one of this protocol where absent */
  run?: string
  baselines: readonly string[]
  progress: Progress
}

const DAY = 86_400

/**
 * Judges an item run that was trained under leave-one-out, beside the baselines; without one the baselines alone.
 * @throws UserError when the run was trained under another split, or the data has no core
 */
export async function evaluateLeaveOneOutWorkspace({
  folder,
  config,
  run,
  baselines,
  progress,
}: LeaveOneOutWorkspaceOptions): Promise<{ report: LeaveOneOutReport; path?: string }> {
  const requested = requestedBaselines(baselines)
  const manifest = chooseRun(folder, run)
  const store = openStore(folder, { readonly: true })
  let [engine, products, loaded]: [Engine?, DotProducts?, LoadedRun?] = []
  try {
    const snapshot = loadSnapshot(folder, store, progress)
    const split = leaveOneOut(snapshot)
    if (manifest) {
      if (manifest.data.hash !== split.training.hash)
        throw new UserError(
          `Run ${manifest.id} was trained on other data: what it has seen may be held out now.`,
          'Train again: adseq train item --set eval.protocol=leave-one-out.',
        )
      engine = await createEngine({
        engine: config.engine.name,
        device: config.engine.device,
        threads: config.engine.threads || undefined,
      })
      loaded = await loadRun(folder, manifest.id, 'item', engine, split.history)
      products = await dotProducts(loaded.encoder.width, engine)
    }
    const models = manifest
      ? [{ run: manifest.id, make: (set: EvaluationSet) => retrieverOf(loaded!, split, set, products!) }]
      : []
    const report = await evaluateLeaveOneOut(split, snapshot.hash, {
      seed: config.eval.seed,
      bootstrap: config.eval.bootstrap,
      requested,
      models,
      progress,
    })
    return { report, path: manifest && saveLeaveOneOut(runFolder(folder, manifest.id), report) }
  } finally {
    products?.dispose()
    await loaded?.dispose()
    await engine?.dispose()
    store.close()
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

/** Every user is seen at the day of their held-out conversion, which is when they would be asked about. */
async function retrieverOf(
  { encoder, config }: LoadedRun,
  split: LeaveOneOut,
  set: EvaluationSet,
  products: DotProducts,
): Promise<Retriever> {
  const { queries } = set
  const entryVectors = await encoder.encodeList(set.levels.item!.catalog.ids, set.protocol.cutoff)
  const queryVectors = new Float32Array(queries.users.length * encoder.width)
  const byDay = new Map<number, number[]>()
  split.test.time.forEach((time, q) => {
    const moment = Math.ceil(time / DAY) * DAY
    byDay.set(moment, [...(byDay.get(moment) ?? []), q])
  })
  for (const [moment, rows] of byDay) {
    const some = {
      users: Int32Array.from(rows, (q) => queries.users[q]),
      ends: Int32Array.from(rows, (q) => queries.ends[q]),
    }
    const vectors = await encoder.encodeUsers(some, moment)
    rows.forEach((q, i) =>
      queryVectors.set(vectors.subarray(i * encoder.width, (i + 1) * encoder.width), q * encoder.width),
    )
  }
  return new TowerRetriever(
    config.model.userTower === 'transformer' ? 'transformer' : `${config.model.userTower} pooling`,
    'item',
    { queries, queryVectors, entryVectors },
    products,
  )
}
