import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Interrupted } from '../../core/errors.js'
import type { Progress } from '../../core/progress.js'
import type { ImportRecord } from '../../store/imports.js'
import type { Store } from '../../store/store.js'
import { pathsOf } from '../../store/paths.js'
import { EventGate } from './event-gate.js'
import {
  newRecord,
  refuseOther,
  rejectsName,
  sameContent,
  startOf,
  tellBefore,
  withRunOptions,
} from './import-begin.js'
import { knownPart, type Memory } from './known-part.js'
import { alreadyImported, closingLines, fileResult, outcome, tooMany, type FileResult } from './outcome.js'
import type { OpenRecords } from './record.js'
import { storeRecorder, type Recorder } from './recorder.js'
import { Rejects } from './rejects.js'
import type { Rows } from './row.js'
import type { Sink } from './sink.js'
import type { SourceFile } from './source-file.js'
import { threadRecorder } from './thread-recorder.js'
import { emptyTally, walk, type Tally } from './walk.js'

/** One file, and how its rows are read. */
export interface FileImport {
  source: SourceFile
  format: string
  /** events, items, users, ads ... */
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
  mend?: (rejects: Rejects) => string
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
  /** events later than the clock are events */
  allowFuture?: boolean
  /** only events from `since` on and before `until`, unix seconds */
  since?: number
  until?: number
  /** file: events of one day of a user, where days have no time of day, stay in the order of the file */
  order?: 'file'
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
 * Of a file that has grown since it was imported, what is new.
 * @throws UserError when too many rows are rejected, or the file was begun with other options; Interrupted on abort
 */
export async function importFile(store: Store, file: FileImport, options: RunOptions): Promise<FileResult> {
  const { source } = file
  const { progress, signal, batch = BATCH, now = () => Math.floor(Date.now() / 1000) } = options
  const found = store.imports.find(source.hash)
  const saved = withRunOptions(file, options)
  if (found?.status === 'done') return alreadyImported(store, found, file, progress, saved)
  const known = found ? undefined : await knownPart(store, source, file.format, file.kind)
  refuseOther(source.name, found ?? known?.record, saved)
  const state = found ?? newRecord(file, saved, known, now())
  if (known?.whole) return sameContent(store, state, known, file, progress)
  tellBefore(store, file, found ?? known, known, progress)

  const rejects = new Rejects(
    join(pathsOf(store.folder).rejects, rejectsName(store, source, found)),
    state.reasons,
    state.line,
  )
  if (!found) rejects.clear()
  const memory = found ? (store.imports.memory(source.hash) as Memory | undefined) : known && startOf(known.memory)
  const reader = file.open(state.offset, state.line)
  const recorder = openRecorder(store, file, state, options, batch)
  const gate = new EventGate(recorder.sink, gateOptions(options, state.started))
  const rows = gate.rows(file.rows(gate.sink))
  if (memory?.reader !== undefined) rows.restore?.(memory.reader)
  const tally: Tally = {
    ...emptyTally(),
    rows: state.rows,
    skipped: state.skipped,
    skips: { ...memory?.skips },
    lost: { ...memory?.lost },
  }
  let committed = found?.offset
  let kept = state.rows
  const takesOver = known?.record.status === 'running' ? known.record : undefined

  const commit = (status: ImportRecord['status']): void => {
    const total = tally.rows + tally.skipped + rejects.count
    rejects.write()
    if (rejects.count > options.maxRejects * total && (status === 'done' || total >= ENOUGH))
      throw tooMany(file, rejects, total, committed === undefined ? 0 : kept, options.maxRejects)
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
    recorder.commit({
      state,
      before: committed,
      memory: {
        skips: tally.skips,
        lost: tally.lost,
        reader: rows.save?.(),
        text: reader.consumed?.(),
        last: tally.last,
      },
      ...(committed === undefined && takesOver && { takesOver }),
    })
    committed = state.offset
    kept = state.rows
  }

  const startRows = state.rows
  progress.start(
    `${found ? 'resume' : known ? 'continue' : 'import'} ${source.name} (${file.kind})`,
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
  const span = gate.span()
  progress.finish(outcome(stored, tally, state, span))
  const lines = closingLines(file, tally, rejects, span, { ends: rows.end?.() ?? [], order: options.order })
  for (const line of lines) progress.line(line)
  return fileResult(file, found ? 'resumed' : known ? 'continued' : 'imported', stored, state, tally, span, lines)
}

export const gateOptions = ({ allowFuture, since, until, order }: RunOptions, clock: number) => ({
  clock: allowFuture ? undefined : clock,
  since,
  until,
  days: order === 'file',
})

function openRecorder(
  store: Store,
  { source, kind }: FileImport,
  { offset }: ImportRecord,
  { order, threadFrom = WORTH_A_THREAD }: RunOptions,
  batch: number,
): Recorder {
  const inOrder = order === 'file' && kind === 'events'
  // what the store holds of a day is looked up
  if (inOrder) store.writer().finish()
  return kind === 'events' && source.bytes - offset >= threadFrom && availableParallelism() > 1
    ? threadRecorder(store.folder, batch, inOrder)
    : storeRecorder(store, inOrder)
}
