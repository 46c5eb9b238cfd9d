import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Interrupted, UserError } from '../../core/errors.js'
import { hashJson } from '../../core/hash.js'
import type { Progress } from '../../core/progress.js'
import type { ImportRecord } from '../../store/imports.js'
import type { Store } from '../../store/store.js'
import { pathsOf } from '../../store/paths.js'
import type { OpenRecords } from './record.js'
import { byReason, Rejects } from './rejects.js'
import type { Rows } from './row.js'
import { storeRecorder } from './recorder.js'
import type { Sink } from './sink.js'
import { shown, type SourceFile } from './source-file.js'
import { threadRecorder } from './thread-recorder.js'
import { walk, type Tally } from './walk.js'

/** One file, and how its rows are read. */
export interface FileImport {
  source: SourceFile
  format: string
  /** events, items, users ... */
  kind: string
  /** bytes (or rows) and lines before the first row */
  offset: number
  line: number
  /** fields that a row must have; 0 = any number */
  width: number
  /** rows, where known */
  total?: number
  open: OpenRecords
  /** what the rows depend on; a started import goes on only with the same */
  options: Record<string, unknown>
  rows: (sink: Sink) => Rows
  /** what a user can do about rows that are rejected */
  mend?: string
}

export interface FileResult {
  file: string
  kind: string
  status: 'imported' | 'resumed' | 'already imported'
  /** rows stored by this call */
  rows: number
  skipped: number
  /** skipped rows by reason */
  skips: Record<string, number>
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
  /** bytes of a file of events that are worth a thread of their own for writing */
  threadFrom?: number
}

/** Rows a transaction: a kill loses at most this many, about a quarter of a second. */
const BATCH = 50_000
/** Rows before the share of rejects is judged; a shorter file is judged as a whole, before anything is stored. */
const ENOUGH = 10_000
/** A smaller file is written before a thread has started. */
const WORTH_A_THREAD = 1 << 21
/** Transactions under way when the next is begun: memory holds these. */
const AHEAD = 2

/**
 * Imports what is not yet committed of a file, batch by batch: rows and the offset they reach to are one transaction.
 * @throws UserError when too many rows are rejected, or the file was begun with other options; Interrupted on abort
 */
export async function importFile(store: Store, file: FileImport, options: RunOptions): Promise<FileResult> {
  const { source } = file
  const {
    progress,
    signal,
    batch = BATCH,
    now = () => Math.floor(Date.now() / 1000),
    threadFrom = WORTH_A_THREAD,
  } = options
  const found = store.imports.find(source.hash)
  if (found?.status === 'done') return alreadyImported(store, found, file, progress)
  if (found && hashJson(found.options) !== hashJson(file.options)) {
    throw new UserError(
      `${source.name} was begun with other options (${JSON.stringify(found.options)}).`,
      'Go on with the same mapping, or import into a new workspace.',
    )
  }
  const other = found ? undefined : store.imports.findOther(source.name, source.hash)
  if (other)
    progress.line(
      `${source.name}: a file of this name with other content was imported before; all rows of this one are added.`,
    )

  const state: ImportRecord = found ?? {
    hash: source.hash,
    name: source.name,
    format: file.format,
    kind: file.kind,
    options: file.options,
    status: 'running',
    offset: file.offset,
    line: file.line,
    rows: 0,
    skipped: 0,
    rejected: 0,
    reasons: {},
    started: now(),
  }
  const rejects = new Rejects(
    join(pathsOf(store.folder).rejects, rejectsName(store, source, found)),
    state.reasons,
    state.line,
  )
  if (!found) rejects.clear()
  const before = { ...state }
  let saved = found?.offset
  const memory = (found ? store.imports.memory(source.hash) : undefined) as
    { skips: Record<string, number>; reader?: unknown } | undefined
  const reader = file.open(state.offset, state.line)
  const recorder =
    file.kind === 'events' && source.bytes - state.offset >= threadFrom && availableParallelism() > 1
      ? threadRecorder(store.folder, batch)
      : storeRecorder(store)
  const rows = file.rows(recorder.sink)
  if (memory?.reader !== undefined) rows.restore?.(memory.reader)
  const tally: Tally = { rows: state.rows, skipped: state.skipped, skips: { ...memory?.skips } }

  const commit = (status: ImportRecord['status']): void => {
    const total = tally.rows + tally.skipped + rejects.count
    rejects.write()
    if (rejects.count > options.maxRejects * total && (status === 'done' || total >= ENOUGH))
      throw tooMany(file, rejects, total, saved === undefined ? 0 : before.rows, options.maxRejects)
    Object.assign(state, {
      status,
      rows: tally.rows,
      skipped: tally.skipped,
      offset: reader.offset,
      line: reader.lines,
      rejected: rejects.count,
      reasons: rejects.reasons,
      rejectsFile: rejects.count > 0 ? rejects.path : undefined,
    })
    if (status === 'done') state.finished = now()
    const memory =
      tally.skipped > 0 || rows.save
        ? { skips: tally.skips, reader: status === 'done' ? undefined : rows.save?.() }
        : undefined
    recorder.commit({ state, before: saved, memory })
    saved = state.offset
    before.rows = state.rows
  }

  const startRows = state.rows
  progress.start(
    `${found ? 'resume' : 'import'} ${source.name} (${file.kind})`,
    file.total === undefined ? undefined : file.total - state.line,
    'rows',
  )
  const stop = (): void => {
    if (!signal?.aborted) return
    if (reader.resumable) commit('running')
    throw new Interrupted('Run the same command again: it goes on where it stopped.')
  }
  try {
    let pending = 0
    await walk({
      reader,
      width: file.width,
      read: rows.read,
      tally,
      reject: (reason, value) => rejects.add(reader.line, reason, value, () => reader.raw(500)),
      row() {
        if (++pending < batch || !reader.resumable) return
        commit('running')
        pending = 0
        progress.update(tally.rows - startRows)
        stop()
      },
      async block() {
        await recorder.settle(AHEAD)
        progress.update(tally.rows - startRows)
        stop()
      },
    })
    commit('done')
    await recorder.settle(0)
  } finally {
    await recorder.close()
  }
  const stored = state.rows - startRows
  progress.finish(outcome(stored, tally, state, rejects))
  return {
    file: shown(source),
    kind: file.kind,
    status: found ? 'resumed' : 'imported',
    rows: stored,
    skipped: state.skipped,
    skips: tally.skips,
    rejected: state.rejected,
    reasons: state.reasons,
    rejectsFile: state.rejectsFile,
  }
}

