import { isAscii, isUtf8 } from 'node:buffer'
import type { TextRecords } from './text-reader.js'

/** A record longer than this many bytes is refused: a quote that is never closed would swallow the file. */
export const MAX_RECORD = 65_536
/** Fields of a record that are told apart; more are only counted. */
const MAX_FIELDS = 1024

/** How a text differs from RFC 4180. */
export interface Dialect {
  /** false: a quote is a character like any other; default true */
  quotes?: boolean
  /** in quoted fields a backslash stands before a quote that is text, and before itself; default false */
  backslash?: boolean
}

const TOO_LONG = `line longer than ${MAX_RECORD} bytes`
const LF = 10
const CR = 13
const QUOTE = 34

/**
 * Splits a stream of CSV text (RFC 4180: quotes, doubled quotes, CRLF or LF) into records, with the byte offset and
 * line that each begins at, so that an import can start again behind any record. Text is held as latin1, where one
 * character is one byte; a field with bytes above 127 is decoded as UTF-8 when it is read.
 *
 *     records.feed(block, last); while (records.next()) records.field(0)
 *
 * A quote inside an unquoted field (5" PIPE) is text. After a malformed record, reading goes on with the next line.
 */
export class CsvRecords implements TextRecords {
  private text = ''
  private at = 0
  private base: number
  private last = false
  private plain = true
  private nextQuote = -2
  private skipping = false
  private readonly starts = new Int32Array(MAX_FIELDS)
  private readonly ends = new Int32Array(MAX_FIELDS)
  private quoted: string[] | undefined
  private readonly delimiterCode: number
  /** second character of a delimiter of two; -1 when it has one */
  private readonly delimiterSecond: number
  private readonly quotes: boolean
  private readonly backslash: boolean
  /** number of fields of the current record */
  fields = 0
  /** line number (from 1) that the current record begins at */
  line = 0
  /** why the current record is malformed */
  error: string | undefined
  /** where the current record begins in the stream, in bytes */
  begin = 0
  /** the current record has its line end */
  ended = true
  private lineBefore: number
  /** the current record in the text */
  private from = 0
  private to = 0

  /**
   * @param delimiter one character or two @param offset bytes already consumed of the stream @param line lines already
   * consumed
   */
  constructor(
    readonly delimiter: string,
    offset = 0,
    line = 0,
    dialect: Dialect = {},
  ) {
    this.delimiterCode = delimiter.charCodeAt(0)
    this.delimiterSecond = delimiter.length > 1 ? delimiter.charCodeAt(1) : -1
    this.quotes = (dialect.quotes ?? true) && delimiter.length === 1
    this.backslash = dialect.backslash ?? false
    this.base = offset
    this.lineBefore = line
  }

  /** Adds text. @param last nothing comes after it */
  feed(block: Buffer, last: boolean): void {
    const odd = !isAscii(block) || block.includes(0)
    const rest = this.text.slice(this.at)
    this.base += this.at
    this.at = 0
    this.plain = !odd && (this.plain || rest === '')
    this.text = rest + block.toString('latin1')
    this.nextQuote = -2
    this.last = last
  }

  /** Bytes of the stream up to the end of the current record. */
  get offset(): number {
    return this.base + this.at
  }

  /** False inside a line that is dropped: a new reader could not start at `offset`. */
  get resumable(): boolean {
    return !this.skipping
  }

  /** Lines of the stream up to the end of the current record. */
  get lines(): number {
    return this.lineBefore
  }

  /** Moves to the next record that is not an empty line. False: more text is needed, or there is none. */
  next(): boolean {
    const { text } = this
    for (;;) {
      if (this.at >= text.length) return false
      let end = text.indexOf('\n', this.at)
      if (end < 0) {
        if (this.skipping || text.length - this.at > MAX_RECORD) return this.oversized()
        if (!this.last) return false
        end = text.length
      }
      if (this.skipping) {
        this.skipping = false
        this.at = Math.min(end + 1, text.length)
        this.lineBefore++
        continue
      }
      if (end === this.at || (end === this.at + 1 && text.charCodeAt(this.at) === CR)) {
        this.at = Math.min(end + 1, text.length)
        this.lineBefore++
        continue
      }
      if (end - this.at > MAX_RECORD) return this.startRecord() && this.malformed(end, TOO_LONG)
      return this.record(end)
    }
  }

  /** Field i of the current record as text; undefined when it is not valid UTF-8 or holds a NUL. */
  field(i: number): string | undefined {
    const bytes = this.fieldBytes(i)
    return this.plain ? bytes : decode(bytes)
  }

  fault(i: number): string {
    return this.fieldBytes(i).includes('\0') ? 'holds a NUL byte' : 'is not valid UTF-8'
  }

  nested(i: number): string | undefined {
    return this.field(i)
  }

  /** The current record as it was written, at most `length` characters of it. */
  raw(length: number): string {
    const bytes = this.text.slice(this.from, Math.min(this.to, this.from + length))
    return Buffer.from(bytes, 'latin1').toString('utf8').replace(/\r$/, '')
  }

