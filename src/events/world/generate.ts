import { Interrupted, UserError } from '../../core/errors.js'
import { count, silent, type Progress } from '../../core/progress.js'
import { EVENT_TYPES } from '../../store/event-types.js'
import { ImportConflict, type ImportRecord } from '../../store/imports.js'
import type { Store } from '../../store/store.js'
import type { EventTable } from './event-table.js'
import type { WorldKnobs } from './knobs.js'
import type { World } from './user-state.js'
import { WorldWriter } from './world-writer.js'
import { makeWorld, worldEvents, worldHash } from './world.js'

export interface GenerateOptions {
  /** what to call the world: the preset's name */
  name: string
  knobs: WorldKnobs
  seed: number
  /** add to a store that holds other events */
  append?: boolean
  progress?: Progress
  /** stops after the transaction under way */
  signal?: AbortSignal
  /** events a transaction; a killed generation loses one at most */
  batch?: number
  /** unix seconds now, for the import record */
  now?: () => number
}

export interface GenerateResult {
  /** names the world: knobs and seed */
  world: string
  name: string
  seed: number
  /** of the world, whether they were written by this call or an earlier one */
  users: number
  items: number
  advertisers: number
  events: number
  /** events by type, onsite views and clicks apart: "view", "add_to_cart", "onsite view" ... */
  byType: Record<string, number>
  /** events that this call added: 0 when the world was already there */
  added: number
  /** first and last event, unix seconds */
  from: number
  to: number
  seconds: number
}

/**
 * Writes a world into a store, its events in order of time. A world that is there already adds nothing; one that was
 * cut short goes on where it stopped and ends like one that was not, byte for byte.
 * @throws UserError when the store holds other events and `append` is not set; Interrupted when `signal` fires
 */
export async function generateData(store: Store, options: GenerateOptions): Promise<GenerateResult> {
  const { knobs, seed, name, progress = silent, now = () => Math.floor(Date.now() / 1000) } = options
  const started = performance.now()
  const hash = worldHash(knobs, seed)
  const found = store.imports.find(importHash(hash))
  if (!found && !options.append) refuseOtherEvents(store)

  progress.start(`make the ${name} world`, knobs.users, 'users')
  const world = makeWorld(knobs, seed)
  const events = worldEvents(world, 0, knobs.users, (users) => progress.update(users))
  progress.finish(`${count(events.length)} events`)
  const order = events.byTime()

  const state: ImportRecord = found ?? newRecord(hash, options, now())
  const before = state.rows
  if (state.status === 'running') await write(store, world, events, order, state, found !== undefined, options, now)
  else store.writer().finish()
  const moment = (row: number | undefined): number => (row === undefined ? knobs.start : events.time[row])
  return {
    world: hash,
    name,
    seed,
    users: new Set(events.user.subarray(0, events.length)).size,
    items: knobs.items,
    advertisers: knobs.advertisers,
    events: events.length,
    byType: countTypes(events),
    added: state.rows - before,
    from: moment(order.at(0)),
    to: moment(order.at(-1)),
    seconds: (performance.now() - started) / 1000,
  }
}

async function write(store: Store, world: World, events: EventTable, order: Uint32Array, state: ImportRecord, resumed: boolean, options: GenerateOptions, now: () => number): Promise<void> {
  const { progress = silent, batch = 50_000 } = options
  const writer = store.writer()
  const out = new WorldWriter(writer, world, String(state.options.prefix))
  // a world's offset counts events: those before it are committed
  const save = (offset: number, before: number | undefined): void => {
    Object.assign(state, { offset, line: offset, rows: offset })
    if (offset === order.length) Object.assign(state, { status: 'done', finished: now() })
    writer.commit(() => store.imports.save(state, before))
  }
  progress.start('write events', order.length, 'events')
  try {
    // opens the transaction: from here on nobody else writes, so what was checked before holds
    writer.itemCount()
    if (!resumed && !options.append) refuseOtherEvents(store)
    out.catalog()
    if (!resumed) {
      out.describe()
      save(0, undefined)
    }
    for (let from = state.offset; from < order.length || state.status === 'running'; from = state.offset) {
      // yields to signals between transactions
      await new Promise((resolve) => setImmediate(resolve))
      if (options.signal?.aborted) throw new Interrupted('Run the same command again: it goes on where it stopped.')
      const to = Math.min(order.length, from + batch)
      for (let i = from; i < to; i++) out.event(events, order[i])
      save(to, from)
      progress.update(to)
    }
    writer.finish()
  } catch (error) {
    writer.rollback()
    if (error instanceof ImportConflict) throw new UserError('Another adseq process is generating this world into this workspace.', 'Wait until it is done, then run the command again.')
    throw error
  }
  progress.finish(`${count(order.length)} events`)
}

const importHash = (world: string): string => `world:${world}`

function newRecord(world: string, options: GenerateOptions, started: number): ImportRecord {
  const { name, seed, knobs, append } = options
  // a world beside other data must not meet their names
  const prefix = append ? `w${world.slice(0, 4)}-` : ''
  return { hash: importHash(world), name: `world ${name}, seed ${seed}`, format: 'world', kind: 'events', options: { seed, knobs, prefix }, status: 'running', offset: 0, line: 0, rows: 0, skipped: 0, rejected: 0, reasons: {}, started }
}

function refuseOtherEvents(store: Store): void {
  const { events, items } = store.counts()
  if (events + items === 0) return
  const unfinished = store.imports.all().find((record) => record.format === 'world' && record.status === 'running')
  if (unfinished) {
    throw new UserError(
      `This workspace holds an unfinished ${unfinished.name}, and this command makes another world.`,
      'Run the command that made it again to finish it, or choose an empty folder with --workspace, or add this world with --append.',
    )
  }
  throw new UserError(`This workspace already holds ${count(events)} events and ${count(items)} items.`, 'Choose an empty folder with --workspace, or add the world to what is there with --append.')
}

function countTypes(events: EventTable): Record<string, number> {
  const counts: Record<string, number> = {}
  for (let i = 0; i < events.length; i++) {
    const name = `${events.domain[i] === 1 ? 'onsite ' : ''}${EVENT_TYPES[events.type[i]]}`
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}
