import { open } from 'node:fs/promises'
import type { AsyncBuffer, FileMetaData } from 'hyparquet'
import { UserError } from '../../core/errors.js'
import type { Shape } from './column-names.js'
import { inside, structureText } from './json-records.js'
import { byteText, decimalText, momentText, PARSERS } from './parquet-values.js'
import type { RecordReader } from './record.js'
import { shown, type Place } from './source-file.js'
import { readMember } from './zip.js'

/** A Parquet file inside an archive is held in memory, up to this many bytes. */
const MOST = 1 << 29

export interface ParquetFile {
  buffer: AsyncBuffer
  /** the footer; decimals are told as the whole numbers that they are stored as */
  metadata: FileMetaData
  /** by name, parts of a struct as user.id */
  columns: Map<string, Shape>
  /** digits behind the point of decimal columns */
  scales: Map<string, number>
  /** columns of times */
  times: Set<string>
  rows: number
}

/** Opens a Parquet file and reads its footer. @throws UserError for a damaged or an encrypted one */
export async function openParquet(place: Place): Promise<ParquetFile> {
  const { parquetMetadataAsync, parquetSchema } = await import('hyparquet')
  const buffer = await bytesOf(place)
  try {
    const metadata = await parquetMetadataAsync(buffer, { geoparquet: false })
    const columns = new Map<string, Shape>()
    const scales = new Map<string, number>()
    const times = new Set<string>()
    const visit = ({ element, children, path }: ReturnType<typeof parquetSchema>): void => {
      const { converted_type: type, repetition_type: repetition, scale } = element
      const kind = type ?? element.logical_type?.type
      const isList = repetition === 'REPEATED' || kind === 'LIST'
      columns.set(path.join('.'), isList ? 'list' : children.length > 0 ? 'object' : 'value')
      if (kind === 'DECIMAL') scales.set(path.join('.'), scale ?? 0)
      if (/^(TIMESTAMP|DATE)/.test(kind ?? '') || element.type === 'INT96') times.add(path.join('.'))
      if (!isList && kind !== 'MAP' && kind !== 'MAP_KEY_VALUE') children.forEach(visit)
    }
    parquetSchema(metadata).children.forEach(visit)
    // a decimal would become a float, which holds 15 of its 38 digits
    const schema = metadata.schema.map((element) =>
      element.converted_type === 'DECIMAL' || element.logical_type?.type === 'DECIMAL'
        ? { ...element, converted_type: undefined, logical_type: undefined }
        : element,
    )
    return { buffer, metadata: { ...metadata, schema }, columns, scales, times, rows: Number(metadata.num_rows) }
  } catch (error) {
    throw new UserError(
      `${shown(place)} cannot be read as Parquet (${error instanceof Error ? error.message : error}).`,
      'Fetch the file again, or write it anew, without encryption.',
    )
  }
}

/**
 * Reads the rows of a Parquet file, one row group at a time: the columns asked for of one group are in memory.
 * @param names what field(i) reads, dots lead into structs; '' reads nothing @param start rows already consumed
 */