  private fieldBytes(i: number): string {
    return this.quoted ? this.quoted[i] : this.text.slice(this.starts[i], this.ends[i])
  }

  private record(end: number): boolean {
    const { text } = this
    this.startRecord()
    if (this.quotes && this.nextQuote !== -1 && this.nextQuote < this.at) this.nextQuote = text.indexOf('"', this.at)
    if (this.quotes && this.nextQuote !== -1 && this.nextQuote < end) return this.quotedRecord(end)
    const stop = end > this.at && text.charCodeAt(end - 1) === CR ? end - 1 : end
    const { starts, ends, delimiterCode, delimiterSecond } = this
    let n = 0
    let start = this.at
    for (let i = start; i < stop; i++) {
      if (text.charCodeAt(i) !== delimiterCode) continue
      if (delimiterSecond >= 0 && text.charCodeAt(i + 1) !== delimiterSecond) continue
      if (n < MAX_FIELDS) {
        starts[n] = start
        ends[n] = i
      }
      n++
      if (delimiterSecond >= 0) i++
      start = i + 1
    }
    if (n < MAX_FIELDS) {
      starts[n] = start
      ends[n] = stop
    }
    this.fields = n + 1
    this.consume(end, 1)
    return true
  }

  private quotedRecord(firstEnd: number): boolean {
    const { text, delimiter } = this
    const fields: string[] = []
    let lines = 1
    let i = this.at
    for (;;) {
      if (text.charCodeAt(i) === QUOTE) {
        const close = this.closingQuote(i)
        const tooFar = (close < 0 ? text.length : close) - this.at > MAX_RECORD
        if (close < 0 && !this.last && !tooFar) return false
        if (close < 0 || tooFar) return this.malformed(firstEnd, 'quote is never closed')
        const value = text.slice(i + 1, close)
        const plain = value.includes('""') ? value.replaceAll('""', '"') : value
        fields.push(this.backslash ? plain.replace(/\\(["\\])/g, '$1') : plain)
        for (let j = value.indexOf('\n'); j >= 0; j = value.indexOf('\n', j + 1)) lines++
        i = close + 1
      } else {
        let stop = i
        for (; stop < text.length; stop++) {
          const c = text.charCodeAt(stop)
          if (c === this.delimiterCode || c === LF) break
        }
        if (stop - this.at > MAX_RECORD) return this.malformed(firstEnd, TOO_LONG)
        if (stop === text.length && !this.last) return false
        fields.push(
          text.slice(
            i,
            text.charCodeAt(stop - 1) === CR && stop > i && text.charCodeAt(stop) !== this.delimiterCode
              ? stop - 1
              : stop,
          ),
        )
        i = stop
      }
      if (text[i] === delimiter) {
        i++
        continue
      }
      if (text.charCodeAt(i) === CR && (i + 1 === text.length || text.charCodeAt(i + 1) === LF)) i++
      if (i >= text.length && !this.last) return false
      if (i < text.length && text.charCodeAt(i) !== LF) return this.malformed(firstEnd, 'text after a closing quote')
      break
    }
    this.quoted = fields
    this.fields = fields.length
    this.consume(i, lines)
    return true
  }

  /** Position of the quote that closes the one at `open`, or -1 when it is not in the text yet. */
  private closingQuote(open: number): number {
    const { text } = this
    for (let i = text.indexOf('"', open + 1); i >= 0; i = text.indexOf('"', i + 2)) {
      if (this.backslash && this.isEscaped(i, open)) {
        i--
        continue
      }
      if (i + 1 === text.length) return this.last ? i : -1
      if (text.charCodeAt(i + 1) !== QUOTE) return i
    }
    return -1
  }

  private isEscaped(at: number, open: number): boolean {
    let slashes = 0
    while (at - 1 - slashes > open && this.text[at - 1 - slashes] === '\\') slashes++
    return slashes % 2 === 1
  }

  private startRecord(): true {
    this.from = this.at
    this.begin = this.base + this.at
    this.line = this.lineBefore + 1
    this.error = undefined
    this.quoted = undefined
    return true
  }

  private malformed(end: number, error: string): boolean {
    this.error = error
    this.fields = 0
    this.consume(end, 1)
    return true
  }

  private consume(end: number, lines: number): void {
    this.to = end
    this.ended = end < this.text.length
    this.at = Math.min(end + 1, this.text.length)
    this.lineBefore += lines
  }

  /** A line without an end in sight: its beginning becomes one malformed record, the rest is dropped as it comes. */
  private oversized(): boolean {
    const first = !this.skipping
    this.startRecord()
    this.to = this.at = this.text.length
    this.ended = false
    this.skipping = !this.last
    this.fields = 0
    this.error = TOO_LONG
    return first
  }
}

function decode(raw: string): string | undefined {
  const bytes = Buffer.from(raw, 'latin1')
  return isUtf8(bytes) && !bytes.includes(0) ? bytes.toString('utf8') : undefined
}
