import { join } from 'node:path'
import { Interrupted, UserError } from '../../core/errors.js'
import { hashJson } from '../../core/hash.js'
import type { Progress } from '../../core/progress.js'
import { ImportConflict, type ImportRecord } from '../../store/imports.js'
import type { Store } from '../../store/store.js'
import type { BulkWriter } from '../../store/writer.js'
import { workspace } from '../../store/workspace.js'
import { CsvRecords } from './csv-records.js'
import { Rejects } from './rejects.js'
import type { Reject, RowReader } from './row.js'
import { readText, type SourceFile } from './source-file.js'

/** One file, and how its rows are read. */
export interface FileImport {
  source: SourceFile
  format: string
  kind: string
  delimiter: string
  /** bytes and lines before the first row */
  offset: number
  line: number
  /** fields that a row must have */
  width: number
  /** what the rows depend on; a started import goes on only with the same */
  options: Record<string, unknown>
  rows: (writer: BulkWriter) => RowReader
}

export interface FileResult {
  file: string
  kind: string
  status: 'imported' | 'resumed' | 'already imported'
  /** rows stored by this call */
  rows: number
  skipped: number
  rejected: number
  reasons: Record<string, number>
  rejectsFile?: string
}

export interface RunOptions {
  /** share of rows that may be rejected */
  maxRejects: number
  progress: Progress
  signal?: AbortSignal
  /** rows of one transaction */
  batch?: number
  /** unix seconds */
  now?: () => number
}

/** Rows a transaction: a kill loses at most this many, about a quarter of a second. */
const BATCH = 50_000
/** Rows before the share of rejects is judged; a shorter file is judged as a whole, before anything is stored. */
const ENOUGH = 10_000

/**
 * Imports what is not yet committed of a file, batch by batch: rows and the offset they reach to are one transaction.
 * @throws UserError when too many rows are rejected, or the file was begun with other options; Interrupted on abort
 */
export async function importFile(store: Store, file: FileImport, options: RunOptions): Promise<FileResult> {
  const { source } = file
  const { progress, signal, batch = BATCH, now = () => Math.floor(Date.now() / 1000) } = options
  const found = store.imports.find(source.hash)
  if (found?.status === 'done') return alreadyImported(found, file, progress)
  if (found && hashJson(found.options) !== hashJson(file.options)) {
    throw new UserError(`${source.name} was begun with other options (${JSON.stringify(found.options)}).`, 'Go on with the same mapping, or import into a new workspace.')
  }
  const other = found ? undefined : store.imports.findOther(source.name, source.hash)
  if (other) progress.line(`${source.name}: a file of this name with other content was imported before; all rows of this one are added.`)

  const state: ImportRecord = found ?? { hash: source.hash, name: source.name, format: file.format, kind: file.kind, options: file.options, status: 'running', offset: file.offset, line: file.line, rows: 0, skipped: 0, rejected: 0, reasons: {}, started: now() }
  const rejects = new Rejects(join(workspace(store.folder).rejects, rejectsName(store, source, found)), state.reasons, state.line)
  if (!found) rejects.clear()
  const before = { ...state }
  let saved = found?.offset
  const records = new CsvRecords(file.delimiter, state.offset, state.line)
  const writer = store.writer()
  const readRow = file.rows(writer)
  const reject: Reject = (reason, value) => {
    rejects.add(records.line, reason, value, () => records.raw(500))
    return 'rejected'
  }

  const commit = (status: ImportRecord['status']): void => {
    const total = state.rows + state.skipped + rejects.count
    rejects.write()
    if (rejects.count > options.maxRejects * total && (status === 'done' || total >= ENOUGH)) throw tooMany(source, rejects, total, saved === undefined ? 0 : before.rows, options.maxRejects)
    Object.assign(state, { status, offset: records.offset, line: records.lines, rejected: rejects.count, reasons: rejects.reasons, rejectsFile: rejects.count > 0 ? rejects.path : undefined })
    if (status === 'done') state.finished = now()
    writer.commit(() => store.imports.save(state, saved))
    saved = state.offset
    before.rows = state.rows
  }

  const startRows = state.rows
  progress.start(`${found ? 'resume' : 'import'} ${source.name} (${file.kind})`, source.lines - state.line, 'rows')
  try {
    let pending = 0
    const take = (block: Buffer, last: boolean): void => {
      records.feed(block, last)
      while (records.next()) {
        if (records.error !== undefined) reject(records.error)
        else if (records.fields !== file.width) reject('wrong number of columns', `${records.fields} instead of ${file.width}`)
        else {
          const outcome = readRow(records, reject)
          if (outcome === 'stored') state.rows++
          else if (outcome === 'skipped') state.skipped++
        }
        if (++pending >= batch && records.resumable) {
          commit('running')
          pending = 0
        }
      }
      progress.update(state.rows - startRows)
    }
    for await (const block of readText(source, state.offset)) {
      take(block, false)
      if (signal?.aborted) {
        if (records.resumable) commit('running')
        throw new Interrupted('Run the same command again: it goes on where it stopped.')
      }
    }
    take(Buffer.alloc(0), true)
    commit('done')
  } catch (error) {
    writer.rollback()
    if (error instanceof ImportConflict) throw new UserError(`Another process is importing ${source.name} into this workspace.`, 'Wait until it is done; a file is imported once.')
    throw error
  }
  const rows = state.rows - startRows
  progress.finish(`${rows.toLocaleString('en-US')} rows${state.rejected > 0 ? `, ${state.rejected.toLocaleString('en-US')} rejected (${rejects.summary()}; see ${state.rejectsFile})` : ''}`)
  return { file: source.path, kind: file.kind, status: found ? 'resumed' : 'imported', rows, skipped: state.skipped, rejected: state.rejected, reasons: state.reasons, rejectsFile: state.rejectsFile }
}

function alreadyImported(found: ImportRecord, file: FileImport, progress: Progress): FileResult {
  const otherwise = hashJson(found.options) === hashJson(file.options) ? '' : ` (with other options: ${JSON.stringify(found.options)})`
  progress.line(`${file.source.name}: already imported${otherwise}, nothing added.`)
  return { file: file.source.path, kind: found.kind, status: 'already imported', rows: 0, skipped: found.skipped, rejected: found.rejected, reasons: found.reasons, rejectsFile: found.rejectsFile }
}

/** events.csv.gz.jsonl, or with a piece of the hash where another file of this name has left its rejects. */
function rejectsName(store: Store, source: SourceFile, found: ImportRecord | undefined): string {
  const plain = `${source.name}.jsonl`
  const taken = store.imports.all().some((one) => one.hash !== source.hash && one.rejectsFile?.endsWith(plain))
  if (found?.rejectsFile) return found.rejectsFile.split(/[\\/]/).at(-1)!
  return taken ? `${source.name}-${source.hash.slice(0, 8)}.jsonl` : plain
}

function tooMany(source: SourceFile, rejects: Rejects, total: number, kept: number, allowed: number): UserError {
  const share = Math.ceil((rejects.count / total) * 100) / 100
  const number = (n: number): string => n.toLocaleString('en-US')
  return new UserError(
    `${source.name}: ${number(rejects.count)} of the first ${number(total)} rows were rejected (${rejects.summary()}), more than the ${Number((allowed * 100).toFixed(3))} % allowed. ${kept > 0 ? `${number(kept)} rows before them are imported` : 'Nothing was imported'}.`,
    `See ${rejects.path}. Mend the mapping (--map, --event-type), or allow more: --max-rejects ${share}`,
  )
}
