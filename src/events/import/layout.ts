import { UserError } from '../../core/errors.js'
import { bareName, likelyColumns } from './column-words.js'
import type { FileHead } from './file-head.js'
import { COLUMNS, type Column, type Mapping } from './mapping.js'
import { PLAIN_PRICES, priceStyle, type PriceStyle } from './prices.js'
import { isUnknown } from './row.js'
import { isTime, timeUnit, type TimeUnit } from './timestamps.js'

export type FileKind = 'items' | 'users' | 'advertisers' | 'events'

/** How one file is to be read, found from its beginning. */
export interface Layout {
  kind: FileKind
  /** names of the columns, by index; of JSON also those that may come later */
  titles: string[]
  /** index of each column that is there */
  columns: Partial<Record<Column, number>>
  /** columns of JSON that the beginning of the file does not have */
  late: Column[]
  /** columns that have no meaning of their own: attributes of a users file */
  others: { name: string; index: number }[]
  /** of events */
  timeUnit?: TimeUnit
  /** the file itself says that they are times */
  typedTimes: boolean
  /** of the days on which items were launched, where it can be told */
  launchUnit?: TimeUnit
  prices: PriceStyle
  /** ids that are written as floats (100.0), as pandas does beside missing ones: .0 is no part of them */
  floats: Column[]
}

/** Columns that hold one value; category and title may be lists. */
const SINGLE: readonly Column[] = [
  'user_id',
  'item_id',
  'event_type',
  'timestamp',
  'advertiser_id',
  'domain',
  'price',
  'launched',
]

/**
 * Tells what a file holds by the names of its columns: events have user_id, timestamp and item_id or advertiser_id;
 * items item_id; users user_id; advertisers advertiser_id.
 * @throws UserError when the columns make none of these
 */
export function kindOfFile(head: FileHead, mapping: Mapping): FileKind {
  return kindOf(head, columnsOf(head, mapping), mapping)
}

/** Columns whose first values say how they are written, as indices of the header. */
export function lookedAt(head: FileHead, mapping: Mapping): number[] {
  const { timestamp, launched, price } = columnsOf(head, mapping)
  return [timestamp, launched, price].filter((index) => index !== undefined)
}

/**
 * How a file is read. @param values the first values of a column that is looked at
 * @throws UserError when its columns make nothing, or no value of the time can be read
 */
export function layoutOf(head: FileHead, mapping: Mapping, values: (index: number) => Iterable<string>): Layout {
  const { header, shapes } = head
  const { name } = head.place
  const columns = columnsOf(head, mapping)
  const kind = kindOf(head, columns, mapping)
  for (const column of SINGLE) {
    const title = columns[column] === undefined ? undefined : header[columns[column]]
    const shape = title === undefined ? undefined : shapes.get(title)
    if (shape) throw notSingle(name, column, title!, shape, header)
  }
  const used = new Set(Object.values(columns))
  const others = mapping.header
    ? header
        .map((title, index) => ({ name: title, index }))
        .filter(({ name: title, index }) => title !== '' && !used.has(index) && !head.inner.has(title))
    : []
  const timeUnit =
    kind === 'events' ? eventUnit(name, Array.from(values(columns.timestamp!)), mapping.dates) : undefined
  const launchUnit = columns.launched === undefined ? undefined : unitOf(values(columns.launched), mapping.dates).unit
  const prices = columns.price === undefined ? PLAIN_PRICES : priceStyle(values(columns.price))
  const titles = [...header]
  const late = head.objects === undefined ? [] : lateColumns(titles, columns, mapping)
  const typedTimes = head.parquet?.times.has(header[columns.timestamp ?? -1]) ?? false
  const isText = head.place.form === 'text' && head.objects === undefined
  const floats = isText ? IDS.filter((one) => columns[one] !== undefined && areFloats(values(columns[one]))) : []
  return { kind, titles, columns, late, others, timeUnit, typedTimes, launchUnit, prices, floats }
}

const IDS: readonly Column[] = ['user_id', 'item_id', 'advertiser_id']

function areFloats(values: Iterable<string>): boolean {
  let some = false
  for (const value of values) {
    if (/^\d+\.0$/.test(value)) some = true
    else if (value !== '' && !isUnknown(value)) return false
  }
  return some
}

/** JSON may name a column for the first time in any line: those that the beginning does not name are looked for too. */
function lateColumns(titles: string[], columns: Layout['columns'], { columns: mapped, without }: Mapping): Column[] {
  const late = COLUMNS.filter((column) => columns[column] === undefined && !without.includes(column))
  for (const column of late) columns[column] = titles.push(String(mapped[column] ?? column)) - 1
  return late
}

function columnsOf({ place: { name }, header }: FileHead, mapping: Mapping): Layout['columns'] {
  const columns = mapping.header ? namedColumns(name, header, mapping) : numberedColumns(name, header, mapping)
  for (const column of mapping.without) delete columns[column]
  return columns
}

