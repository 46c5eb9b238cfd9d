import { PassThrough, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createInflateRaw } from 'node:zlib'
import yauzl from 'yauzl'
import { UserError } from '../../core/errors.js'

/** Bytes handed on at once. */
const CHUNK = 1 << 20

/** Ways to compress that people meet, by their number in the archive; 0 and 8 are read. */
const METHODS: Record<number, string> = {
  1: 'Shrink',
  6: 'Implode',
  9: 'Deflate64',
  12: 'bzip2',
  14: 'LZMA',
  93: 'zstd',
  95: 'xz',
  98: 'PPMd',
}

/** A file inside a zip archive. */
export interface Member {
  /** path inside the archive */
  name: string
  /** bytes, unpacked */
  size: number
  crc32: number
}

/**
 * The files of an archive, without folders and what macOS adds.
 * @throws UserError for a damaged or an encrypted archive, one that is compressed in another way, or whose names cannot
 * be trusted: two alike, or one that leads out of the folder
 */
export async function listMembers(archive: string | Buffer): Promise<Member[]> {
  const members: Member[] = []
  const names = new Set<string>()
  const zip = await open(archive)
  try {
    for await (const entry of zip.eachEntry()) {
      const { fileName: name, compressionMethod: method } = entry
      if (name.endsWith('/') || /(^|\/)(__MACOSX\/|\.)/.test(name)) continue
      if (entry.isEncrypted())
        throw new UserError(`${label(archive)} needs a password.`, 'Unpack it and import what is inside.')
      if (method !== 0 && method !== 8)
        throw new UserError(
          `${label(archive)} is compressed with a method that adseq does not read ` +
            `(${METHODS[method] ?? `number ${method}`}).`,
          'Unzip it first and import what is inside.',
        )
      if (names.has(name))
        throw new UserError(
          `${label(archive)} holds two files named ${name}.`,
          'Unzip it, and import the one that you mean.',
        )
      names.add(name)
      members.push({ name, size: entry.uncompressedSize, crc32: entry.crc32 })
    }
  } catch (error) {
    throw error instanceof UserError ? error : unreadable(archive, error)
  } finally {
    zip.close()
  }
  return members
}

/** The unpacked bytes of a member; their number is verified as they are read. */
export function openMember(archive: string | Buffer, member: Member): Readable {
  const out = new PassThrough({ highWaterMark: CHUNK })
  void pump(archive, member, out).catch((error: unknown) => out.destroy(damage(error)))
  return out
}

/** All bytes of a member. @param most bytes that are held in memory */
export async function readMember(archive: string | Buffer, member: Member, most: number): Promise<Buffer> {
  if (member.size > most)
    throw new UserError(
      `${member.name} inside the archive has ${Math.ceil(member.size / 1e6)} MB.`,
      'Unpack it first and name the file itself.',
    )
  const parts: Buffer[] = []
  for await (const chunk of openMember(archive, member)) parts.push(chunk as Buffer)
  return Buffer.concat(parts)
}

/** True for the members of an .xlsx file, which is a zip archive itself. */
export function isWorkbook(members: readonly Member[]): boolean {
  return members.some(({ name }) => name === 'xl/workbook.xml')
}

async function pump(archive: string | Buffer, member: Member, out: PassThrough): Promise<void> {
  const zip = await open(archive)
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName !== member.name) continue
      const raw = await zip.openReadStreamPromise(entry, { decodeFileData: false })
      const checked = ofLength(entry.uncompressedSize)
      // inflated here, as the archive's own reader does it in small pieces
      if (entry.compressionMethod === 0) await pipeline(raw, checked, out)
      else await pipeline(raw, createInflateRaw({ chunkSize: CHUNK }), checked, out)
      return
    }
  } finally {
    zip.close()
  }
  throw new Error(`no member ${member.name}`)
}

/** Hands on what comes. @throws where it is more or less than the archive says */
const ofLength = (size: number) =>
  async function* (chunks: AsyncIterable<Buffer>) {
    let length = 0
    for await (const chunk of chunks) {
      length += chunk.length
      yield chunk
    }
    if (length !== size) throw new Error(`${length} bytes instead of ${size}`)
  }

async function open(archive: string | Buffer): Promise<yauzl.ZipFile> {
  try {
    return typeof archive === 'string'
      ? await yauzl.openPromise(archive, { autoClose: false, lazyEntries: true })
      : await yauzl.fromBufferPromise(archive, { lazyEntries: true })
  } catch (error) {
    throw unreadable(archive, error)
  }
}

/** What yauzl says of an archive, as a sentence; errors of the file system stay as they are. */
function unreadable(archive: string | Buffer, error: unknown): Error {
  if (error instanceof Error && 'code' in error) return error
  const message = error instanceof Error ? error.message : String(error)
  const [, unsafe] =
    /^(?:invalid relative path|absolute path|invalid characters in fileName): (.*)/s.exec(message) ?? []
  if (unsafe !== undefined)
    return new UserError(
      `${label(archive)} holds a file named ${unsafe}, which would be unpacked outside of its folder.`,
      'Do not trust it; fetch the archive from its source again.',
    )
  if (message.startsWith('strong encryption'))
    return new UserError(`${label(archive)} needs a password.`, 'Unpack it and import what is inside.')
  if (message.startsWith('multi-disk'))
    return new UserError(`${label(archive)} is one part of an archive in several parts.`, 'Join them and unpack first.')
  return new UserError(`${label(archive)} is a damaged or cut zip archive (${message}).`, 'Fetch the file again.')
}

const label = (archive: string | Buffer): string =>
  typeof archive === 'string' ? archive : 'A workbook in the archive'

function damage(error: unknown): Error {
  const known = error instanceof Error ? error : new Error(String(error))
  if (known instanceof UserError || 'code' in known) return known
  return Object.assign(known, { code: 'ZIP_DAMAGED' })
}
