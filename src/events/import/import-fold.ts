import { join } from 'node:path'
import { Interrupted, UserError } from '../../core/errors.js'
import { ImportConflict, type ImportRecord } from '../../store/imports.js'
import type { Store } from '../../store/store.js'
import { pathsOf } from '../../store/paths.js'
import { rejectsName } from './import-begin.js'
import type { FileImport, RunOptions } from './import-file.js'
import type { Memory } from './known-part.js'
import { alreadyImported, fileResult, outcome, tooMany, type FileResult } from './outcome.js'
import { Rejects } from './rejects.js'
import { NOWHERE, storeSink, type Sink } from './sink.js'
import { emptyTally, walk, type Tally } from './walk.js'

/** Files that make one catalog together: nothing is known of an item before the last row of the last file. */
export interface Fold {
  /** their rows write nothing */
  files: FileImport[]
  /** writes what the rows came to; returns the number of items */
  finish: (sink: Sink) => number
  /** what it makes: "417,053 items" */
  what: string
}

/**
 * Reads all files of a fold, then writes what they came to in one transaction, with their records: a kill before it
 * leaves nothing, and they are read again.
 * @throws UserError when some of them, not all, were imported before, or too many rows are rejected
 */
export async function importFold(store: Store, given: Fold, options: RunOptions): Promise<FileResult[]> {
  // a file that is named twice is one file
  const fold = {
    ...given,
    files: given.files.filter(
      ({ source }, i) => given.files.findIndex((other) => other.source.hash === source.hash) === i,
    ),
  }
  const { progress, signal, now = () => Math.floor(Date.now() / 1000) } = options
  const found = fold.files.map(({ source }) => store.imports.find(source.hash))
  if (found.every((one) => one?.status === 'done'))
    return fold.files.map((file, i) => alreadyImported(store, found[i]!, file, progress))
  const before = fold.files.find((_, i) => found[i])
  if (before)
    throw new UserError(
      `${before.source.name} was imported before, without ${fold.files
        .filter((_, i) => !found[i])
        .map(({ source }) => source.name)
        .join(' and ')}: only together do they say what was known when.`,
      'Import all files of the catalog at once, into a new workspace.',
    )

  const writer = store.writer()
  const done: { state: ImportRecord; tally: Tally; result: FileResult }[] = []
  try {
    for (const file of fold.files) {
      const { source } = file
      const rejects = new Rejects(join(pathsOf(store.folder).rejects, rejectsName(store, source, undefined)))
      rejects.clear()
      const started = now()
      const tally = emptyTally()
      const reader = file.open(file.offset, file.line)
      const { read } = file.rows(NOWHERE)
      progress.start(
        `read ${source.name} (${file.kind})`,
        file.total === undefined ? undefined : file.total - file.line,
        'rows',
      )
      await walk({
        reader,
        width: file.width,
        read,
        tally,
        reject: (reason, value) => rejects.add(reader.line, reason, value, () => reader.raw(500)),
        block() {
          progress.update(tally.rows + tally.skipped)
          if (signal?.aborted)
            throw new Interrupted(`Run the same command again: ${source.name} is read from its beginning.`)
        },
      })
      const total = tally.rows + tally.skipped + rejects.count
      rejects.write()
      if (rejects.count > options.maxRejects * total) throw tooMany(file, rejects, total, 0, options.maxRejects)
      const state: ImportRecord = {
        hash: source.hash,
        name: source.name,
        format: file.format,
        kind: file.kind,
        options: file.options,
        status: 'done',
        offset: reader.offset,
        line: reader.lines,
        rows: tally.rows,
        skipped: tally.skipped,
        rejected: rejects.count,
        reasons: rejects.reasons,
        rejectsFile: rejects.count > 0 ? rejects.path : undefined,
        started,
        finished: now(),
      }
      progress.finish(outcome(tally.rows, tally, state))
      done.push({ state, tally, result: fileResult(file, 'imported', tally.rows, state, tally, {}, []) })
    }
    progress.start(`write ${fold.what}`)
    const items = fold.finish(storeSink(writer))
    writer.commit(() => {
      for (const { state, tally } of done) {
        store.imports.save({ ...state, finished: now() }, undefined)
        store.imports.saveMemory(state.hash, { skips: tally.skips, lost: tally.lost } satisfies Memory)
      }
    })
    progress.finish(`${items.toLocaleString('en-US')} items`)
  } catch (error) {
    writer.rollback()
    if (error instanceof ImportConflict)
      throw new UserError(
        'Another process is importing this catalog into this workspace.',
        'Wait until it is done; a file is imported once.',
      )
    throw error
  }
  return done.map(({ result }) => result)
}
