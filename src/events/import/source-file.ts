import { createHash } from 'node:crypto'
import { closeSync, createReadStream, openSync, readSync, statSync, type Stats } from 'node:fs'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { UserError, hasCode } from '../../core/errors.js'

/** A file to import, read through once: what tells it apart, and how much there is to read. */
export interface SourceFile {
  path: string
  /** file name without its folder */
  name: string
  gzip: boolean
  /** SHA-256 of the file as it lies on disk */
  hash: string
  /** bytes on disk */
  size: number
  /** bytes of text, decompressed */
  bytes: number
  /** line ends in it */
  lines: number
}

const CHUNK = 1 << 20

/** First bytes of what people take for a CSV file. */
const FOREIGN: readonly [magic: string, what: string, todo: string][] = [
  ['504b0304', 'a zip archive', 'Unzip it and import what is inside.'],
  ['28b52ffd', 'compressed with zstd', 'Decompress it first (zstd -d FILE).'],
  ['fd377a58', 'compressed with xz', 'Decompress it first (xz -d FILE).'],
  ['425a68', 'compressed with bzip2', 'Decompress it first (bzip2 -d FILE).'],
  ['50415231', 'a Parquet file', 'Save it as CSV first.'],
  ['53514c69', 'an SQLite database', 'Save its table as CSV first.'],
  ['fffe', 'UTF-16 text', 'Save it as UTF-8.'],
  ['feff', 'UTF-16 text', 'Save it as UTF-8.'],
]

/**
 * Reads a file once, for its hash and decompressed length. A gzip that is cut or damaged is found here, before a row of it
 * is stored: the whole file, fetched again, would have another hash and bring the same rows once more.
 * @throws UserError for a missing file, a folder, an empty file, another format, a damaged gzip
 */
export async function inspectFile(path: string): Promise<SourceFile> {
  const stats = look(path)
  if (stats.isDirectory()) throw new UserError(`${path} is a folder.`, `Name the files in it: ${path.replace(/\/$/, '')}/*.csv`)
  if (!stats.isFile()) throw new UserError(`${path} is not a regular file.`, 'Save the stream to a file first: an import must be able to start again where it stopped.')
  if (stats.size === 0) throw new UserError(`${path} is empty.`, 'Give a CSV file with a header line.')
  const head = readHead(path, 8).toString('hex')
  const foreign = FOREIGN.find(([magic]) => head.startsWith(magic))
  if (foreign) throw new UserError(`${path} is ${foreign[1]}.`, foreign[2])
  const gzip = head.startsWith('1f8b')
  const hash = createHash('sha256')
  let bytes = 0
  let lines = 0
  const raw = createReadStream(path, { highWaterMark: CHUNK, end: stats.size - 1 })
  const hashed = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      hash.update(chunk)
      yield chunk
    }
  }
  const counted = async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      bytes += chunk.length
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++
    }
  }
  try {
    if (gzip) await pipeline(raw, hashed, createGunzip({ chunkSize: CHUNK }), counted)
    else await pipeline(raw, hashed, counted)
  } catch (error) {
    if (!hasCode(error, 'Z_BUF_ERROR', 'Z_DATA_ERROR')) throw error
    throw new UserError(`${path} is ${hasCode(error, 'Z_BUF_ERROR') ? 'cut short' : 'damaged'} (gzip), so none of it was imported.`, 'Fetch the file again.')
  }
  if (bytes === 0) throw new UserError(`${path} is empty.`, 'Give a CSV file with a header line.')
  return { path, name: basename(path), gzip, hash: hash.digest('hex'), size: stats.size, bytes, lines }
}

/** The decompressed text of a file from a byte offset on. */
export async function* readText(file: SourceFile, offset = 0): AsyncGenerator<Buffer, void> {
  const options = { highWaterMark: CHUNK, end: file.size - 1 }
  if (!file.gzip) {
    if (offset < file.size) yield* createReadStream(file.path, { ...options, start: offset }) as AsyncIterable<Buffer>
    return
  }
  const raw = createReadStream(file.path, options)
  const gunzip = createGunzip({ chunkSize: CHUNK })
  // an error of the file must end the loop below
  raw.on('error', (error) => gunzip.destroy(error))
  let skip = offset
  try {
    for await (const chunk of raw.pipe(gunzip) as AsyncIterable<Buffer>) {
      if (skip >= chunk.length) skip -= chunk.length
      else {
        yield skip > 0 ? chunk.subarray(skip) : chunk
        skip = 0
      }
    }
  } finally {
    raw.destroy()
    gunzip.destroy()
  }
}

/** The first `length` bytes of the text, or all of it. */
export async function readBeginning(file: SourceFile, length: number): Promise<Buffer> {
  const parts: Buffer[] = []
  let total = 0
  for await (const chunk of Readable.from(readText(file))) {
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
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) throw new UserError(`There is no file ${path}.`, 'Check the name; files are looked up from the current folder.')
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
