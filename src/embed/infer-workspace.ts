import { join } from 'node:path'
import type { TopLists } from '../ann/ann-index.js'
import type { Kind } from '../config/schema.js'
import { UserError } from '../core/errors.js'
import { catalogAt } from '../protocol/catalog.js'
import type { Queries } from '../protocol/queries.js'
import { hybridRecommender, towerRecommender } from '../retrieve/model.js'
import { runModel, runWeights, servedProtocol } from '../retrieve/run-model.js'
import { chooseRuns, type RunNames } from '../runs/manifest.js'
import { runFolder } from '../store/paths.js'
import type { Store } from '../store/store.js'
import type { Workspace } from '../workspace/workspace.js'
import { FullPass } from './full-pass.js'
import { infer, type InferResult, type InferTower } from './infer.js'
import { lastEventTime } from './pending.js'

export interface InferWorkspaceOptions {
  runs?: RunNames
  /** encode everyone, not only those with something new */
  full?: boolean
  signal?: AbortSignal
}

export interface InferWorkspaceResult extends InferResult {
  /** models without a finished run: left out */
  missing: Kind[]
}

const KINDS = ['item', 'advertiser'] as const

/** `adseq infer`: brings the stored user vectors and candidates of the latest finished runs up to the last event. */
export async function inferWorkspace(
  workspace: Workspace,
  { runs = {}, full = false, signal }: InferWorkspaceOptions = {},
): Promise<InferWorkspaceResult> {
  const { folder, store, progress } = workspace
  if (store.lastSeq() === 0)
    throw new UserError('There are no events to encode.', 'Import events first: adseq import csv FILES.')
  const chosen = chooseRuns(folder, runs)
  const missing = KINDS.filter((kind) => chosen[kind] === undefined)
  for (const kind of missing)
    progress.line(`There is no finished ${kind} run: its vectors are left out (adseq train ${kind}).`)
  if (!full && Object.values(chosen).every((run) => store.watermark(run) === store.lastSeq()))
    return { ...upToDate(store, chosen), missing }
  const { snapshot } = workspace
  const towers: InferTower[] = []
  for (const kind of KINDS) {
    const id = chosen[kind]
    if (id === undefined) continue
    const tower = kind === 'item' ? await itemTower(workspace, id) : await advertiserTower(workspace, id)
    if (full) tower.full = new FullPass(join(runFolder(folder, id), 'full-pass.json'), snapshot.lastSeq)
    towers.push(tower)
  }
  return { ...(await infer({ store, histories: snapshot, towers, progress, signal })), missing }
}

/** Nothing was ingested since the last pass: no model has to be loaded to say so. */
function upToDate(store: Store, runs: RunNames): InferResult {
  const models: InferResult['models'] = {}
  for (const kind of KINDS) {
    const run = runs[kind]
    if (run !== undefined) models[kind] = { run, encoded: 0, seconds: 0 }
  }
  return { encoded: 0, models, users: store.counts().users, seq: store.lastSeq(), asOf: null, seconds: 0 }
}

async function itemTower(workspace: Workspace, id: string): Promise<InferTower> {
  const { encoder } = await workspace.run(id, 'item')
  return {
    run: id,
    kind: 'item',
    width: encoder.width,
    encodeUsers: (queries) => encoder.encodeUsers(queries),
  }
}

/** Beside the vectors, each user's best advertisers by the run's hybrid; by its towers where none could be fitted. */
async function advertiserTower(workspace: Workspace, id: string): Promise<InferTower> {
  const { snapshot, config } = workspace
  const run = await workspace.run(id, 'advertiser')
  const asOf = lastEventTime(snapshot)
  const protocol = servedProtocol(config.eval, run.manifest)
  const model = runModel(workspace, run, protocol)
  const catalog = catalogAt(snapshot, 'advertiser', asOf)
  const towers = await towerRecommender(model.name, model, catalog, asOf, await workspace.products(model.width))
  const { advertiser: weights } = (await runWeights(workspace, run, protocol)).weights
  const best = weights ? hybridRecommender(snapshot, { recommender: towers, catalog }, catalog, weights, asOf) : towers
  return {
    run: id,
    kind: 'advertiser',
    width: model.width,
    encodeUsers: (queries) => towers.vectors(queries),
    async rank(queries: Queries): Promise<TopLists> {
      const k = Math.min(config.infer.candidates, catalog.size)
      const lists = await best.list(queries, k, { seed: run.manifest.seed })
      return { ...lists, entries: lists.entries.map((entry) => (entry < 0 ? 0 : catalog.ids[entry] + 1)) }
    },
  }
}
