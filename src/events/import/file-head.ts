import { columnNames, objectShapes, type ColumnNames } from './column-names.js'
import { csvHead, linesOf } from './csv-head.js'
import { CsvRecords, type Dialect } from './csv-records.js'
import { foreignText } from './foreign.js'
import { JsonObjects } from './json-objects.js'
import { JsonRecords } from './json-records.js'
import { openParquet, type ParquetFile } from './parquet-reader.js'
import { emptyFile, readBeginning, shown, type Place } from './source-file.js'
import { openWorkbook, type Workbook } from './xlsx-reader.js'

const HEAD = 1 << 18

/** What the beginning of a file says of it: enough to tell which file of which format it is. */
export interface FileHead extends ColumnNames {
  place: Place
  /** how the file is called to the user */
  name: string
  /** the first bytes of a text; empty for other forms */
  bytes: Buffer
  /** bytes is the whole text */
  complete: boolean
  /** bytes, and lines, before the first line of data or of names: a byte order mark, a line `sep=;`, titles */
  mark: number
  markLines: number
  /** how many of these lines are titles and comments */
  passedOver: number
  /** what separates the fields of a text, and how they are quoted */
  delimiter: string
  dialect: Dialect
  /** the first JSON objects of a text */
  objects?: Record<string, unknown>[]
  /** how they stand in it: one a line, or over several lines or in a list */
  json?: 'lines' | 'objects'
  parquet?: ParquetFile
  workbook?: Workbook
}

/** Reads the beginning of a file. @throws UserError for a damaged one, and for what is no data */
export async function readHead(place: Place): Promise<FileHead> {
  const head: FileHead = {
    place,
    name: shown(place),
    bytes: Buffer.alloc(0),
    complete: false,
    mark: 0,
    markLines: 0,
    passedOver: 0,
    header: [],
    inner: new Set(),
    shapes: new Map(),
    delimiter: ',',
    dialect: {},
  }
  if (place.form === 'parquet') {
    const parquet = await openParquet(place)
    return { ...head, parquet, ...columnNames(parquet.columns) }
  }
  if (place.form === 'xlsx') {
    head.workbook = await openWorkbook(place)
    return { ...head, header: head.workbook.header.map((title) => title.trim()) }
  }
  const bytes = await readBeginning(place, HEAD + 1)
  head.complete = bytes.length <= HEAD
  head.bytes = bytes.subarray(0, HEAD)
  head.mark = bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  const text = head.bytes.subarray(head.mark)
  if (text.length === 0) throw emptyFile(place)
  const foreign = foreignText(text, head.name)
  if (foreign) throw foreign
  const first = text.find((byte) => byte > 32)
  if (first === 0x7b || (first === 0x5b && /^\s*\[\s*[{\]]/.test(text.toString('latin1', 0, 4096))))
    return jsonHead(head)
  const { before, linesBefore, ...csv } = csvHead(text, head.complete)
  return { ...head, ...csv, mark: head.mark + before, markLines: linesBefore }
}

/** The fields of the first line of a text, without blanks around them; none where there is no line. */
export function firstLine(head: FileHead, delimiter: string, dialect?: Dialect): string[] {
  return firstLines(head, delimiter, 1, dialect)[0] ?? []
}

/** The fields of the first lines of a text. */
export function firstLines(head: FileHead, delimiter: string, most: number, dialect?: Dialect): string[][] {
  return linesOf(head.bytes.subarray(head.mark), head.complete, delimiter, most, dialect)
}

/** Splits the rows of a text into fields, from an offset on. */
export function csvRecords({ delimiter, dialect }: FileHead, offset: number, line: number): CsvRecords {
  return new CsvRecords(delimiter, offset, line, dialect)
}

/** Splits the JSON of a file into records. @param names what `field(i)` reads */
export function jsonRecords(head: FileHead, names: readonly string[], offset: number, line: number): JsonRecords {
  return head.json === 'objects' ? new JsonObjects(names, offset, line) : new JsonRecords(names, offset, line)
}

function jsonHead(head: FileHead): FileHead {
  const lines = firstObjects(head, new JsonRecords([]))
  const objects = firstObjects(head, new JsonObjects([]))
  const inLines = lines.firstIsWhole || lines.found.length > objects.found.length
  const { found } = inLines ? lines : objects
  return { ...head, json: inLines ? 'lines' : 'objects', objects: found, ...columnNames(objectShapes(found)) }
}

function firstObjects(head: FileHead, records: JsonRecords) {
  records.feed(head.bytes.subarray(head.mark), head.complete)
  const found: Record<string, unknown>[] = []
  let firstIsWhole: boolean | undefined
  while (records.next()) {
    firstIsWhole ??= records.error === undefined
    if (records.error === undefined) found.push(records.value)
  }
  return { found, firstIsWhole: firstIsWhole ?? false }
}
