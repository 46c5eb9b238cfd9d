import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Interrupted, UserError } from '../../core/errors.js'
import { silent, type Progress } from '../../core/progress.js'
import { DOMAINS, EVENT_TYPES } from '../../store/event-types.js'
import { worldAds, type WorldAd } from './ads.js'
import { categoryOf, titles } from './catalog.js'
import { defaultWorkers, worldChunks } from './chunks.js'
import { attributesOf, demographicsOf } from './demographics.js'
import type { EventColumns } from './event-table.js'
import type { WorldKnobs } from './knobs.js'
import { advertiserName } from './names.js'
import { tableFile, type Columns, type FileFormat, type TableFile } from '../../core/table-file.js'
import { countAds, Tally, type WorldCounts } from './tally.js'
import type { World } from './user-state.js'
import { makeWorld, worldHash } from './world.js'
import { count } from '../../text/numbers.js'

/** The five files, as `adseq import csv` and `adseq import parquet` read them. */
const TABLES = {
  advertisers: { advertiser_id: 'text', name: 'text' },
  items: {
    item_id: 'text',
    advertiser_id: 'text',
    category: 'text',
    price: 'number',
    title: 'text',
    launched: 'whole',
  },
  users: { user_id: 'text', age: 'text', household: 'text', income: 'text', region: 'text', country: 'text' },
  events: {
    user_id: 'text',
    item_id: 'text',
    advertiser_id: 'text',
    event_type: 'text',
    timestamp: 'whole',
    domain: 'text',
  },
  ads: {
    ad: 'text',
    advertiser: 'text',
    item: 'text',
    title: 'text',
    category: 'text',
    ad_status: 'text',
    campaign: 'text',
    bid: 'number',
    bid_type: 'text',
    daily_budget: 'number',
    pacing: 'text',
    status: 'text',
    starts: 'whole',
    ends: 'whole',
    countries: 'text',
    flags: 'text',
    cap: 'whole',
    cap_days: 'whole',
    exclude_buyers_days: 'whole',
  },
} as const satisfies Record<string, Columns>

export interface ExportOptions {
  name: string
  knobs: WorldKnobs
  seed: number
  format: FileFormat
  progress?: Progress
  /** stops after the chunk under way; nothing is kept */
  signal?: AbortSignal
  workers?: number
}

export interface ExportResult extends WorldCounts {
  files: string[]
}

/**
 * Writes a world into files of a folder: events, items, users (those who do anything), advertisers and ads. Each
 * appears when it is whole.
 * @throws UserError when one of them is there already; Interrupted when `signal` fires
 */
export async function exportWorld(folder: string, options: ExportOptions): Promise<ExportResult> {
  const { name, knobs, seed, format, progress = silent, signal, workers = defaultWorkers(knobs) } = options
  const started = performance.now()
  const paths = Object.fromEntries(
    Object.keys(TABLES).map((table) => [table, join(folder, `${table}.${format}`)]),
  ) as Record<keyof typeof TABLES, string>
  const there = Object.values(paths).find((path) => existsSync(path))
  if (there) throw new UserError(`${there} exists already.`, 'Choose another folder with --to, or move the file away.')
  const world = makeWorld(knobs, seed)
  makeFolder(folder)
  const files = {} as Record<keyof typeof TABLES, TableFile>
  const tally = new Tally()
  let counts: ReturnType<typeof countAds>
  progress.start(`make the ${name} world`, knobs.users, 'users')
  try {
    for (const [table, columns] of Object.entries(TABLES))
      files[table as keyof typeof TABLES] = await tableFile(format, paths[table as keyof typeof TABLES], columns)
    writeCatalog(world, files)
    counts = countAds(writeAds(world, files))
    for await (const { to, events } of worldChunks(world, workers)) {
      if (signal?.aborted) throw new Interrupted('Run the command again.', 'Interrupted; nothing was kept.')
      tally.add(events)
      writeEvents(world, events, files)
      progress.update(to)
    }
    for (const file of Object.values(files)) file.finish()
  } catch (error) {
    for (const file of Object.values(files)) file.discard()
    throw error
  }
  progress.finish(`${count(tally.events)} events`)
  const { users, events } = tally
  return {
    world: worldHash(knobs, seed),
    name,
    seed,
    users,
    items: knobs.items,
    advertisers: knobs.advertisers,
    ...counts,
    events,
    byType: tally.byType(),
    files: Object.values(paths),
    seconds: (performance.now() - started) / 1000,
  }
}

function writeCatalog({ catalog, seed }: World, files: Record<keyof typeof TABLES, TableFile>): void {
  for (let a = 0; a < catalog.advertisers; a++) files.advertisers.row([`a${a + 1}`, advertiserName(seed, a)])
  let i = 0
  for (const title of titles(catalog, seed)) {
    files.items.row([
      `i${i + 1}`,
      `a${catalog.itemAdvertiser[i] + 1}`,
      categoryOf(catalog.itemCategory[i]).path,
      Number(catalog.itemPrice[i].toFixed(2)),
      title,
      catalog.itemLaunch[i],
    ])
    i++
  }
}

/** Writes each ad that it passes on. */
function* writeAds(world: World, files: Record<keyof typeof TABLES, TableFile>): Generator<WorldAd, void> {
  for (const ad of worldAds(world)) {
    const { told } = ad
    files.ads.row([
      ad.ad,
      ad.advertiser,
      ad.item || undefined,
      ad.title ?? undefined,
      ad.category ?? undefined,
      ad.adStatus,
      ad.campaign,
      told.bid,
      told.bidType,
      told.dailyBudget ?? undefined,
      told.pacing,
      told.status,
      told.starts ?? undefined,
      told.ends ?? undefined,
      told.countries?.join('|'),
      told.flags?.join('|'),
      told.cap ?? undefined,
      told.capDays ?? undefined,
      told.excludeBuyersDays ?? undefined,
    ])
    yield ad
  }
}

function writeEvents({ seed }: World, events: EventColumns, files: Record<keyof typeof TABLES, TableFile>): void {
  let last = -1
  for (let row = 0; row < events.length; row++) {
    const [user, item, advertiser] = [events.user[row], events.item[row], events.advertiser[row]]
    if (user !== last) {
      const { age, household, income, region, country } = attributesOf(demographicsOf(seed, user))
      files.users.row([`u${user + 1}`, age, household, income, region, country])
    }
    last = user
    files.events.row([
      `u${user + 1}`,
      item < 0 ? undefined : `i${item + 1}`,
      `a${advertiser + 1}`,
      EVENT_TYPES[events.type[row]],
      events.time[row],
      DOMAINS[events.domain[row]],
    ])
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
  } catch (error) {
    throw new UserError(
      `${folder} cannot be made: ${error instanceof Error ? error.message : String(error)}`,
      'Name a folder that can be written with --to.',
    )
  }
}
