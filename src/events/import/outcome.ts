import { UserError } from '../../core/errors.js'
import { hashJson } from '../../core/hash.js'
import type { Progress } from '../../core/progress.js'
import { DAY } from '../../core/time.js'
import type { ImportRecord } from '../../store/imports.js'
import type { Store } from '../../store/store.js'
import { day, isoTime } from '../../text/moments.js'
import { count, plural } from '../../text/numbers.js'
import { LATER, strayTail, type Span } from './event-gate.js'
import type { FileImport } from './import-file.js'
import type { Memory } from './known-part.js'
import { byReason, type Rejects } from './rejects.js'
import { shown } from './source-file.js'
import type { Tally } from './walk.js'

export interface FileResult {
  file: string
  kind: string
  /** continued: a file of which the beginning was imported before */
  status: 'imported' | 'resumed' | 'continued' | 'already imported'
  /** rows stored by this call */
  rows: number
  skipped: number
  /** skipped rows by reason */
  skips: Record<string, number>
  /** values of stored rows that were left out or cut, by reason */
  lost: Record<string, number>
  rejected: number
  reasons: Record<string, number>
  rejectsFile?: string
  /** first and last event that this call stored, ISO 8601 */
  first?: string
  last?: string
  /** what is worth knowing of the file, a sentence each */
  notes: string[]
}

export function fileResult(
  { source, kind }: FileImport,
  status: FileResult['status'],
  stored: number,
  { skipped, rejected, reasons, rejectsFile }: ImportRecord,
  { skips, lost }: Pick<Tally, 'skips' | 'lost'>,
  { first, last }: Pick<Span, 'first' | 'last'>,
  notes: string[],
): FileResult {
  return {
    file: shown(source),
    kind,
    status,
    rows: stored,
    skipped,
    skips,
    lost,
    rejected,
    reasons,
    rejectsFile,
    ...(first === undefined ? {} : { first: isoTime(first), last: isoTime(last!) }),
    notes,
  }
}

/** "41 rows, 2019-10-01 to 2019-10-31, 3 skipped (no customer: 3), 2 rejected (...)" */
export function outcome(
  stored: number,
  { skipped, skips, lost }: Pick<Tally, 'skipped' | 'skips' | 'lost'>,
  { rejected, reasons, rejectsFile }: Pick<ImportRecord, 'rejected' | 'reasons' | 'rejectsFile'>,
  { first, last }: Pick<Span, 'first' | 'last'> = {},
): string {
  const values = Object.values(lost).reduce((sum, n) => sum + n, 0)
  return [
    plural(stored, 'row'),
    ...(first === undefined ? [] : [day(first) === day(last!) ? day(first) : `${day(first)} to ${day(last!)}`]),
    ...(skipped > 0 ? [`${count(skipped)} skipped (${byReason(skips)})`] : []),
    ...(values > 0 ? [`${plural(values, 'value')} left out (${byReason(lost)})`] : []),
    ...(rejected > 0
      ? [`${count(rejected)} rejected (${byReason(reasons)}${rejectsFile ? `; see ${rejectsFile}` : ''})`]
      : []),
  ].join(', ')
}

/** What is said of a file when it is read, a sentence each. */
export function closingLines(
  { source, kind }: FileImport,
  { rows, skipped }: Tally,
  rejects: Rejects,
  span: Span,
  { ends, order }: { ends: string[]; order?: 'file' },
): string[] {
  const { name } = source
  const lines = ends.map((end) => `${name}: ${end}.`)
  if (rows + skipped + rejects.count === 0) lines.push(`${name} holds no rows beside its first line.`)
  const later = rejects.reasons[LATER]
  if (later > 0)
    lines.push(
      `${name}: ${plural(later, 'event')} later than this machine's clock, set aside as rejected; if they are real, ` +
        'import with --allow-future.',
    )
  if (kind !== 'events' || span.first === undefined) return lines
  if (span.days && order !== 'file' && rows > 1)
    lines.push(
      `${name}: times are days without a time of day, so what a user did on a day is one moment, a basket without an ` +
        'order. If rows stand in the order in which things happened: --order file',
    )
  const stray = strayTail(span.counts)
  if (stray)
    lines.push(
      `${name}: ${plural(stray.events, 'event')} far behind all others, from ${day(stray.from * DAY)} to ` +
        `${day(span.last!)}. An automatic cutoff goes by the last event: leave them out with --until ` +
        `${day(stray.from * DAY)}, or set eval.cutoff.`,
    )
  return lines
}

/**
 * Says that a file adds nothing.
 * @param options what its rows would depend on now @param as the name under which its content was imported
 */
export function alreadyImported(
  store: Store,
  found: ImportRecord,
  file: FileImport,
  progress: Progress,
  options = file.options,
  as = found.name,
): FileResult {
  const same = found.kind === file.kind && hashJson(found.options) === hashJson(options)
  const name = as === file.source.name ? '' : ` under the name ${as}`
  progress.line(`${file.source.name}: already imported${name}${same ? '' : otherwise(found)}, nothing added.`)
  const memory = store.imports.memory(file.source.hash) as Memory | undefined
  const counts = { skips: memory?.skips ?? {}, lost: memory?.lost ?? {} }
  return fileResult({ ...file, kind: found.kind }, 'already imported', 0, found, counts, {}, [])
}

/** How a file was read before. */
const otherwise = ({ kind }: ImportRecord): string =>
  `, as a file of ${kind} and with other flags or columns; to read it anew, import into a new workspace (--workspace)`

export function tooMany(
  { source, mend }: FileImport,
  rejects: Rejects,
  total: number,
  kept: number,
  allowed: number,
): UserError {
  const share = Math.ceil((rejects.count / total) * 100) / 100
  const advice =
    (rejects.reasons[LATER] ?? 0) > rejects.count / 2
      ? "Check this machine's clock, or keep such events: --allow-future"
      : (mend?.(rejects) ?? 'Check that it is the file of this format')
  return new UserError(
    `${source.name}: ${count(rejects.count)} of the first ${count(total)} rows were rejected ` +
      `(${rejects.summary()}), more than the ${Number((allowed * 100).toFixed(3))} % allowed. ` +
      `${kept > 0 ? `${count(kept)} rows before them are imported` : 'Nothing was imported'}.`,
    `See ${rejects.path}. ${advice}${share < 1 ? `, or allow more: --max-rejects ${share}` : '.'}`,
  )
}
