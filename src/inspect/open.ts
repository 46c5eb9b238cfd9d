import type { Kind } from '../config/schema.js'
import { UserError } from '../core/errors.js'
import type { Snapshot } from '../features/snapshot.js'
import { openGeneration } from '../generations/open.js'
import { servedUser, type ServedUser } from '../generations/served.js'
import { catalogAt, catalogOf } from '../protocol/catalog.js'
import { resolveCutoff } from '../protocol/cutoff.js'
import { baselineNamed } from '../retrieve/baselines.js'
import { validationSet } from '../retrieve/fit.js'
import { hybridRecommender, towerRecommender } from '../retrieve/model.js'
import { runModel, runWeights, servedProtocol } from '../retrieve/run-model.js'
import type { LoadedRun } from '../runs/load.js'
import { findRun, finishedRuns, type RunNames } from '../runs/manifest.js'
import type { Workspace } from '../workspace/workspace.js'
import { readItemGraph } from './item-graph.js'
import { historyAt, type Looking } from './looking.js'
import { storeNames } from './store-names.js'
import type { Subject } from './types.js'

export interface OpenOptions {
  /** runs to use; the latest finished one of a kind otherwise, none where there is none */
  runs?: RunNames
  /** models that are needed: both by default */
  kinds?: readonly Kind[]
  /** what recommends: hybrid (default), towers, or the name of a baseline */
  by?: string
  /** look at the generation that is served instead of the runs */
  asServed?: boolean
}

/**
 * What a workspace holds, to look at. Histories end at the latest cutoff of the runs, so that neither has seen what
 * came after; without a run, at the cutoff that a training would take; as served, at the moment that the generation
 * knows.
 * @throws UserError when there is no data, a named run is not there, a run does not fit the data, or nothing is served
 */
export async function openSubject(workspace: Workspace, options: OpenOptions = {}): Promise<Subject> {
  if (options.asServed) return servedSubject(workspace)
  const { folder, config, snapshot, store } = workspace
  const { runs = {}, kinds = ['item', 'advertiser'], by = 'hybrid' } = options
  const baseline = by === 'hybrid' || by === 'towers' ? undefined : baselineNamed(by)
  const names = runsToLookAt(folder, runs, kinds)
  const loaded: Partial<Record<Kind, LoadedRun>> = {}
  for (const kind of kinds) {
    const id = names[kind]
    if (id !== undefined) loaded[kind] = await workspace.run(id, kind)
  }
  const manifests = Object.values(loaded).map(({ manifest }) => manifest)
  const moment =
    manifests.length > 0 ? Math.max(...manifests.map(({ cutoff }) => cutoff)) : resolveCutoff(snapshot, config.eval)
  const subject: Subject = {
    snapshot,
    names: storeNames(store),
    moment,
    windowDays: manifests[0]?.windowDays ?? config.eval.windowDays,
    history: (user) => historyAt(snapshot, user, moment),
    ...(names.item !== undefined && { graph: () => readItemGraph(folder, names.item!, snapshot) }),
  }
  for (const kind of kinds) {
    const run = loaded[kind]
    if (baseline) subject[kind] = await baselineLooking(workspace, baseline.name, kind, moment, run)
    else if (run) subject[kind] = await modelLooking(workspace, run, moment, by === 'hybrid')
  }
  return subject
}

/** Ids of the runs that are meant, for each kind that has one. @throws UserError when a named one is not there */
export function runsToLookAt(folder: string, named: RunNames, kinds: readonly Kind[]): RunNames {
  const finished = new Set(finishedRuns(folder).map((run) => run.kind))
  const names: RunNames = {}
  for (const kind of kinds)
    if (named[kind] !== undefined || finished.has(kind)) names[kind] = findRun(folder, named[kind] ?? 'latest', kind).id
  return names
}

