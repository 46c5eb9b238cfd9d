import { createHash } from 'node:crypto'
import { closeSync, createReadStream, openSync, readSync, statSync, type Stats } from 'node:fs'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { crc32, createGunzip } from 'node:zlib'
import { UserError, hasCode } from '../../core/errors.js'
import { isWorkbook, listMembers, openMember, type Member } from './zip.js'

/** What lies in a file, once it is unpacked. */
export type Form = 'text' | 'parquet' | 'xlsx'

/** A file to import, or one member of a zip archive, not yet read. */
export interface Place {
  /** the file on disk */
  path: string
  /** name without its folder; of a member, the member's */
  name: string
  form: Form
  gzip: boolean
  /** bytes on disk, of the archive for a member */
  size: number
  member?: Member
}

/** A file to import, read through once: what tells it apart, and how much there is to read. */
export interface SourceFile extends Place {
  /** SHA-256: of the file as it lies on disk; of a member, of its content, which is that of the file it unpacks to */
  hash: string
  /** bytes of text, decompressed */
  bytes: number
  /** line ends in it */
  lines: number
}

/** A file that lost something on its way; never passed over, also not inside an archive. */
export class DamagedFile extends UserError {}

const CHUNK = 1 << 20

/** First bytes of what people take for a data file. */
const FOREIGN: readonly [magic: string, what: string, todo: string][] = [
  ['28b52ffd', 'compressed with zstd', 'Decompress it first (zstd -d FILE).'],
  ['fd377a58', 'compressed with xz', 'Decompress it first (xz -d FILE).'],
  ['425a68', 'compressed with bzip2', 'Decompress it first (bzip2 -d FILE).'],
  ['377abcaf', 'a 7z archive', 'Unpack it and import what is inside.'],
  ['52617221', 'a rar archive', 'Unpack it and import what is inside.'],
  ['d0cf11e0', 'an old Excel file (.xls)', 'Save it as .xlsx or CSV.'],
  ['53514c69', 'an SQLite database', 'Save its table as CSV first.'],
  ['fffe', 'UTF-16 text', 'Save it as UTF-8.'],
  ['feff', 'UTF-16 text', 'Save it as UTF-8.'],
]
const EMPTY = 'Give a file with data in it; a CSV file begins with a header line.'

/**
 * What a path names: a file of text (plain or gzip), Parquet, a workbook (.xlsx), or the members of a zip archive.
 * @throws UserError for a missing file, a folder, an empty file, another format
 */
export async function places(path: string): Promise<Place[]> {
  const stats = look(path)
  if (stats.isDirectory())
    throw new UserError(`${path} is a folder.`, `Name the files in it: ${path.replace(/\/$/, '')}/*`)
  if (!stats.isFile())
    throw new UserError(
      `${path} is not a regular file.`,
      'Save the stream to a file first: an import must be able to start again where it stopped.',
    )
  if (stats.size === 0) throw new UserError(`${path} is empty.`, EMPTY)
  const head = readHead(path, 8)
  const plain: Place = { path, name: basename(path), form: 'text', gzip: false, size: stats.size }
  if (head.subarray(0, 4).toString('latin1') !== 'PK\u0003\u0004') return [{ ...plain, ...formOf(head, path) }]
  const members = await listMembers(path)
  if (isWorkbook(members)) return [{ ...plain, form: 'xlsx' }]
  const found: Place[] = []
  for (const member of members) {
    if (member.size === 0) continue
    const name = basename(member.name)
    const start = await firstBytes(openMember(path, member), 8)
    if (start.subarray(0, 4).toString('latin1') === 'PK\u0003\u0004') {
      if (/\.xlsx$/i.test(name)) found.push({ ...plain, name, form: 'xlsx', member })
    } else if (!FOREIGN.some(([magic]) => start.toString('hex').startsWith(magic))) {
      found.push({ ...plain, name, ...formOf(start, name), member })
    }
  }
  if (found.length === 0)
    throw new UserError(
      `${path} is a zip archive without a file that adseq can read.`,
      'Unpack it and import what is inside.',
    )
  return found
}

/**
 * Reads a file once, for its hash and decompressed length. A gzip or zip that is cut or damaged is found here, before a
 * row of it is stored: the whole file, fetched again, would have another hash and bring the same rows once more.
 * @throws UserError for an empty or a damaged file
 */
