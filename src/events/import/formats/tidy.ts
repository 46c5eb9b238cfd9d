import { UserError } from '../../../core/errors.js'
import { nearest } from '../../../config/nearest-key.js'
import { advertiserRows, itemRows, userRows } from '../catalog-rows.js'
import { eventRows, UNKNOWN_TYPE } from '../event-rows.js'
import { csvRecords, jsonRecords, type FileHead } from '../file-head.js'
import type { Format, FormatOptions, Matched, Step } from '../format.js'
import type { FileImport } from '../import-file.js'
import { JsonRecords } from '../json-records.js'
import { adsFile, adsRole, type AdsRole } from './ads.js'
import { kindOfFile, layoutOf, lookedAt, type FileKind, type Layout } from '../layout.js'
import type { Mapping } from '../mapping.js'
import { parquetReader } from '../parquet-reader.js'
import { PLAIN_PRICES } from '../prices.js'
import type { OpenRecords } from '../record.js'
import type { Rejects } from '../rejects.js'
import type { Rows } from '../row.js'
import type { Sink } from '../sink.js'
import { textReader } from '../text-reader.js'
import { UNIT_WORDS } from '../timestamps.js'
import { suggestTypes } from '../type-words.js'

/** Catalogs before events: an item has its title by the time that an event speaks of it. */
const ORDER: readonly FileKind[] = ['advertisers', 'items', 'users', 'events']
/** Values of a column that say how it is written. */
const FIRST = 1000

const FILES =
  'Any files; they are told apart by their columns: events have user_id, item_id, event_type and timestamp, ' +
  'items item_id, users user_id, advertisers advertiser_id and name, ads ad, campaign and bid. Other names go by --map.'

const generic = (
  name: string,
  summary: string,
  takes: (head: FileHead) => boolean,
  wrong: (head: FileHead) => UserError,
): Format => ({
  name,
  summary,
  files: FILES,
  special: [],
  mapsTypes: true,
  role(head, { mapping }) {
    if (!takes(head)) throw oneObject(head) ?? wrong(head)
    if (head.header.length === 0)
      throw new UserError(
        `${head.place.name} does not begin with a line of CSV.`,
        'Give a text file whose first line names the columns.',
      )
    try {
      return adsRole(head) ?? kindOfFile(head, mapping)
    } catch (error) {
      // a file whose columns make nothing is passed over in an archive
      throw oneObject(head) ?? error
    }
  },
  steps: (files, options) => Promise.resolve(tidySteps(name, files, options)),
})

/** CSV of any layout, by its header or a mapping. */
export const csv: Format = generic(
  'csv',
  'CSV of any layout: events, items, users, told apart by their headers, or mapped (--map)',
  ({ place, objects }) => place.form === 'text' && !objects,
  ({ name, objects }) =>
    objects
      ? new UserError(`${name} holds JSON, not CSV.`, 'Import it as JSON lines: adseq import jsonl FILE')
      : new UserError(
          `${name} is a ${name.endsWith('.xlsx') ? 'workbook' : 'Parquet file'}, not CSV.`,
          name.endsWith('.xlsx') ? 'Save its sheet as CSV.' : 'Import it as what it is: adseq import parquet FILE',
        ),
)

/** JSON lines of any layout, by the names in the objects. */
export const jsonl: Format = generic(
  'jsonl',
  'JSON of any layout, an object a line or a list of objects, by the same names or mapped (dots lead into objects)',
  ({ objects }) => objects !== undefined && objects.length > 0,
  ({ name }) =>
    new UserError(
      `${name} does not begin with JSON ({...} or [{...}]).`,
      'Give a file with one JSON object a line, or a list of objects; CSV goes by adseq import csv.',
    ),
)

/** Parquet of any layout, by its schema. */
export const parquet: Format = generic(
  'parquet',
  'Parquet of any layout, by the same column names or mapped (--map)',
  ({ parquet: file }) => file !== undefined,
  ({ name }) =>
    new UserError(`${name} is not a Parquet file.`, 'CSV goes by adseq import csv, JSON lines by adseq import jsonl.'),
)

