import { isAscii, isUtf8 } from 'node:buffer'
import type { TextRecords } from './text-reader.js'

/** A JSON object longer than this many bytes is refused. */
export const MAX_JSON_LINE = 1 << 24

const LF = 10
const TOO_LONG = `line longer than ${MAX_JSON_LINE} bytes`

/**
 * Splits a stream of JSON lines into objects, with the byte offset and line that each begins at.
 *
 *     records.feed(block, last); while (records.next()) records.value
 *
 * A number that no double holds (an id beyond 2^53) keeps its digits as text.
 */
export class JsonRecords implements TextRecords {
  protected bytes: Buffer = Buffer.alloc(0)
  protected at = 0
  protected last = false
  protected skipping = false
  /** the current object in the bytes */
  protected from = 0
  protected to = 0
  protected lineBefore: number
  protected base: number
  private ascii = true
  private readonly names: string[]
  /** index of each of the names that `keys` has met */
  private readonly numbers = new Map<string, number>()
  /** the current object with all digits of its numbers; made when it is asked for */
  private exact: Record<string, unknown> | undefined
  /** where the current object begins in the stream, in bytes */
  begin = 0
  /** the current object has its line end */
  ended = true
  line = 0
  error: string | undefined
  /** the object of the current line; empty when it is malformed */
  value: Record<string, unknown> = {}

  /**
   * @param names what `field(i)` reads: keys of the object, dots lead into nested ones
   * @param parse reads one line; throws where it cannot
   */
  constructor(
    names: readonly string[],
    offset = 0,
    line = 0,
    private readonly parse?: (line: string) => unknown,
  ) {
    this.names = [...names]
    this.base = offset
    this.lineBefore = line
  }

  get fields(): number {
    return this.names.length
  }

  get offset(): number {
    return this.base + this.at
  }

  get lines(): number {
    return this.lineBefore
  }

  get resumable(): boolean {
    return !this.skipping
  }

  feed(block: Buffer, last: boolean): void {
    const rest = this.at < this.bytes.length
    this.base += this.at
    this.bytes = rest ? Buffer.concat([this.bytes.subarray(this.at), block]) : block
    this.ascii = isAscii(block) && (this.ascii || !rest)
    this.at = 0
    this.last = last
  }

  next(): boolean {
    for (;;) {
      if (this.at >= this.bytes.length) return false
      let end = this.bytes.indexOf(LF, this.at)
      const whole = end >= 0
      if (!whole) {
        if (!this.last && !this.skipping && this.bytes.length - this.at <= MAX_JSON_LINE) return false
        end = this.bytes.length
      }
      this.from = this.at
      this.to = end
      this.at = whole ? end + 1 : end
      if (this.skipping) {
        if (whole || this.last) {
          this.skipping = false
          this.lineBefore++
        }
        continue
      }
      if (!whole && !this.last) this.skipping = true
      else this.lineBefore++
      if (end - this.from <= 1 && (end === this.from || this.bytes[this.from] === 13)) continue
      this.ended = whole
      this.line = this.lineBefore + (this.skipping ? 1 : 0)
      this.read()
      return true
    }
  }

  field(i: number): string | undefined {
    const value = this.lookUp(this.value, i)
    if (typeof value === 'string') return value
    if (value === undefined || value === null) return ''
    if (typeof value === 'object') return undefined
    return String(typeof value === 'number' && !isExact(value) ? this.lookUp(this.digits(), i) : value)
  }

  fault(i: number): string {
    return Array.isArray(this.lookUp(this.value, i)) ? 'is a list' : 'is an object'
  }

  nested(i: number): string | undefined {
    const value = this.lookUp(this.value, i)
    if (value === null || typeof value !== 'object') return this.field(i)
    return structureText(this.lookUp(this.digits(), i) as object)
  }

  /** The keys of the current object, and the index that each is read by. */
  *keys(): Generator<{ name: string; index: number }, void> {
    for (const name of Object.keys(this.value)) {
      let index = this.numbers.get(name)
      if (index === undefined) this.numbers.set(name, (index = this.names.push(name) - 1))
      yield { name, index }
    }
  }

  raw(length: number): string {
    return this.bytes
      .subarray(this.from, Math.min(this.to, this.from + 4 * length))
      .toString('utf8')
      .slice(0, length)
  }

  /** Reads the object between `from` and `to`. */
  protected read(): void {
    this.begin = this.base + this.from
    this.value = {}
    this.exact = undefined
    this.error = this.to - this.from > MAX_JSON_LINE ? TOO_LONG : this.parsed()
  }

  private parsed(): string | undefined {
    if (!this.ascii && !isUtf8(this.bytes.subarray(this.from, this.to))) return 'line is not valid UTF-8'
    try {
      const text = this.bytes.toString('utf8', this.from, this.to)
      const value: unknown = this.parse ? this.parse(text) : JSON.parse(text)
      if (value === null || typeof value !== 'object' || Array.isArray(value)) return 'line is not a JSON object'
      this.value = value as Record<string, unknown>
      return undefined
    } catch {
      return 'line is not JSON'
    }
  }

  private digits(): Record<string, unknown> {
    this.exact ??= this.parse
      ? this.value
      : (JSON.parse(withDigits(this.bytes.toString('utf8', this.from, this.to))) as Record<string, unknown>)
    return this.exact
  }

  private lookUp(object: Record<string, unknown>, i: number): unknown {
    const name = this.names[i]
    const value = object[name]
    return value === undefined && name.includes('.') ? inside(object, name) : value
  }
}

/** The value that a path with dots leads to: user.id of {"user": {"id": 7}}. */
export function inside(object: Record<string, unknown>, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | null | undefined)?.[key], object)
}

/** A list of texts as a path (a/b/c), anything else as JSON. */
export function structureText(value: object): string {
  return Array.isArray(value) && value.every((part) => typeof part === 'string')
    ? value.join('/')
    : JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner))
}

/** True for a number whose digits are all there. */
const isExact = (value: number): boolean =>
  Number.isSafeInteger(value) || (Number.isFinite(value) && String(value).replace(/\D/g, '').length <= 15)

/** A line of JSON in which numbers that no double holds are texts. */
function withDigits(line: string): string {
  return line.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g, (token) =>
    token.startsWith('"') || isExact(Number(token)) ? token : `"${token}"`,
  )
}
