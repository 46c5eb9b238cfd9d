import { CsvRecords, type Dialect } from '../csv-records.js'
import { csvRecords, type FileHead } from '../file-head.js'
import type { FormatOptions, Matched } from '../format.js'
import type { FileImport } from '../import-file.js'
import { JsonRecords } from '../json-records.js'
import { typeCode } from '../mapping.js'
import { parquetReader } from '../parquet-reader.js'
import type { OpenRecords } from '../record.js'
import type { Rows } from '../row.js'
import type { Sink } from '../sink.js'
import { textReader } from '../text-reader.js'
import { xlsxReader } from '../xlsx-reader.js'

/** Where the columns of a table are, by the names that a format gives them; undefined for one that is absent. */
export type Columns = Record<string, number | undefined>

/** What a format says of one of its files. */
export interface FileSpec {
  format: string
  /** events, items, users ... */
  kind: string
  /** what its rows depend on */
  options?: Record<string, unknown>
  rows: (sink: Sink) => Rows
}

/** True when the first line names all of these columns, whatever their case. */
export function hasColumns(head: FileHead, columns: readonly string[]): boolean {
  const titles = head.header.map((title) => title.toLowerCase())
  return head.objects === undefined && columns.every((column) => titles.includes(column.toLowerCase()))
}

/** A table whose first line names its columns, as text, Parquet or workbook. @param columns those that are read */
export function tableImport(
  { head, source }: Matched,
  columns: readonly string[],
  spec: Omit<FileSpec, 'rows'> & { rows: (sink: Sink, at: Columns) => Rows },
): FileImport {
  const titles = head.header.map((title) => title.toLowerCase())
  const at: Columns = {}
  for (const column of columns) {
    const index = titles.indexOf(column.toLowerCase())
    if (index >= 0) at[column] = index
  }
  const rows = (sink: Sink): Rows => spec.rows(sink, at)
  const base = { source, format: spec.format, kind: spec.kind, options: spec.options ?? {}, rows, width: titles.length }
  const { parquet, workbook } = head
  if (parquet) {
    const used = new Set(Object.values(at))
    return {
      ...base,
      offset: 0,
      line: 0,
      total: parquet.rows,
      open: (start) =>
        parquetReader(
          source,
          parquet,
          head.header.map((title, i) => (used.has(i) ? title : '')),
          start,
        ),
    }
  }
  if (workbook)
    return { ...base, offset: 0, line: 0, open: (start) => xlsxReader(source, workbook, titles.length, start) }
  const first = csvRecords(head, head.mark, head.markLines)
  first.feed(head.bytes.subarray(head.mark), head.complete)
  first.next()
  return {
    ...base,
    offset: first.offset,
    line: first.lines,
    total: source.lines,
    open: (offset, line) => textReader(source, csvRecords(head, offset, line)),
  }
}

/** A table of text without a first line of names. */
export function bareImport(
  { head, source }: Matched,
  delimiter: string,
  width: number,
  spec: FileSpec,
  dialect?: Dialect,
): FileImport {
  const open: OpenRecords = (offset, line) => textReader(source, new CsvRecords(delimiter, offset, line, dialect))
  return {
    source,
    format: spec.format,
    kind: spec.kind,
    options: spec.options ?? {},
    rows: spec.rows,
    width,
    offset: head.mark,
    line: 0,
    total: source.lines,
    open,
  }
}

/** JSON lines. @param parse reads one line, where it is not JSON */
export function jsonImport({ head, source }: Matched, spec: FileSpec, parse?: (line: string) => unknown): FileImport {
  const open: OpenRecords = (offset, line) => textReader(source, new JsonRecords([], offset, line, parse))
  return {
    source,
    format: spec.format,
    kind: spec.kind,
    options: spec.options ?? {},
    rows: spec.rows,
    width: 0,
    offset: head.mark,
    line: 0,
    total: source.lines,
    open,
  }
}

/** Event types of a log -> codes, -1 to skip; what the user maps comes first. */
export function typesOf(log: Record<string, string>, { mapping }: FormatOptions): Map<string, number> {
  return new Map(
    Object.entries({ ...log, ...mapping.eventTypes }).map(([theirs, ours]) => [
      theirs,
      ours === 'skip' ? -1 : typeCode(ours, `event type ${theirs}`),
    ]),
  )
}

/** Files of a role, in the order of the moment that their first event tells; files without one last. */
export function inOrder(
  files: readonly Matched[],
  role: string,
  firstTime: (head: FileHead) => number | undefined,
): Matched[] {
  const chosen = files.filter((file) => file.role === role)
  const times = new Map(chosen.map((file) => [file, firstTime(file.head) ?? Infinity]))
  return chosen.sort((a, b) => (times.get(a)! === times.get(b)! ? 0 : times.get(a)! - times.get(b)!))
}
