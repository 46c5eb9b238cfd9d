import { existsSync, readFileSync } from 'node:fs'
import type { Kind } from '../config/schema.js'
import { UserError } from '../core/errors.js'
import { hashJson, sha256 } from '../core/hash.js'
import { lastEventTime } from '../embed/pending.js'
import { readCountries } from '../funnel/countries.js'
import { keptRanker, rankerPath } from '../funnel/l1/run-ranker.js'
import { makeTables } from '../funnel/tables.js'
import { catalogOf } from '../protocol/catalog.js'
import { logPopularity } from '../retrieve/popularity.js'
import { runWeights, servedProtocol } from '../retrieve/run-model.js'
import { chooseRuns, findRun, type RunNames } from '../runs/manifest.js'
import type { Workspace } from '../workspace/workspace.js'
import { buildGeneration, servableSeq, type BuildResult, type PublishedEntries } from './build.js'

/** Raised when other files come of the same: what was published before is then built again. */
const VERSION = 1

export interface IndexWorkspaceOptions {
  runs?: RunNames
  /** older generations whose files are kept; undefined keeps all */
  keep?: number
  signal?: AbortSignal
}

/** `adseq index`: builds and publishes a generation from the latest finished runs. */
export async function indexWorkspace(
  workspace: Workspace,
  { runs = {}, keep, signal }: IndexWorkspaceOptions = {},
): Promise<BuildResult> {
  const { folder, config, store, progress, paths } = workspace
  const chosen = runsToIndex(folder, runs)
  if (chosen.advertiser === undefined)
    progress.line('There is no finished advertiser run: the generation serves items only (adseq train advertiser).')
  servableSeq(store, chosen.item, chosen.advertiser)
  // before anything is read: what comes meanwhile is not in it
  const madeFrom = sourceOf(workspace, chosen)
  const asOf = lastEventTime(workspace.snapshot)
  const item = await workspace.run(chosen.item, 'item')
  const advertiser = chosen.advertiser === undefined ? undefined : await workspace.run(chosen.advertiser, 'advertiser')
  const { manifest } = item
  const protocol = servedProtocol(config.eval, manifest)
  const kept = keptRanker(workspace, { item, advertiser }, protocol)
  if (!kept)
    progress.line('No light ranker is trained for these runs: ads are ordered by fused ranks (adseq train l1).')
  const { snapshot } = workspace
  const tables = makeTables(snapshot, readCountries(store, snapshot.users), asOf, protocol.windowDays)
  return buildGeneration({
    indexFolder: paths.index,
    store,
    items: await entriesOf(workspace, chosen.item, 'item', asOf),
    advertisers: chosen.advertiser ? await entriesOf(workspace, chosen.advertiser, 'advertiser', asOf) : undefined,
    funnel: { tables, ranker: kept?.ranker },
    asOf,
    index: config.index,
    history: config.eval.history,
    seed: manifest.seed,
    madeFrom,
    keep,
    progress,
    signal,
  })
}

interface IndexRuns {
  item: string
  advertiser?: string
}

/** @throws UserError when there is no finished item run */
export function runsToIndex(folder: string, runs: RunNames = {}): IndexRuns {
  const { item, advertiser } = chooseRuns(folder, runs)
  if (item === undefined) throw new UserError('There is no finished item run to index.', 'Train one: adseq train item.')
  return { item, ...(advertiser !== undefined && { advertiser }) }
}

/**
 * Names what a generation built now would be made from: data, runs, light ranker, how far users are encoded, settings.
 * Nothing is loaded for it.
 */
export function sourceOf(workspace: Workspace, { item, advertiser }: IndexRuns): string {
  const { folder, config, store } = workspace
  const manifest = findRun(folder, item, 'item')
  const other = advertiser === undefined ? undefined : findRun(folder, advertiser, 'advertiser')
  const protocol = servedProtocol(config.eval, manifest)
  const runs = { item: { manifest }, ...(other && { advertiser: { manifest: other } }) }
  const ranker = rankerPath(workspace, runs, protocol)
  return hashJson({
    VERSION,
    weights: [manifest.weightsHash, other?.weightsHash ?? null],
    runs: [item, advertiser ?? null],
    seq: servableSeq(store, item, advertiser),
    data: store.dataHash(),
    ranker: existsSync(ranker) ? sha256(readFileSync(ranker)) : null,
    protocol,
    index: config.index,
    history: config.eval.history,
  })
}

async function entriesOf(workspace: Workspace, id: string, kind: Kind, asOf: number): Promise<PublishedEntries> {
  const { snapshot, config } = workspace
  const run = await workspace.run(id, kind)
  const { encoder, manifest } = run
  const weights = (await runWeights(workspace, run, servedProtocol(config.eval, manifest))).weights[kind] ?? null
  const ids = Int32Array.from({ length: encoder.entries }, (_, i) => i)
  return {
    run: id,
    width: encoder.width,
    entries: encoder.entries,
    encode: (from, to) => encoder.encodeEntries(ids.subarray(from, to), asOf),
    popularity: logPopularity(snapshot, catalogOf(snapshot, kind, ids), asOf, weights?.popularityDays ?? 30),
    weights,
  }
}
