import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { writeFileAtomic } from './atomic.js'
import { UserError, hasCode } from './errors.js'
import { sha256 } from './hash.js'

/** The arrays a safetensors file of ours can hold. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint32Array | Uint16Array | Uint8Array

export interface NamedArray {
  shape: number[]
  data: TypedArray
}

export interface Safetensors {
  arrays: Record<string, NamedArray>
  metadata: Record<string, string>
}

const KINDS = {
  F64: Float64Array,
  F32: Float32Array,
  I32: Int32Array,
  U32: Uint32Array,
  U16: Uint16Array,
  U8: Uint8Array,
} as const
type Kind = keyof typeof KINDS

const kindOf = (data: TypedArray): Kind => {
  for (const [kind, type] of Object.entries(KINDS)) if (data instanceof type) return kind as Kind
  throw new Error('safetensors: unsupported array type')
}

/**
 * Writes named typed arrays as one safetensors file (https://github.com/huggingface/safetensors: u64 header length,
 * JSON header, raw little-endian data), atomically. The header carries `checksum`, the SHA-256 of the data.
 * @returns that checksum
 */
export function writeSafetensors(
  path: string,
  arrays: Record<string, NamedArray>,
  metadata: Record<string, string> = {},
): string {
  // widest types first, so that every array starts at a multiple of its element size
  const names = Object.keys(arrays).sort(
    (a, b) => arrays[b].data.BYTES_PER_ELEMENT - arrays[a].data.BYTES_PER_ELEMENT || (a < b ? -1 : 1),
  )
  const header: Record<string, unknown> = {}
  const parts: Uint8Array[] = []
  let offset = 0
  for (const name of names) {
    const { shape, data } = arrays[name]
    const size = shape.reduce((a, b) => a * b, 1)
    if (size !== data.length) throw new Error(`safetensors: ${name} has ${data.length} values for shape [${shape}]`)
    header[name] = { dtype: kindOf(data), shape, data_offsets: [offset, offset + data.byteLength] }
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    offset += data.byteLength
  }
  const checksum = checksumOf(parts)
  header.__metadata__ = { ...metadata, checksum }
  let json = JSON.stringify(header)
  json += ' '.repeat((8 - (json.length % 8)) % 8)
  const head = Buffer.alloc(8)
  head.writeBigUInt64LE(BigInt(Buffer.byteLength(json)))
  writeFileAtomic(path, [head, Buffer.from(json), ...parts])
  return checksum
}

/**
 * Reads a file written by writeSafetensors.
 * @throws UserError when the file is missing, cut short, or its checksum does not match.
 */
export function readSafetensors(path: string): Safetensors {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    if (hasCode(error, 'ENOENT'))
      throw new UserError(`${path} is missing.`, 'Run the command that makes it again, or restore the file.')
    throw error
  }
  try {
    return read(file, path)
  } finally {
    closeSync(file)
  }
}

function read(file: number, path: string): Safetensors {
  const damaged = (why: string): UserError =>
    new UserError(
      `${path} is damaged: ${why}.`,
      'Delete it and run the command that makes it again, or restore it from a copy.',
    )
  const total = fstatSync(file).size
  const head = readBytes(file, 0, Math.min(8, total))
  if (head.length < 8) throw damaged('it is shorter than its header')
  const length = Number(Buffer.from(head.buffer).readBigUInt64LE())
  if (8 + length > total) throw damaged('it is shorter than its header says')
  let header: Record<string, unknown>
  try {
    header = JSON.parse(Buffer.from(readBytes(file, 8, length).buffer).toString()) as Record<string, unknown>
  } catch {
    throw damaged('its header is not JSON')
  }
  const { __metadata__: metadata = {}, ...entries } = header as Record<string, never> & {
    __metadata__?: Record<string, string>
  }
  const arrays: Record<string, NamedArray> = {}
  const parts: Uint8Array[] = []
  for (const [name, entry] of Object.entries(entries) as [
    string,
    { dtype: Kind; shape: number[]; data_offsets: [number, number] },
  ][]) {
    const [from, to] = entry.data_offsets
    if (!(entry.dtype in KINDS) || 8 + length + to > total) throw damaged(`array ${name} is cut short`)
    const bytes = readBytes(file, 8 + length + from, to - from)
    parts.push(bytes)
    const type = KINDS[entry.dtype]
    arrays[name] = {
      shape: entry.shape,
      data: new type(bytes.buffer as ArrayBuffer, 0, bytes.byteLength / type.BYTES_PER_ELEMENT),
    }
  }
  if (metadata.checksum !== undefined && metadata.checksum !== checksumOf(parts))
    throw damaged('its checksum does not match')
  return { arrays, metadata }
}

function readBytes(file: number, position: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let at = 0
  while (at < length) {
    const got = readSync(file, bytes, at, Math.min(length - at, 1 << 30), position + at)
    if (got === 0) break
    at += got
  }
  return at === length ? bytes : bytes.slice(0, at)
}

function checksumOf(parts: Uint8Array[]): string {
  return sha256(parts.map((part) => sha256(part)).join())
}
