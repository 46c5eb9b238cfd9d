import type { Row } from './record.js'

/** A line of JSON longer than this many bytes is refused. */
export const MAX_JSON_LINE = 1 << 24

const LF = 10

/**
 * Splits a stream of JSON lines into objects, with the byte offset and line that each begins at.
 *
 *     records.feed(block, last); while (records.next()) records.value
 */
export class JsonRecords implements Row {
  private bytes: Buffer = Buffer.alloc(0)
  private at = 0
  private base: number
  private last = false
  private skipping = false
  private begin = 0
  private end = 0
  private lineBefore: number
  line = 0
  error: string | undefined
  /** the object of the current line; empty when it is malformed */
  value: Record<string, unknown> = {}

  /**
   * @param names what `field(i)` reads: keys of the object, dots lead into nested ones
   * @param parse reads one line; throws where it cannot
   */
  constructor(
    private readonly names: readonly string[],
    offset = 0,
    line = 0,
    private readonly parse: (line: string) => unknown = JSON.parse,
  ) {
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
    this.base += this.at
    this.bytes = this.at === this.bytes.length ? block : Buffer.concat([this.bytes.subarray(this.at), block])
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
      this.begin = this.at
      this.end = end
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
      if (end - this.begin <= 1 && (end === this.begin || this.bytes[this.begin] === 13)) continue
      this.line = this.lineBefore + (this.skipping ? 1 : 0)
      this.read()
      return true
    }
  }

  field(i: number): string | undefined {
    let value: unknown = this.value[this.names[i]]
    if (value === undefined && this.names[i].includes('.'))
      value = this.names[i]
        .split('.')
        .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | null | undefined)?.[key], this.value)
    if (value === undefined || value === null) return ''
    if (typeof value === 'object')
      return Array.isArray(value) && value.every((part) => typeof part === 'string')
        ? value.join('/')
        : JSON.stringify(value)
    return String(value)
  }

  raw(length: number): string {
    return this.bytes
      .subarray(this.begin, Math.min(this.end, this.begin + 4 * length))
      .toString('utf8')
      .slice(0, length)
  }

  private read(): void {
    this.value = {}
    this.error = undefined
    if (this.end - this.begin > MAX_JSON_LINE) {
      this.error = `line longer than ${MAX_JSON_LINE} bytes`
      return
    }
    try {
      const value = this.parse(this.bytes.toString('utf8', this.begin, this.end))
      if (value !== null && typeof value === 'object' && !Array.isArray(value))
        this.value = value as Record<string, unknown>
      else this.error = 'line is not a JSON object'
    } catch {
      this.error = 'line is not JSON'
    }
  }
}
