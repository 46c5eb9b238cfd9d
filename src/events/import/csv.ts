import { UserError } from '../../core/errors.js'
import type { Progress } from '../../core/progress.js'
import { nearest } from '../../config/nearest-key.js'
import { openStore } from '../../store/open.js'
import type { Counts } from '../../store/store.js'
import { advertiserRows, itemRows, userRows } from './catalog-rows.js'
import { eventRows } from './event-rows.js'
import { importFile, type FileImport, type FileResult } from './import-file.js'
import { readLayout, type FileKind, type Layout } from './layout.js'
import { checkMapping, type Mapping } from './mapping.js'
import { inspectFile, readBeginning, type SourceFile } from './source-file.js'

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

export interface ImportResult {
  files: FileResult[]
  /** the store afterwards */
  counts: Counts
  seconds: number
  /** rows of events stored a second, over everything this call did; undefined when it stored none */
  eventsPerSecond?: number
}

/** Catalogs before events: an item has its title by the time that an event speaks of it. */
const ORDER: readonly FileKind[] = ['advertisers', 'items', 'users', 'events']
const HEAD = 1 << 18

/**
 * Imports CSV files into a workspace, made if it is not there. Files already imported are left out; one that was cut off
 * goes on where it stopped.
 * @throws UserError before anything is stored when a file or the mapping cannot be right
 */
export async function importCsv(folder: string, paths: readonly string[], options: CsvImportOptions): Promise<ImportResult> {
  const started = performance.now()
  const { columns = {}, eventTypes = {}, defaultType, header = true, maxRejects = 0.05, progress, signal, batch } = options
  const mapping = checkMapping({ columns, eventTypes, defaultType, header })
  const plans: { source: SourceFile; layout: Layout }[] = []
  for (const path of paths) {
    const source = await inspectFile(path)
    const head = await readBeginning(source, HEAD)
    const layout = readLayout(source.name, head, head.length === source.bytes, mapping)
    plans.push({ source, layout })
  }
  checkUse(mapping, plans)
  plans.sort((a, b) => ORDER.indexOf(a.layout.kind) - ORDER.indexOf(b.layout.kind))

  const store = openStore(folder, { create: true })
  try {
    const files: FileResult[] = []
    for (const { source, layout } of plans) {
      const unit = layout.timeUnit
      if (unit && unit !== 'seconds') progress.line(`${source.name}: times are read as ${unit === 'iso' ? 'ISO 8601, UTC where no zone is given' : `unix ${unit}`}.`)
      files.push(await importFile(store, plan(source, layout, mapping), { maxRejects, progress, signal, batch }))
    }
    store.writer().finish()
    const seconds = (performance.now() - started) / 1000
    const events = files.reduce((sum, { kind, rows }) => sum + (kind === 'events' ? rows : 0), 0)
    return { files, counts: store.counts(), seconds, eventsPerSecond: events > 0 ? events / seconds : undefined }
  } finally {
    store.close()
  }
}

function plan(source: SourceFile, layout: Layout, mapping: Mapping): FileImport {
  const { kind, delimiter, offset, line, width, columns, timeUnit } = layout
  const rows: Record<FileKind, FileImport['rows']> = {
    events: (writer) => eventRows(layout, mapping, writer),
    items: (writer) => itemRows(layout, writer),
    users: (writer) => userRows(layout, writer),
    advertisers: (writer) => advertiserRows(layout, writer),
  }
  const options = { delimiter, columns, ...(kind === 'events' ? { timeUnit, eventTypes: mapping.eventTypes, defaultType: mapping.defaultType } : {}) }
  return { source, format: 'csv', kind, delimiter, offset, line, width, options, rows: rows[kind] }
}

/** A mapped column that no file has is a slip of the pen, not a column to leave empty. */
function checkUse(mapping: Mapping, plans: readonly { layout: Layout }[]): void {
  if (!mapping.header) return
  const titles = [...new Set(plans.flatMap(({ layout }) => layout.header))]
  for (const [ours, theirs] of Object.entries(mapping.columns)) {
    if (titles.some((title) => title.toLowerCase() === String(theirs).toLowerCase())) continue
    const near = nearest(String(theirs), titles)
    throw new UserError(`No file has a column ${theirs}, which ${ours} is mapped to.`, near ? `Did you mean --map ${ours}=${near}?` : `Columns: ${titles.slice(0, 20).join(', ').slice(0, 300)}.`)
  }
}
