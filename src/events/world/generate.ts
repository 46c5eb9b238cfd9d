import { Interrupted, UserError } from '../../core/errors.js'
import { silent, type Progress } from '../../core/progress.js'
import { ImportConflict, type ImportRecord } from '../../store/imports.js'
import type { Store } from '../../store/store.js'
import { worldAds } from './ads.js'
import { defaultWorkers, worldChunks } from './chunks.js'
import type { WorldKnobs } from './knobs.js'
import { countAds, Tally, type WorldCounts } from './tally.js'
import type { World } from './user-state.js'
import { WorldWriter } from './world-writer.js'
import { makeWorld, worldHash } from './world.js'
import { count } from '../../text/numbers.js'

export interface GenerateOptions {
  /** what to call the world: the preset's name */
  name: string
  knobs: WorldKnobs
  seed: number
  /** add to a store that holds other events */
  append?: boolean
  progress?: Progress
  /** stops after the transaction under way: a chunk of users */
  signal?: AbortSignal
  /** threads that make events beside the one that writes them: how fast, never what; 0 = none */
  workers?: number
  /** unix seconds now, for the import record */
  now?: () => number
}

/** Counts are of the world, whether they were written by this call or an earlier one. */
export interface GenerateResult extends WorldCounts {
  /** events that this call added: 0 when the world was already there */
  added: number
  /** first and last event, unix seconds */
  from: number
  to: number
}

/**
 * Writes a world into a store, user by user, each user's events in order of time; memory stays flat. A world that is
 * there already adds nothing; one that was cut short goes on where it stopped and ends like one that was not, byte for
 * byte, whatever the number of threads.
 * @throws UserError when the store holds other events and `append` is not set; Interrupted when `signal` fires
 */
export async function generateData(store: Store, options: GenerateOptions): Promise<GenerateResult> {
  const { knobs, seed, name, now = () => Math.floor(Date.now() / 1000) } = options
  const started = performance.now()
  const hash = worldHash(knobs, seed)
  const found = store.imports.find(importHash(hash))
  if (!found && !options.append) refuseOtherEvents(store)

  const world = makeWorld(knobs, seed)
  const state: ImportRecord = found ?? newRecord(hash, options, now())
  const before = state.rows
  const tally = await write(store, world, state, found !== undefined, options, now)
  const { users, events, from, to } = tally
  return {
    world: hash,
    name,
    seed,
    users,
    events,
    items: knobs.items,
    advertisers: knobs.advertisers,
    ...countAds(worldAds(world)),
    byType: tally.byType(),
    added: state.rows - before,
    from: events === 0 ? knobs.start : from,
    to: events === 0 ? knobs.start : to,
    seconds: (performance.now() - started) / 1000,
  }
}

/** Takes every chunk, counting all and writing those that are not in yet: a world's offset counts users. */
async function write(
  store: Store,
  world: World,
  state: ImportRecord,
  resumed: boolean,
  options: GenerateOptions,
  now: () => number,
): Promise<Tally> {
  const { progress = silent, workers = defaultWorkers(world.knobs) } = options
  const { users } = world.knobs
  const writer = store.writer()
  const out = new WorldWriter(writer, world, String(state.options.prefix))
  const save = (offset: number, rows: number, before: number | undefined): void => {
    Object.assign(state, { offset, rows, line: rows })
    if (offset === users) Object.assign(state, { status: 'done', finished: now() })
    writer.commit(() => store.imports.save(state, before))
  }
  const tally = new Tally()
  progress.start(`make the ${options.name} world`, users, 'users')
  try {
    if (state.status === 'running') {
      // opens the transaction: from here on nobody else writes, so what was checked before holds
      writer.itemCount()
      if (!resumed && !options.append) refuseOtherEvents(store)
      out.catalog()
      if (!resumed) {
        out.describe()
        out.ads()
        save(0, 0, undefined)
      }
    }
    for await (const { to, events } of worldChunks(world, workers)) {
      if (options.signal?.aborted) throw new Interrupted('Run the same command again: it goes on where it stopped.')
      tally.add(events)
      if (to > state.offset) {
        out.events(events)
        save(to, tally.events, state.offset)
      }
      progress.update(to)
    }
    // a world that was made before worlds had ads
    if (store.adsVersion() === 0) {
      out.ads()
      writer.commit()
    }
    writer.finish()
  } catch (error) {
    writer.rollback()
    if (error instanceof ImportConflict)
      throw new UserError(
        'Another adseq process is generating this world into this workspace.',
        'Wait until it is done, then run the command again.',
      )
    throw error
  }
  progress.finish(`${count(tally.events)} events`)
  return tally
}

const importHash = (world: string): string => `world:${world}`

function newRecord(world: string, options: GenerateOptions, started: number): ImportRecord {
  const { name, seed, knobs, append } = options
  // a world beside other data must not meet their names
  const prefix = append ? `w${world.slice(0, 4)}-` : ''
  return {
    hash: importHash(world),
    name: `world ${name}, seed ${seed}`,
    format: 'world',
    kind: 'events',
    options: { seed, knobs, prefix },
    status: 'running',
    offset: 0,
    line: 0,
    rows: 0,
    skipped: 0,
    rejected: 0,
    reasons: {},
    started,
  }
}

function refuseOtherEvents(store: Store): void {
  const { events, items } = store.counts()
  if (events + items === 0) return
  const unfinished = store.imports.all().find((record) => record.format === 'world' && record.status === 'running')
  if (unfinished) {
    throw new UserError(
      `This workspace holds an unfinished ${unfinished.name}, and this command makes another world.`,
      'Run the command that made it again to finish it, or choose an empty folder with --workspace, or add this ' +
        'world with --append.',
    )
  }
  throw new UserError(
    `This workspace already holds ${count(events)} events and ${count(items)} items.`,
    'Choose an empty folder with --workspace, or add the world to what is there with --append.',
  )
}
