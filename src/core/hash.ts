import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'

/** A 32-bit hash of an integer (the finaliser of MurmurHash3, Appleby 2011), different for every `seed`. */
export function hashInt(x: number, seed = 0): number {
  let h = (x ^ Math.imul(seed + 1, 0x9e3779b1)) >>> 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** A 32-bit hash of a string (FNV-1a over UTF-16 code units, then mixed), different for every `seed`. */
export function hashString(text: string, seed = 0): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return hashInt(h >>> 0, seed)
}

/** SHA-256 in hex of bytes or text. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

/** SHA-256 in hex of a file, read as a stream. */
export async function sha256File(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** A short stable hash of a JSON value: object keys are sorted first. For manifests and cache keys. */
export function hashJson(value: unknown): string {
  return sha256(canonical(value)).slice(0, 16)
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).filter(([, v]) => v !== undefined)
    entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonical(v)}`).join(',')}}`
  }
  return JSON.stringify(value) ?? 'null'
}
