import type { Progress } from '../../core/progress.js'
import { openStore } from '../../store/open.js'
import type { Counts } from '../../store/store.js'
import type { FormatOptions, Step } from './format.js'
import { importFile, type FileResult } from './import-file.js'
import { importFold } from './import-fold.js'
import { planImport } from './plan.js'

export interface ImportOptions extends Omit<FormatOptions, 'mapping' | 'say'> {
  mapping: {
    columns: Record<string, string | number>
    eventTypes: Record<string, string>
    defaultType?: string
    header: boolean
  }
  /** share of rows of a file that may be rejected */
  maxRejects: number
  progress: Progress
  signal?: AbortSignal
  /** rows of one transaction */
  batch?: number
}

export interface ImportResult {
  format: string
  files: FileResult[]
  /** the store afterwards */
  counts: Counts
  seconds: number
  /** rows of events stored a second, over everything this call did; undefined when it stored none */
  eventsPerSecond?: number
}

/**
 * Imports files of a format into a workspace, made if it is not there. Files already imported are left out; one that
 * was cut off goes on where it stopped.
 * @throws UserError before anything is stored when a file, an option or the mapping cannot be right
 */
export async function importFiles(
  folder: string,
  format: string,
  paths: readonly string[],
  options: ImportOptions,
): Promise<ImportResult> {
  const started = performance.now()
  const steps = await planImport(format, paths, options)
  const store = openStore(folder, { create: true })
  try {
    const files: FileResult[] = []
    for (const step of steps)
      files.push(
        ...('fold' in step
          ? await importFold(store, step.fold, options)
          : [await importFile(store, step.file, options)]),
      )
    store.writer().finish()
    const seconds = (performance.now() - started) / 1000
    const events = files.reduce((sum, { kind, rows }) => sum + (kind === 'events' ? rows : 0), 0)
    return {
      format,
      files,
      counts: store.counts(),
      seconds,
      eventsPerSecond: events > 0 ? events / seconds : undefined,
    }
  } finally {
    store.close()
  }
}

/** The files of a step. */
export const filesOf = (step: Step) => ('fold' in step ? step.fold.files : [step.file])
