import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config/schema.js'
import { UserError } from '../core/errors.js'
import { takeLock } from '../core/lock.js'
import type { Progress } from '../core/progress.js'
import { inferWorkspace, type InferWorkspaceResult } from '../embed/infer-workspace.js'
import { importFiles, type ImportOptions } from '../events/import/import.js'
import type { FileResult } from '../events/import/outcome.js'
import { pathsOf } from '../store/paths.js'
import { inWorkspace, type Workspace } from '../workspace/workspace.js'
import { hasFiles, type GenerationManifest } from './files.js'
import { indexWorkspace, runsToIndex, sourceOf } from './index-workspace.js'
import { pruneGenerations } from './prune.js'

/** Files of one format. */
export interface Imports {
  format: string
  files: string[]
  options: Omit<ImportOptions, 'signal'>
}

export interface RefreshOptions {
  config: Config
  imports: readonly Imports[]
  progress: Progress
  signal?: AbortSignal
}

export interface RefreshResult {
  /** whether anything was imported, encoded or published */
  changed: boolean
  imported: { files: FileResult[]; /** rows stored */ rows: number; seconds: number }
  inferred: Pick<InferWorkspaceResult, 'encoded' | 'users' | 'seq' | 'seconds' | 'missing'>
  /** the newest generation */
  generation: string
  /** false: it holds all there is, so nothing was built */
  published: boolean
  /** the one that is served: another where an older one was activated since */
  current: string
  /** of a generation published now: measured recall of its index, and what building took */
  index?: Pick<GenerationManifest, 'items' | 'recall'> & { seconds: number }
  /** generations whose files were removed */
  removed: string[]
  seconds: number
}

/**
 * Brings what is served up to date: imports what is new in the files, encodes the users with new events, and publishes
 * a generation where anything differs from what the newest was made from. Each step does only what is not done, so that
 * it can be run again at any time, also after it was killed.
 * @throws UserError when another refresh is at work, a file cannot be imported, or there is no finished run
 */
export async function refresh(folder: string, options: RefreshOptions): Promise<RefreshResult> {
  const { config, imports, progress, signal } = options
  if (!existsSync(folder))
    throw new UserError(
      `There is no folder ${folder}.`,
      'Name the workspace with --workspace, or make one: adseq init.',
    )
  const release = takeLock(join(folder, '.refresh.lock'), '`adseq refresh`')
  const started = performance.now()
  try {
    const files: FileResult[] = []
    for (const one of imports) {
      signal?.throwIfAborted()
      files.push(...(await importFiles(folder, one.format, one.files, { ...one.options, signal })).files)
    }
    const rows = files.reduce((sum, file) => sum + file.rows, 0)
    const imported = { files, rows, seconds: secondsSince(started) }
    return await inWorkspace(folder, { config, progress }, async (workspace) => {
      const inferred = await inferWorkspace(workspace, { signal })
      signal?.throwIfAborted()
      const published = await publish(workspace, signal)
      return {
        changed: rows > 0 || inferred.encoded > 0 || published.published,
        imported,
        inferred,
        ...published,
        seconds: secondsSince(started),
      }
    })
  } finally {
    release()
  }
}

type Published = Pick<RefreshResult, 'generation' | 'published' | 'current' | 'index' | 'removed'>

/**
 * Builds a generation unless the newest is made from all there is. An older one that was activated since then goes on
 * being served until there is something new.
 */
async function publish(workspace: Workspace, signal: AbortSignal | undefined): Promise<Published> {
  const { store, folder, config } = workspace
  const [newest] = store.listGenerations()
  if (newest && hasFiles(pathsOf(folder).index, newest.id)) {
    const { madeFrom } = newest.info
    if (madeFrom !== undefined && madeFrom === sourceOf(workspace, runsToIndex(folder))) {
      const current = store.currentGeneration()!.id
      // the newest stays also where another was activated: it would be built again
      const removed = current === newest.id ? pruneGenerations(folder, config.refresh.keep) : []
      return { generation: newest.id, published: false, current, removed }
    }
  }
  const { manifest, removed, seconds } = await indexWorkspace(workspace, { keep: config.refresh.keep, signal })
  const { generation, items, recall } = manifest
  return { generation, published: true, current: generation, index: { items, recall, seconds }, removed }
}

const secondsSince = (started: number): number => (performance.now() - started) / 1000