async function tidySteps(format: string, all: Matched[], { mapping, say }: FormatOptions): Promise<Step[]> {
  const isOf = (role: AdsRole) => (file: Matched) => file.role === role
  const files = all.filter((file) => !isOf('ads')(file) && !isOf('impressions')(file))
  const plans: { layout: Layout; file: FileImport }[] = []
  for (const matched of files) {
    const { head } = matched
    const layout = layoutOf(head, mapping, await firstValues(head, mapping))
    plans.push({ layout, file: fileImport(format, matched, layout, mapping) })
  }
  checkUse(
    mapping,
    files.map(({ head }) => head),
  )
  plans.sort((a, b) => ORDER.indexOf(a.layout.kind) - ORDER.indexOf(b.layout.kind))
  for (const { layout, file } of plans) {
    const { timeUnit: unit, prices } = layout
    if (unit && unit !== 'seconds' && !layout.typedTimes)
      say(`${file.source.name}: times are read as ${UNIT_WORDS[unit]}.`)
    if (layout.floats.length > 0)
      say(`${file.source.name}: ${layout.floats.join(', ')} written as floats (100.0): read without the .0.`)
    if (prices.decimal === ',') say(`${file.source.name}: prices are read with a decimal comma (12,99).`)
  }
  // after the catalog and the users that they speak of
  const ofAds = (['ads', 'impressions'] as const).flatMap((role) =>
    all.filter(isOf(role)).map((file) => adsFile(file, role, {}, say)),
  )
  return [...plans.map(({ file }) => file), ...ofAds].map((file) => ({ file }))
}

/** The first values of the columns that say how they are written, by index. */
async function firstValues(head: FileHead, mapping: Mapping): Promise<(index: number) => Iterable<string>> {
  const { parquet, objects, header } = head
  if (parquet) {
    const columns = lookedAt(head, mapping)
    const names = header.map((title, i) => (columns.includes(i) ? title : ''))
    const reader = parquetReader(head.place, parquet, names)
    const rows: string[][] = []
    while (rows.length === 0 && (await reader.load()))
      while (rows.length < FIRST && reader.next()) rows.push(names.map((_, i) => reader.field(i) ?? ''))
    return (index) => rows.map((row) => row[index])
  }
  if (objects)
    return (index) =>
      objects.map((one) => {
        const row = new JsonRecords([header[index]])
        row.value = one
        return row.field(0) ?? ''
      })
  return function* (index) {
    const records = csvRecords(head, 0, 0)
    records.feed(head.bytes.subarray(head.mark), head.complete)
    if (mapping.header) records.next()
    while (records.next()) if (records.fields > index) yield records.field(index)?.trim() ?? ''
  }
}

function fileImport(format: string, matched: Matched, layout: Layout, mapping: Mapping): FileImport {
  const { head, source } = matched
  const { kind, columns, timeUnit, prices } = layout
  const { delimiter } = head
  const used = Object.entries(columns).map(([column, index]) => [column, head.objects ? layout.titles[index] : index])
  const options = {
    delimiter,
    columns: Object.fromEntries(used) as Record<string, string | number>,
    ...(layout.floats.length > 0 && { floats: layout.floats }),
    ...(head.dialect.backslash && { backslash: true }),
    ...(prices === PLAIN_PRICES || (prices.decimal === '.' && prices.sign === '') ? {} : { prices }),
    ...(kind === 'events' ? { timeUnit, eventTypes: mapping.eventTypes, defaultType: mapping.defaultType } : {}),
  }
  return {
    source,
    format,
    kind,
    ...rowsOf(matched, layout, mapping),
    options,
    rows: (sink) => readerOf(head, layout, mapping, sink),
    mend,
  }
}

function readerOf(head: FileHead, layout: Layout, mapping: Mapping, sink: Sink): Rows {
  if (layout.kind === 'events') return eventRows(layout, mapping, sink)
  if (layout.kind === 'items') return { read: itemRows(layout, sink) }
  if (layout.kind === 'advertisers') return { read: advertiserRows(layout, sink) }
  if (!head.objects) return { read: userRows(layout, sink, () => layout.others) }
  // JSON: whatever keys an object has, but for the one that the id is in
  const id = layout.titles[layout.columns.user_id!].split('.')[0]
  const others = (row: unknown) => [...(row as JsonRecords).keys()].filter(({ name }) => name !== id)
  return { read: userRows(layout, sink, others) }
}

