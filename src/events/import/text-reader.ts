import { createHash } from 'node:crypto'
import type { RecordReader } from './record.js'
import { readText, type Place } from './source-file.js'

/** Splits text that it is fed into records. */
export interface TextRecords extends Omit<RecordReader, 'load' | 'consumed'> {
  /** @param last nothing comes after it */
  feed(block: Buffer, last: boolean): void
  /** where the current row begins, in bytes */
  readonly begin: number
  /** the current row has the line end that says that it is whole, or needs none */
  readonly ended: boolean
}

/** What was read of a text, so that the same text is known again when it has grown. */
export interface ConsumedText {
  bytes: number
  /** SHA-256 of these bytes */
  hash: string
  /** SHA-256 of the first of them, at most FIRST_BYTES: what another text is told by at once */
  first: string
  /** where the last row begins, when no line end says that it is whole */
  open?: { begin: number; line: number }
}

export const FIRST_BYTES = 4096

/** Feeds a file of text, from a byte offset on, to what splits it into records. */
export function textReader<R extends TextRecords>(
  place: Place,
  records: R,
): R & Required<Pick<RecordReader, 'load' | 'consumed'>> {
  const blocks = readText(place)
  const text = new Fingerprint()
  const start = records.offset
  let at = 0
  let ended = false
  const load = async (): Promise<boolean> => {
    if (ended) return false
    text.consume(records.offset)
    for (;;) {
      const { value, done } = await blocks.next()
      ended = done === true
      if (value) text.add(value)
      const block = value ?? Buffer.alloc(0)
      at += block.length
      if (!ended && at <= start) {
        text.consume(at)
        continue
      }
      // of the block in which an earlier import stopped, the rest
      const known = Math.max(0, start - (at - block.length))
      records.feed(known > 0 ? block.subarray(known) : block, ended)
      return true
    }
  }
  const consumed = (): ConsumedText => ({
    ...text.of(records.offset),
    ...(records.ended ? {} : { open: { begin: records.begin, line: records.line } }),
  })
  return Object.assign(records, { load, consumed })
}

/** The hash of a growing beginning of a text. */
export class Fingerprint {
  private readonly hash = createHash('sha256')
  private readonly pending: Buffer[] = []
  private firstBytes: Buffer = Buffer.alloc(0)
  private at = 0

  add(block: Buffer): void {
    this.pending.push(block)
  }

  /** Takes in what was added, up to an offset. */
  consume(to: number): void {
    while (this.at < to && this.pending.length > 0) {
      const block = this.pending[0]
      const part = block.subarray(0, to - this.at)
      this.hash.update(part)
      if (this.firstBytes.length < FIRST_BYTES)
        this.firstBytes = Buffer.concat([this.firstBytes, part.subarray(0, FIRST_BYTES - this.firstBytes.length)])
      this.at += part.length
      if (part.length === block.length) this.pending.shift()
      else this.pending[0] = block.subarray(part.length)
    }
  }

  /** Of the first `bytes` bytes, no fewer than were taken in before. */
  of(bytes: number): { bytes: number; hash: string; first: string } {
    this.consume(bytes)
    return {
      bytes,
      hash: this.hash.copy().digest('hex'),
      first: createHash('sha256').update(this.firstBytes).digest('hex'),
    }
  }
}
