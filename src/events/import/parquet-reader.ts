import { open } from 'node:fs/promises'
import type { AsyncBuffer, FileMetaData } from 'hyparquet'
import { UserError } from '../../core/errors.js'
import type { RecordReader } from './record.js'
import { shown, type Place } from './source-file.js'
import { readMember } from './zip.js'

/** A Parquet file inside an archive is held in memory, up to this many bytes. */
const MOST = 1 << 29

export interface ParquetFile {
  buffer: AsyncBuffer
  metadata: FileMetaData
  columns: string[]
  rows: number
}

/** Opens a Parquet file and reads its footer. @throws UserError for a damaged or an encrypted one */
export async function openParquet(place: Place): Promise<ParquetFile> {
  const { parquetMetadataAsync, parquetSchema } = await import('hyparquet')
  const buffer = await bytesOf(place)
  try {
    const metadata = await parquetMetadataAsync(buffer)
    return {
      buffer,
      metadata,
      columns: parquetSchema(metadata).children.map(({ element }) => element.name),
      rows: Number(metadata.num_rows),
    }
  } catch (error) {
    throw new UserError(
      `${shown(place)} cannot be read as Parquet (${error instanceof Error ? error.message : error}).`,
      'Fetch the file again, or write it anew, without encryption.',
    )
  }
}

/**
 * Reads the rows of a Parquet file, one row group at a time: the columns asked for of one group are in memory.
 * @param columns what field(i) reads, by name; '' reads nothing @param start rows already consumed
 */
export function parquetReader(place: Place, file: ParquetFile, columns: readonly string[], start = 0): RecordReader {
  const groups: { begin: number; end: number }[] = []
  let before = 0
  for (const { num_rows } of file.metadata.row_groups) {
    groups.push({ begin: before, end: before + Number(num_rows) })
    before += Number(num_rows)
  }
  const used = new Set(columns.filter(Boolean))
  let data: ArrayLike<unknown>[] = []
  let group = groups.findIndex(({ end }) => end > start)
  let first = 0
  let row = start - 1
  let stop = start
  const value = (i: number): unknown => data[i]?.[row - first]
  return {
    fields: columns.length,
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
      const [{ parquetScan }, { compressors }] = await Promise.all([
        import('hyparquet'),
        import('hyparquet-compressors'),
      ])
      const { begin, end } = groups[group++]
      try {
        const scan = await parquetScan({ file: file.buffer, metadata: file.metadata, columns: [...used], compressors })
        for (const column of columns)
          data.push(
            begin === end || column === '' ? [] : await scan.readColumn({ column, rowStart: begin, rowEnd: end }),
          )
      } catch (error) {
        throw new UserError(
          `${shown(place)} is damaged from row ${begin + 1} on (${error instanceof Error ? error.message : error}).`,
          'Fetch the file again; what was imported of it stays.',
        )
      }
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
    field: (i) => asText(value(i)),
    raw: (length) =>
      JSON.stringify(
        Object.fromEntries(columns.flatMap((name, i) => (name === '' ? [] : [[name, asText(value(i))]]))),
      ).slice(0, length),
  }
}

function asText(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === null || value === undefined) return ''
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'not a time' : value.toISOString()
  if (Array.isArray(value) && value.every((part) => typeof part === 'string')) return value.join('/')
  if (typeof value === 'object')
    return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner))
  return String(value as number | bigint | boolean)
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
