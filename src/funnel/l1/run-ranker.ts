import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { AdKind } from '../../ads/inventory.js'
import { hashJson } from '../../core/hash.js'
import { readSafetensors } from '../../core/safetensors.js'
import { UserError } from '../../core/errors.js'
import { DAY } from '../../core/time.js'
import { protocolOf, type ProtocolOptions } from '../../protocol/evaluation-set.js'
import { modelOf, towersOf, type Model } from '../../retrieve/model.js'
import { runModel, runWeights, servedProtocol } from '../../retrieve/run-model.js'
import type { Towers } from '../../retrieve/towers.js'
import type { LoadedRun } from '../../runs/load.js'
import { chooseRuns, finishedRuns, type RunNames } from '../../runs/manifest.js'
import { runFolder } from '../../store/paths.js'
import type { Workspace } from '../../workspace/workspace.js'
import { partsAsOf, type FunnelModel } from '../as-of.js'
import { countryOf, readCountries } from '../countries.js'
import type { AdsNow } from '../eligibility.js'
import { Funnel } from '../funnel.js'
import type { GeneratorType, Parts } from '../generators/generator.js'
import { generatorTypes } from '../own-generators.js'
import type { Countries } from '../tables.js'
import { featureNames } from './features.js'
import { LightRanker } from './light-ranker.js'
import { labelledUsers } from './rows.js'
import { L1, trainLightRanker, type L1Report } from './train.js'

/** Raised when features or training change: rankers kept before are then trained again. */
const VERSION = 2
/** Users that a ranker is trained on. */
const USERS = 6000

/** The runs that a funnel is made of. */
export interface FunnelRuns {
  item: LoadedRun
  advertiser?: LoadedRun
}
/** The runs that the funnel of an item run is made of: beside it the latest advertiser run of its cutoff and data. */
export async function funnelRuns(workspace: Workspace, item: LoadedRun): Promise<FunnelRuns> {
  const found = finishedRuns(workspace.folder).findLast(
    ({ kind, cutoff, data }) =>
      kind === 'advertiser' && cutoff === item.manifest.cutoff && data.hash === item.manifest.data.hash,
  )
  return { item, ...(found && { advertiser: await workspace.run(found.id, 'advertiser') }) }
}

type Described = Record<'item', Pick<LoadedRun, 'manifest'>> &
  Partial<Record<'advertiser', Pick<LoadedRun, 'manifest'>>>

/** A light ranker, with what it was trained on. */
export interface KeptRanker {
  ranker: LightRanker
  report: Record<AdKind, L1Report>
}

/** Where the ranker of two runs for a protocol is kept: in the folder of the item run. */
export function rankerPath(
  workspace: Pick<Workspace, 'folder' | 'config'>,
  { item, advertiser }: Described,
  options: ProtocolOptions,
): string {
  const { hash } = protocolOf(options)
  const { generators, adsPerAdvertiser } = workspace.config.funnel
  const weights = [item.manifest.weightsHash, advertiser?.manifest.weightsHash]
  const name = hashJson({ VERSION, columns: featureNames([]), L1, USERS, hash, weights, generators, adsPerAdvertiser })
  return join(runFolder(workspace.folder, item.manifest.id), `l1-${name}.safetensors`)
}

/** The ranker that was trained for these runs, this protocol and these generators; undefined where there is none. */
export function keptRanker(
  workspace: Workspace,
  runs: FunnelRuns,
  options: ProtocolOptions,
): (KeptRanker & { path: string }) | undefined {
  const path = rankerPath(workspace, runs, options)
  if (!existsSync(path)) return undefined
  const { metadata } = readSafetensors(path)
  const ranker = LightRanker.load(path)
  return { path, ranker, report: JSON.parse(metadata.report) as KeptRanker['report'] }
}

/**
 * Trains the ranker of two runs on the window before the protocol's cutoff, with towers that have not learned from it,
 * and keeps it with the item run.
 * @throws UserError when nobody is there to learn from
 */
