import type { RecordReader } from './record.js'
import { readText, type Place } from './source-file.js'

/** Splits text that it is fed into records. */
export interface TextRecords extends Omit<RecordReader, 'load'> {
  /** @param last nothing comes after it */
  feed(block: Buffer, last: boolean): void
}

/** Feeds a file of text, from a byte offset on, to what splits it into records. */
export function textReader<R extends TextRecords>(place: Place, records: R): R & Pick<RecordReader, 'load'> {
  const blocks = readText(place, records.offset)
  let ended = false
  const load = async (): Promise<boolean> => {
    if (ended) return false
    const { value, done } = await blocks.next()
    ended = done === true
    records.feed(value ?? Buffer.alloc(0), ended)
    return true
  }
  return Object.assign(records, { load })
}
