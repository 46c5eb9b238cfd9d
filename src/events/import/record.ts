import type { ConsumedText } from './text-reader.js'

/** One row of a file, whatever the file is: fields as text, by position. */
export interface Row {
  /** number of fields */
  readonly fields: number
  /** the line that the row begins at, or its row number where a file has no lines; from 1 */
  readonly line: number
  /** why the row cannot be read */
  readonly error: string | undefined
  /** Field i as text: '' where it is empty or null, undefined where it is not one text: `fault` says why. */
  field(i: number): string | undefined
  /** What is wrong with a field that is not one text: "is an object". */
  fault(i: number): string
  /** Field i, also where it is a list (a/b/c) or an object (as JSON); undefined where it is not valid text. */
  nested(i: number): string | undefined
  /** The row as it was written, at most `length` characters of it. */
  raw(length: number): string
}

/** Walks through the rows of a file: `while (await load()) while (next()) ...`. */
export interface RecordReader extends Row {
  /** Reads on. False: the end of the file was reached before. */
  load(): Promise<boolean>
  /** Moves to the next row of what is loaded. */
  next(): boolean
  /** Where a new reader can start behind the current row: bytes of text, or rows. */
  readonly offset: number
  /** lines up to the end of the current row */
  readonly lines: number
  /** False where no reader could start at `offset`. */
  readonly resumable: boolean
  /** Of a text: what was read of it, up to `offset`. */
  consumed?(): ConsumedText
}

/** Opens a file where an import stopped, or at its first row of data. */
export type OpenRecords = (offset: number, line: number) => RecordReader
