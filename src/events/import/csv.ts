import { DEFAULTS } from '../../config/defaults.js'
import type { Progress } from '../../core/progress.js'
import { importFiles, type ImportResult } from './import.js'

export interface CsvImportOptions {
  columns?: Record<string, string | number>
  eventTypes?: Record<string, string>
  defaultType?: string
  header?: boolean
  /** share of rows of a file that may be rejected; default 0.05 */
  maxRejects?: number
  progress: Progress
  signal?: AbortSignal
  /** rows of one transaction */
  batch?: number
}

/** `importFiles` of CSV, with defaults. */
export function importCsv(folder: string, paths: readonly string[], options: CsvImportOptions): Promise<ImportResult> {
  const { columns = {}, eventTypes = {}, defaultType, header = true, maxRejects = 0.05, ...rest } = options
  return importFiles(folder, 'csv', paths, {
    mapping: { columns, eventTypes, defaultType, header },
    evaluation: DEFAULTS.eval,
    maxRejects,
    ...rest,
  })
}

export type { ImportResult } from './import.js'
