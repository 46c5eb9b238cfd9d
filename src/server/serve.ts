import { existsSync, readdirSync, statSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Config } from '../config/schema.js'
import { UserError, hasCode } from '../core/errors.js'
import { openStore } from '../store/open.js'
import { pathsOf } from '../store/paths.js'
import { createApp, type AppOptions } from './app.js'
import { EventLog } from './event-log.js'
import { Clock } from './clock.js'
import { ThreadedOverview } from './overview.js'
import { startRetrieval } from './retrieval.js'
import { ThreadedSearch } from './search.js'
import { Serving } from './serving.js'
import { Shadow, type ShadowWatcher } from './shadow.js'

export interface ServeOptions {
  folder: string
  config: Config
  maxInFlight?: number
  /** who sends it may post events; without one nobody may */
  token?: string
  /** id of a generation that answers the same in the background */
  shadow?: string
  logger?: AppOptions['logger']
  /** false: nothing at / */
  page?: boolean
  /** of adseq */
  version?: string
  /** milliseconds between two looks for a newly published generation */
  refreshMs?: number
}

export interface RunningServer {
  /** http://127.0.0.1:8787 */
  url: string
  generation: string
  /** Answers what is in, then stops; a connection that is idle or stalls is closed, within 5 s at the latest. */
  close(): Promise<void>
}

/** How long a request that is in by half may hold up the stop. */
const STALLED_MS = 4000

/**
 * Starts the server of a workspace; resolves when it listens.
 * @throws UserError when nothing is published, a file of the generation is damaged, or the port is taken
 */
export async function serve({
  folder,
  config,
  maxInFlight,
  token,
  shadow,
  logger,
  page,
  version,
  refreshMs = 1000,
}: ServeOptions): Promise<RunningServer> {
  const opened: (() => Promise<void> | void)[] = []
  const closeAll = async (): Promise<void> => {
    for (const close of opened.splice(0).reverse()) await close()
  }
  try {
    // first: it brings an older workspace up to date, which those who only read do not
    const log = token ? await EventLog.open(folder) : undefined
    if (log) opened.push(() => log.close())
    const store = openStore(folder, { readonly: true })
    opened.push(() => store.close())
    const beside = shadow === undefined ? undefined : store.generation(shadow)
    if (shadow !== undefined && !beside)
      throw new UserError(`There is no generation ${shadow}.`, 'adseq generations lists them.')
    const told = { failed: (_id: string, _error: Error): void => {}, loaded: (_id: string): void => {} }
    const serving = await Serving.open({
      current: () => store.currentGeneration(),
      load: (generation) => startRetrieval({ folder, generation, config }),
      filesOf: ({ id }) => filesIn(join(pathsOf(folder).index, id)),
      onLoadFailure: (row, error) => told.failed(row.id, error),
      onLoaded: (row) => told.loaded(row.id),
    })
    opened.push(() => serving.close())
    const search = new ThreadedSearch(folder)
    opened.push(() => search.close())
    const overview = new ThreadedOverview(folder)
    opened.push(() => overview.close())
    const { app, metrics } = createApp({
      store,
      search,
      overview,
      serving,
      now: () => new Date(),
      clock: new Clock(config.serve.clock),
      deadlineMs: config.funnel.deadlineMs,
      maxInFlight,
      ...(beside && {
        openShadow: (watcher: ShadowWatcher) =>
          new Shadow(
            () =>
              Serving.open({
                current: () => beside,
                load: (generation) => startRetrieval({ folder, generation, config }, 1),
                onLoadFailure: (_row, error) => watcher.failed(error),
              }),
            watcher,
          ),
      }),
      writing: log && { token: token!, log },
      logger,
      page,
      version,
    })
    told.failed = (id, error) => {
      metrics.reloadFailures.inc()
      const why = { generation: id, reason: error.message }
      app.log.error(why, 'a generation cannot be loaded; what is loaded goes on, and it is tried again')
    }
    told.loaded = (id) => app.log.info({ generation: id }, 'serving a newly loaded generation')
    const refresh = (): void => void serving.refresh().catch((error: unknown) => app.log.error(error))
    const timer = setInterval(refresh, refreshMs)
    opened.push(async () => {
      clearInterval(timer)
      const stalled = setTimeout(() => app.server.closeAllConnections(), STALLED_MS)
      await app.close()
      clearTimeout(stalled)
    })
    await app.listen({ host: config.serve.host, port: config.serve.port })
    const { row } = serving.generation
    return { url: urlOf(app.server.address() as AddressInfo), generation: row.id, close: closeAll }
  } catch (error) {
    await closeAll()
    throw listenError(error, config.serve)
  }
}

/** Names and sizes and times of files: changes when one of them does. */
function filesIn(folder: string): string {
  if (!existsSync(folder)) return ''
  const files = readdirSync(folder).map(
    (name) => [name, statSync(join(folder, name), { throwIfNoEntry: false })] as const,
  )
  return files.map(([name, stat]) => `${name} ${stat?.size} ${stat?.mtimeMs}`).join('\n')
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}

function listenError(error: unknown, { host, port }: Config['serve']): unknown {
  if (hasCode(error, 'EADDRINUSE'))
    return new UserError(`Port ${port} of ${host} is taken.`, 'Choose another with --port, or 0 for any free one.')
  if (hasCode(error, 'EACCES'))
    return new UserError(
      `Port ${port} needs rights that this user does not have.`,
      'Choose one above 1023 with --port.',
    )
  if (hasCode(error, 'EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN'))
    return new UserError(
      `${host} is no address of this machine.`,
      'Use --host 127.0.0.1, or the address of one of its interfaces.',
    )
  return error
}
