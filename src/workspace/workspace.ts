import { dotProducts, type DotProducts } from '../ann/dot-products.js'
import type { Config, Kind } from '../config/schema.js'
import { silent, type Progress } from '../core/progress.js'
import { createEngine, engineOptions } from '../engine/index.js'
import type { Engine } from '../engine/types.js'
import { loadCatalog, loadSnapshot } from '../features/snapshot-file.js'
import type { CatalogData, Snapshot } from '../features/snapshot.js'
import { loadRun, type LoadedRun } from '../runs/load.js'
import type { ModelFile } from '../runs/model-file.js'
import { openStore } from '../store/open.js'
import { pathsOf, type Paths } from '../store/paths.js'
import type { Store } from '../store/store.js'

export interface WorkspaceOptions {
  config: Config
  progress?: Progress
  /** for those who only look: never waits for a writer, never writes */
  readonly?: boolean
  /** of this very store, where another thread has read it already */
  snapshot?: Snapshot
}

/**
 * A workspace folder with what is in it, opened when it is first asked for, once, and closed together: the store, its
 * snapshot, an engine, finished runs.
 */
export class Workspace {
  readonly paths: Paths
  readonly config: Config
  readonly progress: Progress
  readonly store: Store
  private data: Snapshot | undefined
  private entries: CatalogData | undefined
  private started: Promise<Engine> | undefined
  private readonly runs = new Map<string, Promise<LoadedRun>>()
  private readonly byWidth = new Map<number, Promise<DotProducts>>()

  /** @throws UserError when there is no data, or the store is damaged or in use */
  constructor(
    readonly folder: string,
    { config, progress = silent, readonly = false, snapshot }: WorkspaceOptions,
  ) {
    this.paths = pathsOf(folder)
    this.config = config
    this.progress = progress
    this.data = snapshot
    this.store = openStore(folder, { readonly })
  }

  /** The catalog and all histories as they are now. */
  get snapshot(): Snapshot {
    return (this.data ??= loadSnapshot(this.folder, this.store, this.progress))
  }

  /** The catalog, without reading the histories. */
  get catalog(): CatalogData {
    return this.data ?? (this.entries ??= loadCatalog(this.folder, this.store, this.progress))
  }

  /** The engine that the settings name. @throws UserError when it is not there */
  engine(): Promise<Engine> {
    return (this.started ??= createEngine(engineOptions(this.config.engine)))
  }

  /** Dot products of vectors of a width, on the engine. */
  products(width: number): Promise<DotProducts> {
    let made = this.byWidth.get(width)
    if (!made) this.byWidth.set(width, (made = this.engine().then((engine) => dotProducts(width, engine))))
    return made
  }

  /**
   * A finished run, ready to encode users and entries of the snapshot.
   * @throws UserError when there is no such run, its files are damaged, or the data is other data
   */
  run(id: string, kind: Kind, which: ModelFile = 'final'): Promise<LoadedRun> {
    return this.once(`${id} ${which}`, (engine) =>
      loadRun(this.folder, id, kind, engine, this.snapshot, this.snapshot, which),
    )
  }

  /** A finished run that encodes users alone: no history is read. @throws UserError as `run` */
  userTower(id: string, kind: Kind): Promise<LoadedRun> {
    return this.once(`${id} users`, (engine) => loadRun(this.folder, id, kind, engine, this.catalog, undefined))
  }

  /** Lends another model file of a run, and frees it after: its tables are as large as the run's own. */
  async lend<T>(id: string, kind: Kind, which: ModelFile, use: (run: LoadedRun) => Promise<T>): Promise<T> {
    const run = await loadRun(this.folder, id, kind, await this.engine(), this.snapshot, this.snapshot, which)
    try {
      return await use(run)
    } finally {
      await run.dispose()
    }
  }

  async close(): Promise<void> {
    for (const made of await settled(this.byWidth.values())) made.dispose()
    for (const run of await settled(this.runs.values())) await run.dispose()
    if (this.started) for (const engine of await settled([this.started])) await engine.dispose()
    this.store.close()
  }

  private once(key: string, load: (engine: Engine) => Promise<LoadedRun>): Promise<LoadedRun> {
    let loaded = this.runs.get(key)
    if (!loaded) this.runs.set(key, (loaded = this.engine().then(load)))
    return loaded
  }
}

/** What came of promises; those that failed have told whoever waited for them. */
async function settled<T>(promises: Iterable<Promise<T>>): Promise<T[]> {
  const results = await Promise.allSettled(promises)
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
}

/** Opens a workspace for some work, and closes it after. @throws what opening or the work throws */
export async function inWorkspace<T>(
  folder: string,
  options: WorkspaceOptions,
  work: (workspace: Workspace) => Promise<T>,
): Promise<T> {
  const opened = new Workspace(folder, options)
  try {
    return await work(opened)
  } finally {
    await opened.close()
  }
}
