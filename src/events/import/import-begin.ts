import { UserError } from '../../core/errors.js'
import { hashJson } from '../../core/hash.js'
import type { Progress } from '../../core/progress.js'
import type { ImportRecord } from '../../store/imports.js'
import type { Store } from '../../store/store.js'
import { count } from '../../text/numbers.js'
import type { FileImport, RunOptions } from './import-file.js'
import type { KnownPart, Memory } from './known-part.js'
import { alreadyImported, type FileResult } from './outcome.js'
import type { SourceFile } from './source-file.js'

/** What the rows of this import depend on: of the file, and of the flags that hold for every format. */
export function withRunOptions(
  file: FileImport,
  { order, allowFuture, since, until }: RunOptions,
): Record<string, unknown> {
  if (file.kind === 'impressions') return { ...file.options, since, until, ...(allowFuture && { allowFuture }) }
  if (file.kind !== 'events') return file.options
  return { ...file.options, order, since, until, ...(allowFuture && { allowFuture }) }
}

export function refuseOther(name: string, before: ImportRecord | undefined, options: Record<string, unknown>): void {
  if (!before || hashJson(before.options) === hashJson(options)) return
  throw new UserError(
    `${name} was ${before.status === 'done' ? 'imported before' : 'begun'} with other options ` +
      `(${JSON.stringify(before.options)}).`,
    'Go on with the same mapping and flags, or import into a new workspace.',
  )
}

export function newRecord(
  { source, format, kind, offset, line }: FileImport,
  options: Record<string, unknown>,
  known: KnownPart | undefined,
  started: number,
): ImportRecord {
  return {
    hash: source.hash,
    name: source.name,
    format,
    kind,
    options,
    status: 'running',
    offset: known?.offset ?? offset,
    line: known?.line ?? line,
    rows: 0,
    skipped: 0,
    rejected: 0,
    reasons: {},
    started,
  }
}

/** The counts of an import that goes on from another begin at 0; what its reader must know is the same. */
export const startOf = ({ reader }: Memory): Memory => ({ skips: {}, reader })

/** A text that was imported already, as another file: noted, so that it is known at once from now on. */
export function sameContent(
  store: Store,
  state: ImportRecord,
  { record, memory }: KnownPart,
  file: FileImport,
  progress: Progress,
): FileResult {
  const writer = store.writer()
  writer.commit(() => {
    store.imports.save({ ...state, status: 'done', finished: state.started }, undefined)
    store.imports.saveMemory(state.hash, { ...startOf(memory), text: memory.text, last: memory.last })
  })
  return alreadyImported(store, state, file, progress, state.options, record.name)
}

/** Says what is done with a file of which something was imported before. */
export function tellBefore(
  store: Store,
  { source }: FileImport,
  before: unknown,
  known: KnownPart | undefined,
  progress: Progress,
): void {
  if (known) {
    const { record, line, cut } = known
    const as = record.name === source.name ? '' : ` as ${record.name}`
    progress.line(`${source.name}: its first ${count(line)} lines were imported before${as}; what follows is added.`)
    if (cut === 'kept')
      progress.line(`${source.name}: line ${line} was imported when half of it was written; it stays as it was then.`)
    if (cut === 'read again')
      progress.line(`${source.name}: line ${line + 1} was rejected when half of it was written; it is read again.`)
  } else if (!before && store.imports.findOther(source.name, source.hash))
    progress.line(
      `${source.name}: a file of this name with other content was imported before; all rows of this one are added.`,
    )
}

/** events.csv.gz.jsonl, or with a piece of the hash where another file of this name has left its rejects. */
export function rejectsName(store: Store, source: SourceFile, found: ImportRecord | undefined): string {
  // a file system allows 255 bytes
  const name = Buffer.from(source.name)
    .subarray(0, 200)
    .toString()
    .replace(/\uFFFD+$/, '')
  const plain = `${name}.jsonl`
  const taken = store.imports.all().some((one) => one.hash !== source.hash && one.rejectsFile?.endsWith(plain))
  if (found?.rejectsFile) return found.rejectsFile.split(/[\\/]/).at(-1)!
  return taken ? `${name}-${source.hash.slice(0, 8)}.jsonl` : plain
}
