import { loadInventory, type AdInventory } from '../ads/inventory.js'
import type { FunnelConfig } from '../config/schema.js'
import { UserError } from '../core/errors.js'
import { DAY } from '../core/time.js'
import { EXPOSURE, type ExposureKnobs } from '../events/world/exposure.js'
import { storedWorld, type StoredWorld } from '../events/world/stored-world.js'
import type { Snapshot } from '../features/snapshot.js'
import type { GeneratorType, Parts } from '../funnel/generators/generator.js'
import type { Countries } from '../funnel/tables.js'
import { rankerOf, withParts, type FunnelRuns } from '../funnel/l1/run-ranker.js'
import type { LightRanker } from '../funnel/l1/light-ranker.js'
import { servedProtocol } from '../retrieve/run-model.js'
import { chooseRuns } from '../runs/manifest.js'
import type { AuctionRules } from './auction.js'
import type { Workspace } from '../workspace/workspace.js'
import { liveOrganically, type OrganicLife } from './organic-life.js'

/** Days after the experiment in which own purchases are known that an ad may have brought forward. */
const BEYOND_DAYS = 30

/** The laws of exposure, auction and heavy scoring. */
export interface Laws {
  exposure: ExposureKnobs
  auction: AuctionRules
  /** ads that the funnel hands on to heavy scoring */
  handedOn: number
  /** heavy scoring: the true chances times exp(noise z - noise^2 / 2), z a standard normal for each ad and request */
  scoringNoise: number
}

/** Everything that a world is lived with, whoever is in which arm. */
export interface Setting {
  stored: StoredWorld
  snapshot: Snapshot
  life: OrganicLife
  /** unix seconds, midnight: the first day begins */
  start: number
  /** unix seconds up to which the snapshot's histories are read */
  asOf: number
  parts: Parts
  /** of generators */
  types: readonly GeneratorType[]
  /** absent: no arm may be ranked by it */
  ranker?: LightRanker
  funnel: FunnelConfig
  inventory: AdInventory
  countries: Countries
  laws: Laws
  seed: number
}

export interface SimulateOptions {
  days: number
  seed: number
  /** places of a page that ads are shown in */
  places: number
  reserve: number
  exploration: number
  scoringNoise: number
  /** every daily budget of the inventory is so much of what is said there */
  budgets: number
  exposure: ExposureKnobs
}

export const DEFAULTS: SimulateOptions = {
  days: 30,
  seed: 1,
  places: 4,
  reserve: 0.001,
  exploration: 0,
  scoringNoise: 0.5,
  budgets: 1,
  exposure: EXPOSURE,
}

/** Ads that the funnel hands on. */
const HANDED_ON = 100

/**
 * The world that the workspace was filled with.
 * @throws UserError where it holds no generated world of this version, or no ads
 */
export function experimentWorld({ store }: Workspace): StoredWorld {
  const stored = storedWorld(store)
  if (!stored)
    throw new UserError(
      'This workspace does not hold a generated world of this version, and only of such a one the truth is known.',
      'Make one: adseq generate-data --workspace NEW, then adseq train item and adseq train advertiser there.',
    )
  if (store.ads.counts().ads === 0)
    throw new UserError('This workspace has no ads to show.', 'Make some of the catalog: adseq ads derive.')
  return stored
}

/**
 * The runs that an experiment is about: the latest finished ones.
 * @throws UserError where there is no finished item run, or the two are of different cutoffs
 */
export async function experimentRuns(workspace: Workspace): Promise<FunnelRuns> {
  const chosen = chooseRuns(workspace.folder, {})
  if (chosen.item === undefined)
    throw new UserError('There is no finished item run, and the funnel is made of one.', 'Train one: adseq train item.')
  const item = await workspace.run(chosen.item, 'item')
  if (chosen.advertiser === undefined) return { item }
  const advertiser = await workspace.run(chosen.advertiser, 'advertiser')
  if (advertiser.manifest.cutoff > item.manifest.cutoff)
    throw new UserError(
      'The advertiser run has learned from days after the cutoff of the item run: from the experiment itself.',
      'Train both with the same eval.cutoff.',
    )
  return { item, advertiser }
}

/** The light ranker of the runs: the one that is kept, or trained now and kept. */
export async function experimentRanker(workspace: Workspace): Promise<LightRanker> {
  const runs = await experimentRuns(workspace)
  const protocol = servedProtocol(workspace.config.eval, runs.item.manifest)
  return rankerOf(workspace, runs, protocol)
}

/**
 * Everything that a world is lived with: the world that the workspace was filled with, its ads, and the funnel as of
 * the cutoff of its runs.
 * @throws UserError where the workspace holds no generated world of this version, no ads, or no runs
 */
export async function settingOf(workspace: Workspace, options: SimulateOptions): Promise<Setting> {
  const { store, snapshot, config } = workspace
  const stored = experimentWorld(workspace)
  const ads = loadInventory(store, snapshot)
  const runs = await experimentRuns(workspace)
  const protocol = servedProtocol(config.eval, runs.item.manifest)
  const ranker = await rankerOf(workspace, runs, protocol)
  const { cutoff } = protocol
  const made = await withParts(workspace, runs, protocol, 'final', (parts) => Promise.resolve(parts))
  const { parts, types, countries } = made
  // days are those of budgets: from midnight to midnight, UTC
  const start = Math.ceil((cutoff + 1) / DAY) * DAY
  const to = start + (options.days + BEYOND_DAYS) * DAY
  const laws: Laws = {
    exposure: options.exposure,
    auction: { places: options.places, reserve: options.reserve, exploration: options.exploration },
    handedOn: HANDED_ON,
    scoringNoise: options.scoringNoise,
  }
  return {
    stored,
    snapshot,
    life: liveOrganically(stored, options.seed, { from: cutoff, first: start, to }),
    start,
    asOf: cutoff,
    parts,
    types,
    ranker,
    funnel: config.funnel,
    inventory: { ...ads, dailyBudget: ads.dailyBudget.map((budget) => budget * options.budgets) },
    countries,
    laws,
    seed: options.seed,
  }
}