function namedColumns(name: string, header: string[], mapping: Mapping): Layout['columns'] {
  const lower = header.map((title) => title.toLowerCase())
  const bare = header.map(bareName)
  const columns: Layout['columns'] = {}
  for (const column of COLUMNS) {
    if (mapping.without.includes(column)) continue
    const mapped = mapping.columns[column]
    const wanted = mapped === undefined ? column : String(mapped)
    let index = header.indexOf(wanted)
    if (index < 0) index = lower.indexOf(wanted.toLowerCase())
    if (index < 0 && mapped !== undefined) index = lower.indexOf(column)
    if (index < 0 && mapped === undefined) index = bare.indexOf(bareName(column))
    if (index < 0) continue
    if (header.indexOf(header[index], index + 1) >= 0)
      throw new UserError(
        `${name} has two columns named ${header[index]}.`,
        `Rename one of them in the header line, or leave both out: --without ${column}`,
      )
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

function kindOf(head: FileHead, columns: Layout['columns'], mapping: Mapping): FileKind {
  const { header, shapes } = head
  const { name } = head.place
  const has = (column: Column): boolean => columns[column] !== undefined
  const missing = (column: Column, why: string): UserError => {
    if (mapping.header && header.some((title) => timeUnit(title) !== undefined))
      return new UserError(
        `${name} begins with a row of data (${header.slice(0, 8).join(', ').slice(0, 100)}), not with names of ` +
          'columns.',
        'Name its columns by their number: --no-header --map user_id=1,item_id=2,timestamp=3',
      )
    const found = `${name} has no column ${column}, ${why}. Its columns: ${header.slice(0, 20).join(', ').slice(0, 300)}.`
    if (!mapping.header) return new UserError(found, `Name the column that holds it: --map ${column}=NUMBER`)
    if (header.length === 1 && head.place.form === 'text' && !head.objects)
      return new UserError(found, 'Fields are set apart by commas, tabs, semicolons or bars; write it so.')
    const single = header.filter((title) => !shapes.has(title))
    // what events need and the file may have under another name, all at once
    const needed: Column[] = [
      'user_id',
      'item_id',
      ...(mapping.defaultType ? [] : ['event_type' as const]),
      'timestamp',
    ]
    const wanted = needed.filter((one) => !has(one) && !mapping.without.includes(one))
    const pairs = Object.entries({ [column]: 'THEIRS', ...likelyColumns(wanted, single) }).map((pair) => pair.join('='))
    const map = pairs.some((pair) => /[\s"'$&;|<>()]/.test(pair)) ? `"${pairs.join(',')}"` : pairs.join(',')
    return new UserError(found, `Name the columns that hold them: --map ${map}`)
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
  if (has('item_id') || has('user_id')) {
    const kind = has('item_id') ? 'items' : 'users'
    const events = asEvents(head, columns, mapping)
    if (events === undefined) return kind
    throw new UserError(
      `${name} could be ${kind} or events: it names ${kind === 'items' ? 'an item' : 'a user'}, and has columns for ` +
        `the rest of an event (${Object.values(events).join(', ')}).`,
      `Of events: --map ${Object.entries(events)
        .map((pair) => pair.join('='))
        .join(',')}. Of ${kind}: --without timestamp`,
    )
  }
  if (has('advertiser_id')) return 'advertisers'
  throw missing('user_id', 'nor item_id: it is neither events, items nor users')
}

/** The columns by which a file of items or users may be one of events: all that an event needs, under other names. */
function asEvents(
  { header, shapes }: FileHead,
  columns: Layout['columns'],
  mapping: Mapping,
): Partial<Record<Column, string>> | undefined {
  const needed = (['user_id', 'item_id', 'timestamp'] as const).filter((one) => columns[one] === undefined)
  if (!mapping.header || needed.some((one) => mapping.without.includes(one))) return undefined
  const single = header.filter((title, i) => !shapes.has(title) && !Object.values(columns).includes(i))
  const wanted: Column[] = columns.event_type === undefined ? [...needed, 'event_type'] : needed
  const found = likelyColumns(wanted, single, { spelled: false })
  return needed.every((one) => found[one] !== undefined) ? found : undefined
}

function notSingle(name: string, column: Column, title: string, shape: 'object' | 'list', header: string[]): UserError {
  if (shape === 'list')
    return new UserError(
      `${name}: ${column} (${title}) is a list, and an event or an item has one.`,
      'Write a row for each entry of the list first, or name another column: ' + `--map ${column}=THEIRS`,
    )
  const parts = header.filter((other) => other.startsWith(`${title}.`))
  const part = parts.find((one) => /[._]?id$/i.test(one)) ?? parts[0] ?? `${title}.PART`
  return new UserError(`${name}: ${column} (${title}) is an object.`, `Name its part: --map ${column}=${part}`)
}

/** Values that are looked at. */
const LOOK = 1000

/** The unit of the first value that is a time; `either`: one that may begin with day or month, where all may. */
function unitOf(values: Iterable<string>, dates: Mapping['dates']): { unit?: TimeUnit; either?: string } {
  let either: string | undefined
  let looked = 0
  for (const value of values) {
    if (++looked > LOOK) break
    const unit = timeUnit(value)
    if (unit === undefined) continue
    if (unit !== 'day first' || !isTime(value, 'month first')) return { unit }
    if (dates !== undefined) return { unit: dates === 'day-first' ? 'day first' : 'month first' }
    // 1.2.2019 is written where the day comes first
    if (value.includes('.')) return { unit: 'day first' }
    either ??= value
  }
  return { either }
}

function eventUnit(name: string, values: string[], dates: Mapping['dates']): TimeUnit {
  const { unit, either } = unitOf(values, dates)
  if (unit) return unit
  if (either !== undefined)
    throw new UserError(
      `${name}: whether ${either} begins with the day or the month cannot be told from its first rows.`,
      'Say it: --dates day-first or --dates month-first',
    )
  const example = values.find((value) => value !== '') ?? values[0]
  if (example === undefined) return 'seconds' // no row at all, or none that is whole: each is judged on its own
  throw new UserError(
    `${name}: "${example.slice(0, 40)}" is not a time that adseq can read.`,
    'Times are unix seconds to nanoseconds, ISO 8601 (2019-10-01T12:00:00Z) or other dates (1/31/2019 12:00), from ' +
      '1990 on; or name another column: --map timestamp=THEIRS',
  )
}