export async function runRanker(
  workspace: Workspace,
  runs: FunnelRuns,
  options: ProtocolOptions,
): Promise<KeptRanker & { path: string }> {
  const { snapshot, progress, config } = workspace
  const users = labelledUsers(snapshot, momentOf(options, 'before the window'), options.windowDays, USERS, options.seed)
  if (users.users.length < 20)
    throw new UserError(
      `Only ${users.users.length} users were active before the window that a light ranker learns from.`,
      'Choose a later eval.cutoff or a shorter eval.windowDays, or import more data.',
    )
  const made = await withParts(
    workspace,
    runs,
    options,
    'before the window',
    async ({ parts, types, now, countries }) => {
      const funnel = new Funnel(parts, types, config.funnel)
      return trainLightRanker(funnel, now, users, {
        engine: await workspace.engine(),
        countryOf: (u) => countryOf(countries, users.users[u]),
        progress,
      })
    },
  )
  const path = rankerPath(workspace, runs, options)
  made.ranker.save(path, { report: JSON.stringify(made.report) })
  return { ...made, path }
}

/** The ranker of these runs: the one that is kept, else trained now and kept. @throws UserError as runRanker */
export async function rankerOf(workspace: Workspace, runs: FunnelRuns, options: ProtocolOptions): Promise<LightRanker> {
  return (keptRanker(workspace, runs, options) ?? (await runRanker(workspace, runs, options))).ranker
}

/** As they are served, or as they were before they learned from the validation window. */
type Phase = 'final' | 'before the window'

/** The moment that models of a phase know: the cutoff, or the beginning of the window before it. */
const momentOf = ({ cutoff, windowDays }: ProtocolOptions, phase: Phase): number =>
  phase === 'final' ? cutoff : cutoff - windowDays * DAY

/** What a funnel is made of as of a moment, with an ad of everything known by then, and where users are. */
export interface PartsAsOf {
  parts: Parts
  /** of generators, the user's own too: as they are served */
  types: readonly GeneratorType[]
  now: AdsNow
  countries: Countries
}

/**
 * Lends the parts of a funnel of two runs, as of the moment that their models of a phase know.
 * @throws UserError where a generator of the user's own cannot be loaded
 */
export async function withParts<T>(
  workspace: Workspace,
  runs: FunnelRuns,
  options: ProtocolOptions,
  phase: Phase,
  use: (made: PartsAsOf) => Promise<T>,
): Promise<T> {
  const { folder, config, snapshot, store } = workspace
  const types = await generatorTypes(folder, config.funnel)
  const countries = readCountries(store, snapshot.users)
  const { windowDays, history, seed } = options
  const asOf = { countries, t: momentOf(options, phase), windowDays, masked: history === 'masked', seed }
  return withModels(workspace, runs, options, phase, async (item, advertiser) =>
    use({ ...(await partsAsOf(snapshot, { item, advertiser, ...asOf })), types, countries }),
  )
}

/** Lends the models of a funnel. */
async function withModels<T>(
  workspace: Workspace,
  runs: FunnelRuns,
  options: ProtocolOptions,
  phase: Phase,
  use: (item: FunnelModel, advertiser: FunnelModel | undefined) => Promise<T>,
): Promise<T> {
  const lend = async <R>(run: LoadedRun, work: (model: FunnelModel) => Promise<R>): Promise<R> => {
    const { weights } = await runWeights(workspace, run, options)
    const { kind, id } = run.manifest
    const of = (towers: Towers): FunnelModel => ({ run: id, kind, width: run.encoder.width, towers, weights })
    const model: Model = phase === 'final' ? modelOf(run) : runModel(workspace, run, options)
    return model.selected ? model.selected((towers) => work(of(towers))) : work(of(towersOf(run.encoder)))
  }
  return lend(runs.item, (item) =>
    runs.advertiser ? lend(runs.advertiser, (advertiser) => use(item, advertiser)) : use(item, undefined),
  )
}

/**
 * `adseq train l1`: trains the ranker of the latest finished runs, for what they are served by.
 * @throws UserError when there is no finished item run
 */
export async function trainRanker(workspace: Workspace): Promise<KeptRanker & { path: string; runs: RunNames }> {
  const chosen = chooseRuns(workspace.folder, {})
  if (chosen.item === undefined)
    throw new UserError('There is no finished item run to rank the candidates of.', 'Train one: adseq train item.')
  const item = await workspace.run(chosen.item, 'item')
  const runs: FunnelRuns = {
    item,
    ...(chosen.advertiser !== undefined && { advertiser: await workspace.run(chosen.advertiser, 'advertiser') }),
  }
  const made = await runRanker(workspace, runs, servedProtocol(workspace.config.eval, item.manifest))
  return { ...made, runs: chosen }
}
