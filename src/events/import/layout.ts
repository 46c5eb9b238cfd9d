import { UserError } from '../../core/errors.js'
import { nearest } from '../../config/nearest-key.js'
import { CsvRecords } from './csv-records.js'
import type { FileHead } from './file-head.js'
import { COLUMNS, type Column, type Mapping } from './mapping.js'
import { timeUnit, type TimeUnit } from './timestamps.js'

export type FileKind = 'items' | 'users' | 'advertisers' | 'events'

/** How one file is to be read, found from its first lines. */
export interface Layout {
  kind: FileKind
  delimiter: string
  /** the fields of the first line */
  header: string[]
  /** index of each column that is there */
  columns: Partial<Record<Column, number>>
  /** columns of the header that have no meaning of their own: attributes of a users file */
  others: { name: string; index: number }[]
  /** fields a row must have */
  width: number
  /** bytes and lines before the first row of data */
  offset: number
  line: number
  /** of events */
  timeUnit?: TimeUnit
}

/**
 * Tells what a CSV file holds by its header: events have user_id, timestamp and item_id or advertiser_id; items
 * item_id; users user_id; advertisers advertiser_id.
 * @throws UserError when the columns make none of these
 */
export function readLayout(name: string, head: FileHead, mapping: Mapping): Layout {
  if (head.header.length === 0)
    throw new UserError(
      `${name} does not begin with a line of CSV.`,
      'Give a text file whose first line names the columns.',
    )
  const records = new CsvRecords(head.delimiter, head.mark)
  records.feed(head.bytes.subarray(head.mark), head.complete)
  records.next()
  const layout = layoutOf(name, head.header, mapping, mapping.header)
  Object.assign(layout, {
    delimiter: head.delimiter,
    offset: mapping.header ? records.offset : head.mark,
    line: mapping.header ? records.lines : 0,
  })
  if (layout.kind === 'events') {
    const values = function* (): Generator<string, void> {
      const rows = new CsvRecords(head.delimiter)
      rows.feed(head.bytes.subarray(layout.offset), head.complete)
      while (rows.next()) if (rows.fields === layout.width) yield rows.field(layout.columns.timestamp!)?.trim() ?? ''
    }
    layout.timeUnit = detectUnit(name, values())
  }
  return layout
}

/**
 * Tells what a file holds whose columns have names wherever they stand: JSON lines, Parquet. @param values by column
 * name
 */
export function namedLayout(
  name: string,
  titles: string[],
  mapping: Mapping,
  times: (column: string) => Iterable<string>,
): Layout {
  const layout = layoutOf(name, titles, mapping, true)
  if (layout.kind === 'events') layout.timeUnit = detectUnit(name, times(titles[layout.columns.timestamp!]))
  return layout
}

function layoutOf(name: string, header: string[], mapping: Mapping, titled: boolean): Layout {
  const columns = titled ? namedColumns(name, header, mapping) : numberedColumns(name, header, mapping)
  const used = new Set(Object.values(columns))
  const others = titled
    ? header
        .map((title, index) => ({ name: title, index }))
        .filter(({ name: title, index }) => title !== '' && !used.has(index))
    : []
  return {
    kind: kindOf(name, header, columns, mapping),
    delimiter: ',',
    header,
    columns,
    others,
    width: header.length,
    offset: 0,
    line: 0,
  }
}

function namedColumns(name: string, header: string[], mapping: Mapping): Layout['columns'] {
  const lower = header.map((title) => title.toLowerCase())
  const columns: Layout['columns'] = {}
  for (const column of COLUMNS) {
    const mapped = mapping.columns[column]
    const wanted = mapped === undefined ? column : String(mapped)
    let index = header.indexOf(wanted)
    if (index < 0) index = lower.indexOf(wanted.toLowerCase())
    if (index < 0 && mapped !== undefined) index = lower.indexOf(column)
    if (index < 0) continue
    if (header.indexOf(header[index], index + 1) >= 0)
      throw new UserError(`${name} has two columns named ${header[index]}.`, 'Rename one of them in the header line.')
    columns[column] = index
  }
  return columns
}

function numberedColumns(name: string, first: string[], mapping: Mapping): Layout['columns'] {
  const columns: Layout['columns'] = {}
  for (const [column, number] of Object.entries(mapping.columns)) {
    const index = Number(number) - 1
    if (!Number.isInteger(index) || index < 0)
      throw new UserError(
        `Without a header line, columns go by number; ${column} is mapped to ${number}.`,
        'For example: --map user_id=1,item_id=2,timestamp=5',
      )
    if (index >= first.length)
      throw new UserError(
        `${name} has ${first.length} columns; ${column} is mapped to column ${number}.`,
        'Count the columns from 1.',
      )
    columns[column as Column] = index
  }
  return columns
}

function kindOf(name: string, header: string[], columns: Layout['columns'], mapping: Mapping): FileKind {
  const has = (column: Column): boolean => columns[column] !== undefined
  const missing = (column: Column, why: string): UserError => {
    const near = mapping.header ? nearest(column, header) : undefined
    return new UserError(
      `${name} has no column ${column}, ${why}. Its columns: ${header.slice(0, 20).join(', ').slice(0, 300)}.`,
      `Name the column that holds it: --map ${column}=${near ?? (mapping.header ? 'THEIRS' : 'NUMBER')}`,
    )
  }
  if (has('user_id') && (has('timestamp') || has('item_id') || has('event_type'))) {
    if (!has('timestamp')) throw missing('timestamp', 'the time of an event')
    if (!has('item_id') && !has('advertiser_id')) throw missing('item_id', 'what an event is about')
    if (!has('event_type') && mapping.defaultType === undefined) {
      const { message, hint } = missing('event_type', 'what an event is')
      throw new UserError(message, `${hint}, or, when all are of one type: --default-type checkout`)
    }
    return 'events'
  }
  if (has('timestamp') && has('item_id')) throw missing('user_id', 'whose event it is')
  if (has('item_id')) return 'items'
  if (has('user_id')) return 'users'
  if (has('advertiser_id')) return 'advertisers'
  throw missing('user_id', 'nor item_id: it is neither events, items nor users')
}

/** The unit of the first value that is a time, within the first rows. */
function detectUnit(name: string, values: Iterable<string>): TimeUnit {
  let example: string | undefined
  let row = 0
  for (const value of values) {
    const unit = timeUnit(value)
    if (unit) return unit
    example ??= value
    if (++row === 1000) break
  }
  if (example === undefined) return 'seconds' // no row at all, or none that is whole: each is judged on its own
  throw new UserError(
    `${name}: "${example.slice(0, 40)}" is not a time that adseq can read.`,
    'Times are unix seconds or milliseconds, or ISO 8601 (2019-10-01T12:00:00Z), from 1990 on; or name another ' +
      'column: --map timestamp=THEIRS',
  )
}