/** "41 rows, 3 skipped (no customer: 3), 2 rejected (...)" */
export function outcome(
  stored: number,
  tally: Tally,
  state: { rejected: number; rejectsFile?: string },
  rejects: Rejects,
): string {
  const number = (n: number): string => n.toLocaleString('en-US')
  const skipped = tally.skipped > 0 ? `, ${number(tally.skipped)} skipped (${byReason(tally.skips)})` : ''
  return (
    `${number(stored)} ` +
    `rows${skipped}${state.rejected > 0 ? `, ${number(state.rejected)} rejected (${rejects.summary()}; see ${state.rejectsFile})` : ''}`
  )
}

/** Says that a file adds nothing. */
export function alreadyImported(store: Store, found: ImportRecord, file: FileImport, progress: Progress): FileResult {
  const otherwise =
    hashJson(found.options) === hashJson(file.options) ? '' : ` (with other options: ${JSON.stringify(found.options)})`
  progress.line(`${file.source.name}: already imported${otherwise}, nothing added.`)
  const memory = store.imports.memory(file.source.hash) as { skips?: Record<string, number> } | undefined
  return {
    file: shown(file.source),
    kind: found.kind,
    status: 'already imported',
    rows: 0,
    skipped: found.skipped,
    skips: memory?.skips ?? {},
    rejected: found.rejected,
    reasons: found.reasons,
    rejectsFile: found.rejectsFile,
  }
}

/** events.csv.gz.jsonl, or with a piece of the hash where another file of this name has left its rejects. */
export function rejectsName(store: Store, source: SourceFile, found: ImportRecord | undefined): string {
  const plain = `${source.name}.jsonl`
  const taken = store.imports.all().some((one) => one.hash !== source.hash && one.rejectsFile?.endsWith(plain))
  if (found?.rejectsFile) return found.rejectsFile.split(/[\\/]/).at(-1)!
  return taken ? `${source.name}-${source.hash.slice(0, 8)}.jsonl` : plain
}

export function tooMany(
  { source, mend }: FileImport,
  rejects: Rejects,
  total: number,
  kept: number,
  allowed: number,
): UserError {
  const share = Math.ceil((rejects.count / total) * 100) / 100
  const number = (n: number): string => n.toLocaleString('en-US')
  return new UserError(
    `${source.name}: ${number(rejects.count)} of the first ${number(total)} rows were rejected ` +
      `(${rejects.summary()}), more than the ${Number((allowed * 100).toFixed(3))} % allowed. ` +
      `${kept > 0 ? `${number(kept)} rows before them are imported` : 'Nothing was imported'}.`,
    `See ${rejects.path}. ${mend ?? 'Check that it is the file of this format'}, or allow more: --max-rejects ${share}`,
  )
}
