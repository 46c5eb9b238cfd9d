import { createHash } from 'node:crypto'
import { UserError } from '../../core/errors.js'
import { isPlain } from './encoding.js'
import type { RecordReader } from './record.js'
import { readText, shown, type SourceFile } from './source-file.js'

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

/**
 * Feeds a file of text, from a byte offset on, to what splits it into records. It throws a UserError where the text is
 * another one by now than the one whose hash was taken.
 */
export function textReader<R extends TextRecords>(
  source: SourceFile,
  records: R,
): R & Required<Pick<RecordReader, 'load' | 'consumed'>> {
  const blocks = readText(source)
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
      if (ended && isPlain(source.encoding) && at !== source.bytes) throw changed(source)
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
  const onDisk = isPlain(source.encoding) && !source.gzip && !source.member
  const consumed = (): ConsumedText => {
    const print = text.of(records.offset)
    if (onDisk && print.bytes === source.bytes && print.hash !== source.hash) throw changed(source)
    return { ...print, ...(records.ended ? {} : { open: { begin: records.begin, line: records.line } }) }
  }
  return Object.assign(records, { load, consumed })
}

const changed = (source: SourceFile): UserError =>
  new UserError(
    `${shown(source)} was changed while it was imported.`,
    'Leave a file alone until it is in, then run the same command again; what was committed of it stays.',
  )

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
