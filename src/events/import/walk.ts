import type { RecordReader, Row } from './record.js'
import type { Notes, Outcome, RowReader } from './row.js'

/** What became of the rows of a file. */
export interface Tally {
  rows: number
  skipped: number
  /** skipped rows by reason */
  skips: Record<string, number>
  /** values of stored rows that were left out or cut, by reason */
  lost: Record<string, number>
  /** what became of the last row */
  last?: Outcome
}

export const emptyTally = (): Tally => ({ rows: 0, skipped: 0, skips: {}, lost: {} })

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
    lose(reason) {
      tally.lost[reason] = (tally.lost[reason] ?? 0) + 1
    },
  }
  while (await reader.load()) {
    while (reader.next()) {
      tally.last = rowOf(reader, width, read, notes)
      if (tally.last === 'stored') tally.rows++
      row?.()
    }
    await block?.()
  }
}

function rowOf(reader: RecordReader, width: number, read: RowReader, notes: Notes): Outcome {
  if (reader.error !== undefined) return notes.reject(reader.error)
  if (width > 0 && reader.fields !== width && !hasEmptyRest(reader, width))
    return notes.reject('wrong number of columns', `${reader.fields} instead of ${width}`)
  return read(reader, notes)
}

/** True for a row that goes on with nothing but empty fields: a comma at the end of each line. */
function hasEmptyRest(row: Row, width: number): boolean {
  if (row.fields < width || row.fields > width + 100) return false
  for (let i = width; i < row.fields; i++) if (row.field(i) !== '') return false
  return true
}
