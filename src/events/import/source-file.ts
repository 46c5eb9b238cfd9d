import { createHash } from 'node:crypto'
import { closeSync, createReadStream, openSync, readSync, statSync, type Stats } from 'node:fs'
import { basename } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { crc32, createGunzip } from 'node:zlib'
import { Interrupted, UserError, hasCode } from '../../core/errors.js'
import { checkEncoding, guessEncoding, isPlain, toUtf8, UTF_8, Utf8Judge, type Encoding } from './encoding.js'
import { foreignContent, foreignFile } from './foreign.js'
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
  /** of a text; a guess from its first block until it was read through */
  encoding: Encoding
}

/** What a path names: files to look at, and what of an archive cannot be read. */
export interface Places {
  found: Place[]
  /** names inside of an archive */
  ignored: string[]
}

/** A file to import, read through once: what tells it apart, and how much there is to read. */
export interface SourceFile extends Place {
  /** SHA-256: of the file as it lies on disk; of a member, of its content, which is that of the file it unpacks to */
  hash: string
  /** bytes of text, decompressed */
  bytes: number
  /** line ends in it */
  lines: number
  /** bytes that are no UTF-8 in a text that is else */
  damage: number
}

/** A file that lost something on its way; never passed over, also not inside an archive. */
export class DamagedFile extends UserError {}

const CHUNK = 1 << 20
/** Bytes that an encoding is guessed from. */
const GUESS = 1 << 18

export const emptyFile = (place: Place): UserError =>
  new UserError(`${shown(place)} is empty.`, 'Give a file with data in it; a CSV file begins with a header line.')

/**
 * What a path names: a file of text (plain or gzip), Parquet, a workbook (.xlsx), or the members of a zip archive.
 * @param encoding of its texts, where the user names it
 * @throws UserError for a missing file, a folder, an empty file, another format
 */
export async function places(path: string, encoding?: string): Promise<Places> {
  const named = encoding === undefined ? undefined : checkEncoding(encoding)
  const stats = look(path)
  if (stats.isDirectory())
    throw new UserError(`${path} is a folder.`, `Name the files in it: ${path.replace(/\/$/, '')}/*`)
  if (!stats.isFile())
    throw new UserError(
      `${path} is not a regular file.`,
      'Save the stream to a file first: an import must be able to start again where it stopped.',
    )
  const plain: Place = { path, name: basename(path), form: 'text', gzip: false, size: stats.size, encoding: UTF_8 }
  if (stats.size === 0) throw emptyFile(plain)
  const head = readHead(path, 16)
  if (!isZip(head)) {
    const foreign = foreignFile(head, path)
    if (foreign) throw foreign
    return { found: [await withEncoding({ ...plain, ...formOf(head) }, named)], ignored: [] }
  }
  const members = await listMembers(path)
  if (isWorkbook(members)) return { found: [{ ...plain, form: 'xlsx' }], ignored: [] }
  const found: Place[] = []
  const ignored: string[] = []
  for (const member of members) {
    if (member.size === 0) continue
    const name = basename(member.name)
    const start = await beginning({ ...plain, member }, openMember(path, member), 16)
    if (isZip(start) && /\.xlsx$/i.test(name)) found.push({ ...plain, name, form: 'xlsx', member })
    else if (isZip(start) || foreignFile(start, name)) ignored.push(name)
    else {
      const place = await unlessForeign(withEncoding({ ...plain, name, ...formOf(start), member }, named))
      if (place) found.push(place)
      else ignored.push(name)
    }
  }
  if (found.length === 0)
    throw new UserError(
      `${path} is a zip archive without a file that adseq can read.`,
      'Unpack it and import what is inside.',
    )
  return { found, ignored }
}

/**
 * Reads a file once, for its hash, its length and its encoding. A gzip or zip that is cut or damaged is found here,
 * before a row of it is stored: the whole file, fetched again, would have another hash and bring the same rows once
 * more.
 * @throws UserError for an empty or a damaged file
 */
export async function inspectFile(place: Place, signal?: AbortSignal): Promise<SourceFile> {
  const hash = createHash('sha256')
  let bytes = 0
  let lines = 0
  let crc = 0
  const text = place.form === 'text'
  const judge = text && !place.encoding.sure ? new Utf8Judge() : undefined
  const lineEnd = place.encoding.returns ? 13 : 10
  const hashed = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      if (signal?.aborted)
        throw new Interrupted('Run the same command again.', 'Interrupted; nothing was imported yet.')
      hash.update(chunk)
      if (place.member) crc = crc32(chunk, crc)
      yield chunk
    }
  }
  const counted = async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      bytes += chunk.length
      judge?.feed(chunk)
      if (text) for (let at = chunk.indexOf(lineEnd); at >= 0; at = chunk.indexOf(lineEnd, at + 1)) lines++
    }
  }
  try {
    if (place.gzip) await pipeline(rawBytes(place), hashed, createGunzip({ chunkSize: CHUNK }), counted)
    else await pipeline(rawBytes(place), hashed, counted)
    if (place.member && crc !== place.member.crc32) throw Object.assign(new Error('checksum'), { code: 'ZIP_DAMAGED' })
  } catch (error) {
    throw damaged(place, error) ?? error
  }
  if (bytes === 0) throw emptyFile(place)
  const encoding = judge === undefined ? place.encoding : { ...place.encoding, name: judge.end().encoding() }
  const damage = encoding.name === 'utf-8' ? (judge?.faults ?? 0) : 0
  return { ...place, encoding, hash: hash.digest('hex'), bytes, lines, damage }
}

/** The text of a file as UTF-8 with LF, unpacked. */
export function readText(place: Place): AsyncGenerator<Buffer, void> {
  return isPlain(place.encoding) ? unpacked(place) : toUtf8(unpacked(place), place.encoding)
}

/** The first `length` bytes of the text, or all of it. @throws UserError for a damaged file */
export async function readBeginning(place: Place, length: number): Promise<Buffer> {
  return beginning(place, readText(place), length)
}

/** Undefined for what is no data; a damaged file is not passed over. */
async function unlessForeign(look: Promise<Place>): Promise<Place | undefined> {
  try {
    return await look
  } catch (error) {
    if (error instanceof UserError && !(error instanceof DamagedFile)) return undefined
    throw error
  }
}

/** @throws UserError for what is no data */
async function withEncoding(place: Place, named: string | undefined): Promise<Place> {
  if (place.form !== 'text') return place
  const bytes = await beginning(place, unpacked(place), GUESS)
  const foreign = foreignContent(bytes, shown(place))
  if (foreign) throw foreign
  return { ...place, encoding: guessEncoding(bytes, named) }
}

async function beginning(place: Place, blocks: AsyncIterable<Buffer>, length: number): Promise<Buffer> {
  try {
    return await firstBytes(blocks, length)
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

const isZip = (head: Buffer): boolean => head.toString('latin1', 0, 4) === 'PK\u0003\u0004'

function formOf(head: Buffer): { form: Form; gzip: boolean } {
  const hex = head.toString('hex')
  return { form: hex.startsWith('50415231') ? 'parquet' : 'text', gzip: hex.startsWith('1f8b') }
}

async function firstBytes(stream: AsyncIterable<unknown>, length: number): Promise<Buffer> {
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
