import { CsvRecords, type Dialect } from './csv-records.js'
import { JsonRecords } from './json-records.js'
import { openParquet, type ParquetFile } from './parquet-reader.js'
import { readBeginning, shown, type Place } from './source-file.js'
import { openWorkbook, type Workbook } from './xlsx-reader.js'

const HEAD = 1 << 18
const DELIMITERS = [',', '\t', ';', '|']

/** What the beginning of a file says of it: enough to tell which file of which format it is. */
export interface FileHead {
  place: Place
  /** how the file is called to the user */
  name: string
  /** the first bytes of a text; empty for other forms */
  bytes: Buffer
  /** bytes is the whole text */
  complete: boolean
  /** bytes of a byte order mark */
  mark: number
  /**
   * names of the columns: of the first line, of the Parquet schema, of the first row of a sheet, of the JSON objects
   */
  header: string[]
  /** what separates the fields of a text */
  delimiter: string
  /** the first JSON objects of a text of JSON lines */
  objects?: Record<string, unknown>[]
  parquet?: ParquetFile
  workbook?: Workbook
}

/** Reads the beginning of a file. @throws UserError for a damaged one */
export async function readHead(place: Place): Promise<FileHead> {
  const head: FileHead = {
    place,
    name: shown(place),
    bytes: Buffer.alloc(0),
    complete: false,
    mark: 0,
    header: [],
    delimiter: ',',
  }
  if (place.form === 'parquet') {
    head.parquet = await openParquet(place)
    return { ...head, header: head.parquet.columns }
  }
  if (place.form === 'xlsx') {
    head.workbook = await openWorkbook(place)
    return { ...head, header: head.workbook.header.map((title) => title.trim()) }
  }
  const bytes = await readBeginning(place, HEAD + 1)
  head.complete = bytes.length <= HEAD
  head.bytes = bytes.subarray(0, HEAD)
  head.mark = bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  const first = head.bytes.subarray(head.mark).find((byte) => byte > 32)
  if (first === 0x7b) return jsonHead(head)
  const attempts = DELIMITERS.map((delimiter) => ({ delimiter, fields: firstLine(head, delimiter) }))
  const best = attempts.reduce((most, other) => (other.fields.length > most.fields.length ? other : most))
  return { ...head, header: best.fields, delimiter: best.delimiter }
}

/** The fields of the first line of a text, without blanks around them; none where there is no line. */
export function firstLine(head: FileHead, delimiter: string, dialect?: Dialect): string[] {
  const [first] = firstLines(head, delimiter, 1, dialect)
  return first ?? []
}

/** The fields of the first lines of a text. */
export function firstLines(head: FileHead, delimiter: string, most: number, dialect?: Dialect): string[][] {
  const records = new CsvRecords(delimiter, 0, 0, dialect)
  records.feed(head.bytes.subarray(head.mark), head.complete)
  const lines: string[][] = []
  while (lines.length < most && records.next())
    if (records.error === undefined)
      lines.push(Array.from({ length: records.fields }, (_, i) => (records.field(i) ?? '').trim()))
  return lines
}

function jsonHead(head: FileHead): FileHead {
  const records = new JsonRecords([])
  records.feed(head.bytes.subarray(head.mark), head.complete)
  const objects: Record<string, unknown>[] = []
  while (objects.length < 1000 && records.next()) if (records.error === undefined) objects.push(records.value)
  const header = new Set<string>()
  for (const one of objects) for (const key of Object.keys(one)) header.add(key)
  return { ...head, objects, header: [...header] }
}