/** Where the rows of a file begin, how many fields they have, and how they are opened. */
function rowsOf(
  { head, source }: Matched,
  { kind, columns, titles }: Layout,
  { header }: Mapping,
): Pick<FileImport, 'offset' | 'line' | 'width' | 'total' | 'open'> {
  const { parquet, mark, markLines } = head
  const { lines: total } = source
  if (parquet) {
    const used = new Set(kind === 'users' ? titles.keys() : Object.values(columns))
    const names = titles.map((title, i) => (used.has(i) && !(kind === 'users' && head.inner.has(title)) ? title : ''))
    return {
      offset: 0,
      line: 0,
      width: 0,
      total: parquet.rows,
      open: (at) => parquetReader(source, parquet, names, at),
    }
  }
  if (head.objects) {
    const open: OpenRecords = (at, line) => textReader(source, jsonRecords(head, titles, at, line))
    return { offset: mark, line: markLines, width: 0, total, open }
  }
  const open: OpenRecords = (at, line) => textReader(source, csvRecords(head, at, line))
  if (!header) return { offset: mark, line: markLines, width: titles.length, total, open }
  const first = csvRecords(head, mark, markLines)
  first.feed(head.bytes.subarray(mark), head.complete)
  first.next()
  return { offset: first.offset, line: first.lines, width: titles.length, total, open }
}

/** What is said of a file that is one object with the rows in a list of it. */
function oneObject(head: FileHead): UserError | undefined {
  const list = listOfRows(head)
  if (list === undefined) return undefined
  return new UserError(
    `${head.place.name} is one JSON object, and its list ${list} holds the rows.`,
    `Take the list out: jq -c '.["${list}"][]' ${head.place.name} > rows.jsonl`,
  )
}

/** The key under which one object holds the rows of a file: {"data": [{...}, {...}]}. */
function listOfRows({ objects = [], bytes }: FileHead): string | undefined {
  if (objects.length > 1) return undefined
  const isRows = (value: unknown): boolean => Array.isArray(value) && typeof value[0] === 'object' && value[0] !== null
  const [whole] = objects
  if (whole) return Object.keys(whole).length < 10 ? Object.keys(whole).find((key) => isRows(whole[key])) : undefined
  return /^\s*\{\s*"([\w-]+)"\s*:\s*\[\s*\{/.exec(bytes.toString('latin1', 0, 200))?.[1]
}

/** What to do about rows that are rejected, by the reason that most of them have. */
function mend(rejects: Rejects): string {
  const types = rejects.valuesOf(UNKNOWN_TYPE)
  if (types.length > 0) return `Say what their event types are: ${suggestTypes(types.slice(0, 12))}`
  const [reason] = Object.entries(rejects.reasons).sort((a, b) => b[1] - a[1])[0]
  return ADVICE.find(([pattern]) => pattern.test(reason))?.[1] ?? 'Mend the mapping (--map)'
}

const ADVICE: readonly [reason: RegExp, advice: string][] = [
  [/^price /, 'Leave the column out (--without price), mend the mapping (--map)'],
  [/^domain /, 'Leave the column out (--without domain), mend the mapping (--map)'],
  [/^timestamp /, 'Times of a file are of one kind: name another column (--map timestamp=THEIRS), mend those times'],
  [/quote/, 'A quote inside of a quoted field is written twice (""): write the file anew'],
  [/number of columns/, 'Each row has the fields of the first line, those with the separator in them in quotes'],
  [/was rounded|lost digits/, 'Write ids as text where the file is made: their digits are gone'],
  [/not known|is empty/, 'Such rows say nothing of anybody: name another column (--map)'],
]

/** A mapped column that no file has is a slip of the pen, not a column to leave empty. */
function checkUse(mapping: Mapping, heads: readonly FileHead[]): void {
  // what a long file of JSON holds farther on is not known yet; it is told at its end
  if (!mapping.header || heads.some(({ objects, complete }) => objects && !complete)) return
  const titles = [...new Set(heads.flatMap(({ header }) => header))]
  for (const [ours, theirs] of Object.entries(mapping.columns)) {
    if (titles.some((title) => title.toLowerCase() === String(theirs).toLowerCase())) continue
    const near = nearest(String(theirs), titles)
    throw new UserError(
      `No file has a column ${theirs}, which ${ours} is mapped to.`,
      near ? `Did you mean --map ${ours}=${near}?` : `Columns: ${titles.slice(0, 20).join(', ').slice(0, 300)}.`,
    )
  }
}