/** A run's hybrid, with the weights that it is served with; its towers where asked for, or where none were fitted. */
async function modelLooking(workspace: Workspace, run: LoadedRun, moment: number, blended: boolean): Promise<Looking> {
  const { snapshot, config } = workspace
  const { manifest } = run
  const protocol = servedProtocol(config.eval, manifest)
  const model = runModel(workspace, run, protocol)
  const catalog = catalogAt(snapshot, manifest.kind, moment)
  const products = await workspace.products(model.width)
  const towers = await towerRecommender(model.name, model, catalog, moment, products)
  const weights = blended ? (await runWeights(workspace, run, protocol)).weights[manifest.kind] : undefined
  return {
    run: manifest.id,
    recommender: weights
      ? hybridRecommender(snapshot, { recommender: towers, catalog }, catalog, weights, moment)
      : towers,
    catalog,
    reads: model.reads,
    vectors: vectorsOf(run, moment),
  }
}

async function baselineLooking(
  workspace: Workspace,
  name: string,
  kind: Kind,
  moment: number,
  run: LoadedRun | undefined,
): Promise<Looking> {
  const { snapshot, config } = workspace
  const catalog = catalogAt(snapshot, kind, moment)
  const baseline = baselineNamed(name)
  const { windowDays, history, seed } = config.eval
  const validation = baseline.fitted
    ? validationSet(snapshot, [kind], { cutoff: moment, windowDays, history, seed, indexSize: 0 })
    : undefined
  const { recommender } = await baseline.make({ snapshot, catalog, t: moment, windowDays, validation })
  return {
    run: run?.manifest.id ?? null,
    recommender,
    catalog,
    reads: Infinity,
    ...(run && { vectors: vectorsOf(run, moment) }),
  }
}

/** The vectors of a run's entries; those of the whole catalog are encoded when they are first asked for, and kept. */
function vectorsOf({ encoder }: LoadedRun, moment: number): Looking['vectors'] {
  let kept: { ids: Int32Array; vectors: Promise<Float32Array> } | undefined
  return {
    width: encoder.width,
    of(ids) {
      if (ids.length === 1) return encoder.encodeEntries(ids, moment)
      if (kept?.ids !== ids) kept = { ids, vectors: encoder.encodeEntries(ids, moment) }
      return kept.vectors
    },
  }
}

/** The generation that is served, as the server reads it. @throws UserError when there is none, or it is damaged */
async function servedSubject(workspace: Workspace): Promise<Subject> {
  const { snapshot, store, paths, config, folder } = workspace
  const row = store.currentGeneration()
  if (!row) throw new UserError('There is no generation to look at.', 'Publish one: adseq infer, then adseq index.')
  const { itemRun, advertiserRun } = row
  const item = await workspace.userTower(itemRun!, 'item')
  const advertiser = advertiserRun === undefined ? undefined : await workspace.userTower(advertiserRun, 'advertiser')
  const generation = await openGeneration(paths.index, row, { item: item.encoder, advertiser: advertiser?.encoder })
  const { manifest, items, advertisers } = generation
  const read = (user: number): ServedUser | undefined => servedUser(store, manifest, snapshot, user + 1)
  const looking = (run: LoadedRun, recommender: Looking['recommender']): Looking => ({
    run: run.manifest.id,
    recommender,
    catalog: everything(snapshot, run.manifest.kind, recommender.entries),
    reads: run.encoder.reads,
  })
  return {
    snapshot,
    names: storeNames(store),
    item: looking(item, items),
    ...(advertiser && advertisers && { advertiser: looking(advertiser, advertisers) }),
    graph: () => readItemGraph(folder, itemRun!, snapshot),
    moment: manifest.asOf,
    windowDays: config.eval.windowDays,
    history: (user) => read(user)?.queries ?? historyAt(snapshot, user, -1),
    served: {
      generation: row.id,
      advertisers(user) {
        const stored = read(user)?.advertisers
        return stored && Array.from(stored.ids, (id, i) => ({ id, rank: i + 1, score: stored.scores[i] }))
      },
    },
  }
}

const everything = (snapshot: Snapshot, kind: Kind, entries: number): Looking['catalog'] =>
  catalogOf(
    snapshot,
    kind,
    Int32Array.from({ length: entries }, (_, id) => id),
  )
