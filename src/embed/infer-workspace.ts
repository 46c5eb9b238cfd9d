import type { Kind } from '../config/schema.js'
import { join } from 'node:path'
import { dotProducts } from '../ann/dot-products.js'
import type { Config } from '../config/schema.js'
import { UserError } from '../core/errors.js'
import type { Progress } from '../core/progress.js'
import { openStore } from '../store/open.js'
import type { Store } from '../store/store.js'
import { runFolder } from '../store/workspace.js'

import type { LoadedRun } from '../train/run.js'
import { FullPass } from './full-pass.js'
import { infer, type InferResult, type InferTower } from './infer.js'
import { chooseRuns, openRuns, type OpenedRuns, type RunNames } from './open-runs.js'
import { lastEventTime } from './pending.js'
import { TopAdvertisers } from './top-advertisers.js'

export interface InferWorkspaceOptions {
  folder: string
  config: Config
  runs?: RunNames
  /** encode everyone, not only those with something new */
  full?: boolean
  progress: Progress
  signal?: AbortSignal
}

export interface InferWorkspaceResult extends InferResult {
  /** models without a finished run: left out */
  missing: Kind[]
}

/** Below this many advertisers plain loops beat an engine's padded blocks. */
const FEW_ADVERTISERS = 2048

/** `adseq infer`: brings the stored user vectors and candidates of the latest finished runs up to the last event. */
export async function inferWorkspace(options: InferWorkspaceOptions): Promise<InferWorkspaceResult> {
  const { folder, config, runs = {}, full = false, progress, signal } = options
  const store = openStore(folder)
  try {
    if (store.lastSeq() === 0)
      throw new UserError('There are no events to encode.', 'Import events first: adseq import csv FILES.')
    const chosen = chooseRuns(folder, runs)
    const missing = (['item', 'advertiser'] as const).filter((kind) => chosen[kind] === undefined)
    for (const kind of missing)
      progress.line(`There is no finished ${kind} run: its vectors are left out (adseq train ${kind}).`)
    if (!full && Object.values(chosen).every((run) => store.watermark(run) === store.lastSeq()))
      return { ...upToDate(store, chosen), missing }
    const { name, device, threads } = config.engine
    const opened = await openRuns(
      folder,
      store,
      chosen,
      { engine: name, device, threads: threads || undefined },
      progress,
    )
    try {
      const towers: InferTower[] = []
      if (opened.item) towers.push(inferTower(folder, opened.item, opened, full))
      if (opened.advertiser)
        towers.push({
          ...inferTower(folder, opened.advertiser, opened, full),
          rank: await ranking(opened, config.infer.candidates),
        })
      return { ...(await infer({ store, histories: opened.snapshot, towers, progress, signal })), missing }
    } finally {
      await opened.close()
    }
  } finally {
    store.close()
  }
}

/** Nothing was ingested since the last pass: no model has to be loaded to say so. */
function upToDate(store: Store, runs: RunNames): InferResult {
  const models: InferResult['models'] = {}
  for (const kind of ['item', 'advertiser'] as const) {
    const run = runs[kind]
    if (run !== undefined) models[kind] = { run, encoded: 0, seconds: 0 }
  }
  return { encoded: 0, models, users: store.counts().users, seq: store.lastSeq(), asOf: null, seconds: 0 }
}

function inferTower(folder: string, run: LoadedRun, { snapshot }: OpenedRuns, full: boolean): InferTower {
  const { encoder, manifest } = run
  return {
    tower: {
      run: manifest.id,
      kind: encoder.kind,
      width: encoder.width,
      encodeUsers: (histories, anchor) => encoder.encodeUsers(histories, anchor),
    },
    ...(full && { full: new FullPass(join(runFolder(folder, manifest.id), 'full-pass.json'), snapshot.lastSeq) }),
  }
}

async function ranking({ advertiser, snapshot, engine }: OpenedRuns, candidates: number): Promise<InferTower['rank']> {
  const { encoder, manifest } = advertiser!
  const products = await dotProducts(encoder.width, snapshot.advertisers > FEW_ADVERTISERS ? engine : undefined)
  const top = new TopAdvertisers(
    await encoder.encodeAdvertisers(lastEventTime(snapshot)),
    products,
    candidates,
    manifest.seed,
  )
  return (vectors) => top.rank(vectors)
}
