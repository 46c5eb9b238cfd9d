import { JsonRecords, MAX_JSON_LINE } from './json-records.js'

const [LF, QUOTE, COMMA, BACKSLASH] = [10, 34, 44, 92]
const [OPEN_LIST, CLOSE_LIST, OPEN, CLOSE] = [91, 93, 123, 125]

/**
 * Splits JSON that is not an object a line into its objects: one list of them, or objects one after the other, written
 * over as many lines as they like.
 */
export class JsonObjects extends JsonRecords {
  /** how far the object in hand was looked through for its end, what is open there, and whether inside of a text */
  private seen = 0
  private depth = 0
  private inText = false
  /** behind the last object: commas and brackets after it are read once more */
  private reached: number

  constructor(...rest: ConstructorParameters<typeof JsonRecords>) {
    super(...rest)
    this.reached = super.offset
  }

  override get offset(): number {
    return this.reached
  }

  override feed(block: Buffer, last: boolean): void {
    this.seen -= this.at
    super.feed(block, last)
  }

  override next(): boolean {
    if (this.skipping && !this.dropped()) return false
    if (this.depth === 0 && !this.inText && !this.findStart()) return false
    let end = this.findEnd()
    if (end < 0 && this.bytes.length - this.at > MAX_JSON_LINE) {
      // told once; what comes up to its end is dropped
      this.skipping = true
      this.take(this.seen)
      return true
    }
    if (end < 0) {
      if (!this.last) return false
      end = this.bytes.length
    }
    this.depth = 0
    this.inText = false
    this.take(end)
    return true
  }

  /** Drops what is left of an object that is too long. False: there is more of it to come. */
  private dropped(): boolean {
    const end = this.findEnd()
    this.pass(end < 0 ? this.seen : end)
    if (end >= 0) this.skipping = false
    return end >= 0
  }

  /** Passes over blanks, commas and the brackets of the list. False: nothing else is there. */
  private findStart(): boolean {
    const { bytes } = this
    let { at } = this
    while (at < bytes.length && (bytes[at] <= 32 || [COMMA, OPEN_LIST, CLOSE_LIST].includes(bytes[at]))) at++
    this.pass(at)
    this.seen = at
    return at < bytes.length
  }

  /** Behind the object at `at`; -1 where its end is not there yet. What is no object ends with its line. */
  private findEnd(): number {
    const { bytes } = this
    if (this.depth === 0 && bytes[this.at] !== OPEN) {
      const end = bytes.indexOf(LF, this.at)
      this.seen = end < 0 ? bytes.length : end
      return end
    }
    for (; this.seen < bytes.length; this.seen++) {
      const byte = bytes[this.seen]
      if (this.inText || byte === QUOTE) {
        const close = this.closingQuote(this.inText ? this.seen : this.seen + 1)
        this.inText = close < 0
        if (close < 0) {
          // a backslash at the end belongs to what comes
          this.seen = bytes.length - this.backslashes(bytes.length)
          return -1
        }
        this.seen = close
      } else if (byte === OPEN || byte === OPEN_LIST) this.depth++
      else if ((byte === CLOSE || byte === CLOSE_LIST) && --this.depth === 0) return ++this.seen
    }
    return -1
  }

  private closingQuote(from: number): number {
    const { bytes } = this
    for (let at = bytes.indexOf(QUOTE, from); at >= 0; at = bytes.indexOf(QUOTE, at + 1))
      if (Math.min(this.backslashes(at), at - from) % 2 === 0) return at
    return -1
  }

  /** How many backslashes stand right before. */
  private backslashes(before: number): number {
    let n = 0
    while (this.bytes[before - 1 - n] === BACKSLASH) n++
    return n
  }

  private take(end: number): void {
    this.from = this.at
    this.to = end
    this.reached = this.base + end
    this.line = this.lineBefore + 1
    this.pass(end)
    this.read()
  }

  private pass(to: number): void {
    for (let at = this.bytes.indexOf(LF, this.at); at >= 0 && at < to; at = this.bytes.indexOf(LF, at + 1))
      this.lineBefore++
    this.at = to
    this.seen = Math.max(this.seen, to)
  }
}