export function parquetReader(place: Place, file: ParquetFile, names: readonly string[], start = 0): RecordReader {
  const groups: { begin: number; end: number }[] = []
  let before = 0
  for (const { num_rows } of file.metadata.row_groups) {
    groups.push({ begin: before, end: before + Number(num_rows) })
    before += Number(num_rows)
  }
  const isTop = new Set(topColumns(file))
  const tops = names.map((name) => (name === '' || isTop.has(name) ? name : name.slice(0, name.indexOf('.'))))
  const parts = names.map((name, i) => (name === tops[i] ? '' : name.slice(tops[i].length + 1)))
  const scales = names.map((name) => file.scales.get(name))
  let data: ArrayLike<unknown>[] = []
  let group = groups.findIndex(({ end }) => end > start)
  let first = 0
  let row = start - 1
  let stop = start
  const value = (i: number): unknown => {
    const found = data[i]?.[row - first]
    const part = parts[i] === '' ? found : found && inside(found as Record<string, unknown>, parts[i])
    return scales[i] === undefined ? part : decimalText(part, scales[i])
  }
  const isTime = names.map((name) => file.times.has(name))
  const nested = (i: number): string | undefined => {
    const found = value(i)
    return isTime[i] && typeof found === 'number' ? momentText(found) : nestedText(found)
  }
  return {
    fields: names.length,
    error: undefined,
    resumable: true,
    get line() {
      return row + 1
    },
    get offset() {
      return row + 1
    },
    get lines() {
      return row + 1
    },
    async load() {
      if (group < 0 || group >= groups.length) return false
      data = [] // before the next group is read
      const { begin, end } = groups[group++]
      data = begin === end ? [] : await readGroup(place, file, tops, begin, end)
      first = begin
      stop = end
      row = Math.max(begin, start) - 1
      return true
    },
    next() {
      if (row + 1 >= stop) return false
      row++
      return true
    },
    // times as milliseconds: a date in words would be read into them again
    field: (i) => singleText(value(i)),
    fault(i) {
      const found = value(i)
      if (typeof found === 'number') return 'is a float beyond 2^53, which has lost digits'
      return Array.isArray(found) ? 'is a list' : 'is an object'
    },
    nested,
    raw: (length) =>
      JSON.stringify(
        Object.fromEntries(names.flatMap((name, i) => (name === '' ? [] : [[name, nested(i) ?? '']]))),
      ).slice(0, length),
  }
}

async function readGroup(
  place: Place,
  { buffer, metadata }: ParquetFile,
  columns: readonly string[],
  rowStart: number,
  rowEnd: number,
): Promise<ArrayLike<unknown>[]> {
  const [{ parquetScan }, { compressors }] = await Promise.all([import('hyparquet'), import('hyparquet-compressors')])
  const used = [...new Set(columns)].filter(Boolean)
  const found = new Map<string, ArrayLike<unknown>>()
  try {
    const options = { file: buffer, metadata, columns: used, compressors, utf8: false, parsers: PARSERS }
    const scan = await parquetScan(options)
    for (const column of used) found.set(column, await scan.readColumn({ column, rowStart, rowEnd }))
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw error
    throw new UserError(
      `${shown(place)} is damaged from row ${rowStart + 1} on (${error instanceof Error ? error.message : error}).`,
      'Fetch the file again; what was imported of it stays.',
    )
  }
  return columns.map((column) => found.get(column) ?? [])
}

const topColumns = ({ columns }: ParquetFile): string[] =>
  [...columns.keys()].filter((name) => !name.includes('.') || !columns.has(name.slice(0, name.lastIndexOf('.'))))

/** A value as text; undefined for what is not one value, or not the one that was written. */
function singleText(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (value === null || value === undefined) return ''
  if (typeof value === 'number')
    return Number.isInteger(value) && !Number.isSafeInteger(value)
      ? undefined
      : Number.isNaN(value)
        ? ''
        : String(value)
  if (value instanceof Uint8Array) return byteText(value)
  return typeof value === 'object' ? undefined : String(value as bigint | boolean)
}

function nestedText(value: unknown): string | undefined {
  const single = singleText(value)
  return single === undefined && typeof value === 'object' ? structureText(value as object) : (single ?? String(value))
}

async function bytesOf(place: Place): Promise<AsyncBuffer> {
  if (place.member) {
    const bytes = await readMember(place.path, place.member, MOST)
    return { byteLength: bytes.length, slice: (start, end) => new Uint8Array(bytes.subarray(start, end)).buffer }
  }
  return {
    byteLength: place.size,
    async slice(start, end = place.size) {
      const file = await open(place.path)
      try {
        const bytes = new ArrayBuffer(end - start)
        await file.read(new Uint8Array(bytes), 0, end - start, start)
        return bytes
      } finally {
        await file.close()
      }
    },
  }
}
