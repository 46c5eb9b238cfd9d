import type { RecordReader } from './record.js'
import type { Notes, RowReader } from './row.js'

/** What became of the rows of a file. */
export interface Tally {
  rows: number
  skipped: number
  /** skipped rows by reason */
  skips: Record<string, number>
}

export interface Walk {
  reader: RecordReader
  /** fields that a row must have; 0 = any number */
  width: number
  read: RowReader
  tally: Tally
  reject: (reason: string, value?: string) => void
  /** after each row */
  row?: () => void
  /** after each block of the file */
  block?: () => void | Promise<void>
}

/** Reads a file to its end and counts what becomes of each row. */
export async function walk({ reader, width, read, tally, reject, row, block }: Walk): Promise<void> {
  const notes: Notes = {
    reject(reason, value) {
      reject(reason, value)
      return 'rejected'
    },
    skip(reason) {
      tally.skipped++
      tally.skips[reason] = (tally.skips[reason] ?? 0) + 1
      return 'skipped'
    },
  }
  while (await reader.load()) {
    while (reader.next()) {
      if (reader.error !== undefined) reject(reader.error)
      else if (width > 0 && reader.fields !== width)
        reject('wrong number of columns', `${reader.fields} instead of ${width}`)
      else if (read(reader, notes) === 'stored') tally.rows++
      row?.()
    }
    await block?.()
  }
}
