import { UserError } from '../../../core/errors.js'
import { nearest } from '../../../config/nearest-key.js'
import { advertiserRows, itemRows, userRows } from '../catalog-rows.js'
import { CsvRecords } from '../csv-records.js'
import { eventRows } from '../event-rows.js'
import type { FileHead } from '../file-head.js'
import type { Format, FormatOptions, Matched, Step } from '../format.js'
import type { FileImport } from '../import-file.js'
import { JsonRecords } from '../json-records.js'
import { namedLayout, readLayout, type FileKind, type Layout } from '../layout.js'
import type { Mapping } from '../mapping.js'
import { parquetReader, type ParquetFile } from '../parquet-reader.js'
import type { OpenRecords } from '../record.js'
import type { RowReader } from '../row.js'
import type { Sink } from '../sink.js'
import { textReader } from '../text-reader.js'

/** Catalogs before events: an item has its title by the time that an event speaks of it. */
const ORDER: readonly FileKind[] = ['advertisers', 'items', 'users', 'events']

const FILES =
  'Any files; they are told apart by their columns: events have user_id, item_id, event_type and timestamp, ' +
  'items item_id, users user_id, advertisers advertiser_id and name. Other names go by --map.'

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
  role(head) {
    if (takes(head)) return 'table'
    throw wrong(head)
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
  'JSON lines of any layout, one object a line, by the same names or mapped (--map, dots lead into objects)',
  ({ objects }) => objects !== undefined && objects.length > 0,
  ({ name }) =>
    new UserError(
      `${name} does not begin with a line of JSON ({...}).`,
      'Give a file with one JSON object a line; CSV goes by adseq import csv.',
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

async function tidySteps(format: string, files: Matched[], { mapping, say }: FormatOptions): Promise<Step[]> {
  const plans: { layout: Layout; file: FileImport }[] = []
  for (const matched of files) {
    const layout = await layoutOf(matched.head, mapping)
    plans.push({ layout, file: fileImport(format, matched, layout, mapping) })
  }
  checkUse(
    mapping,
    plans.map(({ layout }) => layout),
  )
  plans.sort((a, b) => ORDER.indexOf(a.layout.kind) - ORDER.indexOf(b.layout.kind))
  for (const {
    layout: { timeUnit: unit },
    file,
  } of plans) {
    if (unit && unit !== 'seconds')
      say(
        `${file.source.name}: times are read as ` +
          `${unit === 'iso' ? 'ISO 8601, UTC where no zone is given' : `unix ${unit}`}.`,
      )
  }
  return plans.map(({ file }) => ({ file }))
}

async function layoutOf(head: FileHead, mapping: Mapping): Promise<Layout> {
  const name = head.place.name
  if (head.parquet) {
    const times = new Map<string, string[]>()
    for (const title of head.header)
      if (wantedTime(title, mapping)) times.set(title, await firstValues(head, head.parquet, title))
    return namedLayout(name, head.header, mapping, (column) => times.get(column) ?? [])
  }
  const { objects } = head
  if (!objects) return readLayout(name, head, mapping)
  const titles = [
    ...head.header,
    ...Object.values(mapping.columns)
      .map(String)
      .filter((path) => path.includes('.') && !head.header.includes(path)),
  ]
  return namedLayout(name, titles, mapping, (column) =>
    objects.map((one) => {
      const row = new JsonRecords([column])
      row.value = one
      return row.field(0) ?? ''
    }),
  )
}

const wantedTime = (title: string, mapping: Mapping): boolean =>
  ['timestamp', String(mapping.columns.timestamp ?? '').toLowerCase()].includes(title.toLowerCase())

async function firstValues(head: FileHead, file: ParquetFile, column: string): Promise<string[]> {
  const reader = parquetReader(head.place, file, [column])
  const values: string[] = []
  while (values.length === 0 && (await reader.load()))
    while (values.length < 1000 && reader.next()) values.push(reader.field(0) ?? '')
  return values
}

function fileImport(format: string, { head, source }: Matched, layout: Layout, mapping: Mapping): FileImport {
  const { kind, delimiter, offset, line, width, columns, timeUnit, header } = layout
  const rows: Record<FileKind, (sink: Sink) => RowReader> = {
    events: (sink) => eventRows(layout, mapping, sink),
    items: (sink) => itemRows(layout, sink),
    users: (sink) => userRows(layout, sink),
    advertisers: (sink) => advertiserRows(layout, sink),
  }
  const { parquet: file } = head
  let open: OpenRecords = (at, lines) => textReader(source, new CsvRecords(delimiter, at, lines))
  if (head.objects) open = (at, lines) => textReader(source, new JsonRecords(header, at, lines))
  if (file) {
    const used = new Set(kind === 'users' ? header.keys() : Object.values(columns))
    open = (at) =>
      parquetReader(
        source,
        file,
        header.map((title, i) => (used.has(i) ? title : '')),
        at,
      )
  }
  const total = file ? file.rows : source.lines
  const options = {
    delimiter,
    columns,
    ...(kind === 'events' ? { timeUnit, eventTypes: mapping.eventTypes, defaultType: mapping.defaultType } : {}),
  }
  return {
    source,
    format,
    kind,
    offset: head.objects ? head.mark : offset,
    line,
    width,
    total,
    options,
    open,
    rows: (sink) => ({ read: rows[kind](sink) }),
    mend: 'Mend the mapping (--map, --event-type)',
  }
}

/** A mapped column that no file has is a slip of the pen, not a column to leave empty. */
function checkUse(mapping: Mapping, layouts: readonly Layout[]): void {
  if (!mapping.header) return
  const titles = [...new Set(layouts.flatMap(({ header }) => header))]
  for (const [ours, theirs] of Object.entries(mapping.columns)) {
    if (titles.some((title) => title.toLowerCase() === String(theirs).toLowerCase())) continue
    const near = nearest(String(theirs), titles)
    throw new UserError(
      `No file has a column ${theirs}, which ${ours} is mapped to.`,
      near ? `Did you mean --map ${ours}=${near}?` : `Columns: ${titles.slice(0, 20).join(', ').slice(0, 300)}.`,
    )
  }
}