export async function inspectFile(place: Place): Promise<SourceFile> {
  const hash = createHash('sha256')
  let bytes = 0
  let lines = 0
  let crc = 0
  const text = place.form === 'text'
  const hashed = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      hash.update(chunk)
      if (place.member) crc = crc32(chunk, crc)
      yield chunk
    }
  }
  const counted = async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      bytes += chunk.length
      if (text) for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++
    }
  }
  try {
    if (place.gzip) await pipeline(rawBytes(place), hashed, createGunzip({ chunkSize: CHUNK }), counted)
    else await pipeline(rawBytes(place), hashed, counted)
    if (place.member && crc !== place.member.crc32) throw Object.assign(new Error('checksum'), { code: 'ZIP_DAMAGED' })
  } catch (error) {
    throw damaged(place, error) ?? error
  }
  if (bytes === 0) throw new UserError(`${shown(place)} is empty.`, EMPTY)
  return { ...place, hash: hash.digest('hex'), bytes, lines }
}

/** The decompressed bytes of a file from an offset on. */
export async function* readText(place: Place, offset = 0): AsyncGenerator<Buffer, void> {
  if (!place.gzip && !place.member) {
    if (offset < place.size)
      yield* createReadStream(place.path, {
        highWaterMark: CHUNK,
        start: offset,
        end: place.size - 1,
      }) as AsyncIterable<Buffer>
    return
  }
  let skip = offset
  for await (const chunk of unpacked(place)) {
    if (skip >= chunk.length) skip -= chunk.length
    else {
      yield skip > 0 ? chunk.subarray(skip) : chunk
      skip = 0
    }
  }
}

/** The first `length` bytes of the text, or all of it. @throws UserError for a damaged file */
export async function readBeginning(place: Place, length: number): Promise<Buffer> {
  try {
    return await firstBytes(Readable.from(unpacked(place)), length)
  } catch (error) {
    throw damaged(place, error) ?? error
  }
}

/** How a file is called where the user must find it: archive.zip/member.csv. */
export function shown(place: Place): string {
  return place.member ? `${place.path}/${place.member.name}` : place.path
}

async function* unpacked(place: Place): AsyncGenerator<Buffer, void> {
  const raw = rawBytes(place)
  if (!place.gzip) {
    yield* raw as AsyncIterable<Buffer>
    return
  }
  const gunzip = createGunzip({ chunkSize: CHUNK })
  // an error of the file must end the loop below
  raw.on('error', (error) => gunzip.destroy(error))
  try {
    yield* raw.pipe(gunzip) as AsyncIterable<Buffer>
  } finally {
    raw.destroy()
    gunzip.destroy()
  }
}

function rawBytes(place: Place): Readable {
  return place.member
    ? openMember(place.path, place.member)
    : createReadStream(place.path, { highWaterMark: CHUNK, end: place.size - 1 })
}

function damaged(place: Place, error: unknown): UserError | undefined {
  const zip = hasCode(error, 'ZIP_DAMAGED')
  if (!zip && !hasCode(error, 'Z_BUF_ERROR', 'Z_DATA_ERROR')) return undefined
  return new DamagedFile(
    `${shown(place)} is ${hasCode(error, 'Z_BUF_ERROR') ? 'cut short' : 'damaged'} ` +
      `(${zip || place.member ? 'zip' : 'gzip'}), so none of it was imported.`,
    'Fetch the file again.',
  )
}

/** @throws UserError for what is neither text, gzip nor Parquet */
function formOf(head: Buffer, name: string): { form: Form; gzip: boolean } {
  const hex = head.toString('hex')
  const foreign = FOREIGN.find(([magic]) => hex.startsWith(magic))
  if (foreign) throw new UserError(`${name} is ${foreign[1]}.`, foreign[2])
  return { form: hex.startsWith('50415231') ? 'parquet' : 'text', gzip: hex.startsWith('1f8b') }
}

async function firstBytes(stream: Readable, length: number): Promise<Buffer> {
  const parts: Buffer[] = []
  let total = 0
  for await (const chunk of stream) {
    parts.push(chunk as Buffer)
    total += (chunk as Buffer).length
    if (total >= length) break
  }
  return Buffer.concat(parts).subarray(0, length)
}

function look(path: string): Stats {
  try {
    return statSync(path)
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR'))
      throw new UserError(`There is no file ${path}.`, 'Check the name; files are looked up from the current folder.')
    throw error
  }
}

function readHead(path: string, length: number): Buffer {
  const file = openSync(path, 'r')
  try {
    const head = Buffer.alloc(length)
    return head.subarray(0, readSync(file, head, 0, length, 0))
  } finally {
    closeSync(file)
  }
}
