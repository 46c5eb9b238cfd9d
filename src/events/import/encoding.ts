import { isAscii, isUtf8 } from 'node:buffer'
import { UserError } from '../../core/errors.js'

/** How the bytes of a text become characters. Everything that is not UTF-8 with LF is made that as it is read. */
export interface Encoding {
  /** a name of the WHATWG Encoding Standard, in lower case */
  name: string
  /** lines end with a carriage return alone, as old Macs and Excel's "CSV (Macintosh)" write them */
  returns: boolean
  /** it is the user's word or that of a byte order mark, no guess */
  sure: boolean
}

/** UTF-8 as it is. */
export const UTF_8: Encoding = { name: 'utf-8', returns: false, sure: false }
/** What a text that is not UTF-8 is taken for: a superset of ISO-8859-1, every byte of which is a character. */
const FALLBACK = 'windows-1252'

/** True where bytes are handed on as they are. */
export const isPlain = ({ name, returns }: Encoding): boolean => name === 'utf-8' && !returns

/** What the first bytes of a text say of its encoding. @param named by the user, where they did */
export function guessEncoding(bytes: Buffer, named?: string): Encoding {
  const known = named ?? utf16(bytes)
  const name = known ?? new Utf8Judge().feed(bytes).encoding()
  const returns = !name.startsWith('utf-16') && bytes.includes(13) && !bytes.includes(10)
  return { name, returns, sure: known !== undefined }
}

/** @throws UserError for an encoding that is none */
export function checkEncoding(name: string): string {
  try {
    return new TextDecoder(name).encoding
  } catch {
    throw new UserError(
      `--encoding ${name} is no encoding that adseq knows.`,
      'For example: --encoding windows-1252, gbk, shift_jis, euc-kr, windows-1251 or utf-16le',
    )
  }
}

/** Text in any encoding -> UTF-8 with LF, block by block. */
export async function* toUtf8(
  blocks: AsyncIterable<Buffer>,
  { name, returns }: Encoding,
): AsyncGenerator<Buffer, void> {
  const decoder = name === 'utf-8' ? undefined : new TextDecoder(name)
  for await (const block of blocks) {
    const utf8 = decoder ? Buffer.from(decoder.decode(block, { stream: true })) : block
    yield returns ? withLineFeeds(utf8) : utf8
  }
  const rest = decoder?.decode()
  if (rest) yield Buffer.from(rest)
}

function withLineFeeds(block: Buffer): Buffer {
  const changed = Buffer.from(block)
  for (let at = changed.indexOf(13); at >= 0; at = changed.indexOf(13, at + 1)) changed[at] = 10
  return changed
}

/** UTF-16 by its byte order mark, or by the zeros that it puts beside Latin letters. */
function utf16(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  const start = bytes.subarray(0, 32)
  if (start.length < 8) return undefined
  const zeros = (odd: number): boolean => start.every((byte, i) => (i % 2 === odd) === (byte === 0))
  return zeros(1) ? 'utf-16le' : zeros(0) ? 'utf-16be' : undefined
}

/**
 * Reads a text through and says whether it is UTF-8: what is not is either damaged UTF-8, where most characters beyond
 * ASCII are still whole, or another encoding, where hardly one is.
 */
export class Utf8Judge {
  private rest: Buffer = Buffer.alloc(0)
  /** characters beyond ASCII that are whole */
  private whole = 0
  /** bytes that belong to no character; half a character at the end is one */
  faults = 0

  feed(block: Buffer): this {
    if (this.rest.length === 0 && isAscii(block)) return this
    const bytes = this.rest.length === 0 ? block : Buffer.concat([this.rest, block])
    const end = bytes.length - unfinished(bytes)
    this.rest = Buffer.from(bytes.subarray(end))
    const text = bytes.subarray(0, end)
    if (!isUtf8(text)) this.count(text)
    else for (let i = 0; i < text.length; i++) if (text[i] >= 0xc0) this.whole++
    return this
  }

  /** Nothing comes after what was fed: a character that is cut at the end is a fault. */
  end(): this {
    if (this.rest.length > 0) this.faults++
    this.rest = Buffer.alloc(0)
    return this
  }

  /** Of all that was fed. */
  encoding(): string {
    return this.faults > this.whole ? FALLBACK : 'utf-8'
  }

  private count(text: Buffer): void {
    for (let i = 0; i < text.length; i++) {
      if (text[i] < 0x80) continue
      const length = sequenceLength(text[i])
      if (length > 1 && isUtf8(text.subarray(i, i + length))) {
        this.whole++
        i += length - 1
      } else this.faults++
    }
  }
}

/** Bytes at the end that may be the beginning of a character. */
function unfinished(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]
    if (byte < 0x80) return 0
    if (byte >= 0xc0) return sequenceLength(byte) > back ? back : 0
  }
  return 0
}

/** Bytes of a character by its first one; 1 for a byte that begins none. */
const sequenceLength = (first: number): number => (first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1)
