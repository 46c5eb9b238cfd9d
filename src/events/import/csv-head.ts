import { CsvRecords, type Dialect } from './csv-records.js'

/** How the beginning of a text says that its rows are to be read. */
export interface CsvHead {
  /** what separates fields */
  delimiter: string
  dialect: Dialect
  /** the first line, which names the columns where the text does so */
  header: string[]
  /** bytes and lines before it: a line `sep=;`, titles and comments */
  before: number
  linesBefore: number
  /** how many of these lines are titles and comments */
  passedOver: number
}

const DELIMITERS = [',', '\t', ';', '|']
/** Lines that are looked at for the one that names the columns. */
const LOOK = 30
/** What a name of a column looks like, when lines before it are to be passed over. */
const NAME = /^[\p{L}_][\p{L}\p{N} _.()/%-]*$/u

/** @param text the beginning, without a byte order mark @param complete it is the whole text */
export function csvHead(text: Buffer, complete: boolean): CsvHead {
  // Excel names the separator in a line of its own
  const [line = '', separator] = /^"?sep=([,;\t|])"?\r?\n/i.exec(text.toString('latin1', 0, 20)) ?? []
  const rest = text.subarray(line.length)
  const found = (separator ? [separator] : DELIMITERS).map((delimiter) => namesIn(rest, complete, delimiter))
  const best = found.reduce((most, other) => (other.header.length > most.header.length ? other : most))
  return {
    ...best,
    dialect: dialectOf(rest.subarray(best.before), complete, best.delimiter),
    before: line.length + best.before,
    linesBefore: (line === '' ? 0 : 1) + best.linesBefore,
    passedOver: best.linesBefore,
  }
}

/** The fields of the first lines of a text, without blanks around them. */
export function linesOf(
  text: Buffer,
  complete: boolean,
  delimiter: string,
  most: number,
  dialect?: Dialect,
): string[][] {
  const records = new CsvRecords(delimiter, 0, 0, dialect)
  records.feed(text, complete)
  const lines: string[][] = []
  while (lines.length < most && records.next()) if (records.error === undefined) lines.push(fieldsOf(records))
  return lines
}

function fieldsOf(records: CsvRecords): string[] {
  return Array.from({ length: records.fields }, (_, i) => (records.field(i) ?? '').trim())
}

/** The line that names the columns: the first, or the one behind titles and comments, if those after it are like it. */
function namesIn(text: Buffer, complete: boolean, delimiter: string) {
  const records = new CsvRecords(delimiter)
  records.feed(text, complete)
  const lines: { fields: string[]; before: number; linesBefore: number }[] = []
  for (let [before, linesBefore] = [0, 0]; lines.length < LOOK && records.next();) {
    if (records.error === undefined) lines.push({ fields: fieldsOf(records), before, linesBefore })
    before = records.offset
    linesBefore = records.lines
  }
  const isTitle = ({ fields }: (typeof lines)[number]): boolean =>
    fields.filter((field) => field !== '').length < 2 || fields[0].startsWith('#')
  const at = lines.findIndex((one) => !isTitle(one))
  const names = lines[at]?.fields ?? []
  const after = lines.slice(at + 1, at + 3)
  const stands =
    at > 0 &&
    names.length >= 3 &&
    names.every((name) => NAME.test(name)) &&
    after.length > 0 &&
    after.every(({ fields }) => fields.length === names.length)
  const { fields, before, linesBefore } = lines[stands ? at : 0] ?? { fields: [], before: 0, linesBefore: 0 }
  return stands
    ? { delimiter, header: fields, before, linesBefore }
    : { delimiter, header: fields, before: 0, linesBefore: 0 }
}

/** Whether quotes inside of quoted fields are escaped by a backslash, as Spark and MySQL do, not doubled. */
function dialectOf(text: Buffer, complete: boolean, delimiter: string): Dialect {
  if (!text.includes('\\"')) return {}
  const faults = (dialect: Dialect): number => {
    const records = new CsvRecords(delimiter, 0, 0, dialect)
    records.feed(text, complete)
    let n = 0
    while (records.next()) if (records.error !== undefined) n++
    return n
  }
  const backslash: Dialect = { backslash: true }
  return faults({}) > faults(backslash) ? backslash : {}
}
