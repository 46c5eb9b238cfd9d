import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { publishFile } from '../../core/atomic.js'

export type FileFormat = 'csv' | 'parquet'
type ColumnType = 'text' | 'whole' | 'number'

/** Names of the columns, in order, and what each holds. */
export type Columns = Readonly<Record<string, ColumnType>>

export type Value = string | number | undefined

/** A file of rows that grows; it appears under its name when it is whole. */
export interface TableFile {
  /** Values in the order of the columns; undefined is an empty field. */
  row(values: readonly Value[]): void
  /** Writes the rest and publishes the file. */
  finish(): void
  /** Removes what was written. */
  discard(): void
}

export async function tableFile(format: FileFormat, path: string, columns: Columns): Promise<TableFile> {
  return format === 'csv' ? csvFile(path, columns) : await parquetFile(path, columns)
}

const BUFFER = 1 << 20

function csvFile(path: string, columns: Columns): TableFile {
  const temporary = `${path}.tmp-${process.pid}`
  const file = openSync(temporary, 'w')
  let text = `${Object.keys(columns).join(',')}\n`
  let open = true
  const flush = (): void => {
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
    text = ''
  }
  const close = (): void => {
    if (open) closeSync(file)
    open = false
  }
  return {
    row(values) {
      text += `${values.map(csvField).join(',')}\n`
      if (text.length > BUFFER) flush()
    },
    finish() {
      flush()
      close()
      publishFile(temporary, path)
    },
    discard() {
      close()
      rmSync(temporary, { force: true })
    },
  }
}

function csvField(value: Value): string {
  if (value === undefined) return ''
  const text = String(value)
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Rows of a row group: what is held in memory of one file. */
const GROUP_ROWS = 100_000
const PARQUET_TYPES = { text: 'STRING', whole: 'INT64', number: 'DOUBLE' } as const

async function parquetFile(path: string, columns: Columns): Promise<TableFile> {
  const { ParquetWriter, fileWriter, schemaFromColumnData } = await import('hyparquet-writer')
  const temporary = `${path}.tmp-${process.pid}`
  const names = Object.keys(columns)
  const types = Object.values(columns)
  let group: (string | number | bigint | null)[][] = names.map(() => [])
  const columnData = (): {
    name: string
    data: (string | number | bigint | null)[]
    type: (typeof PARQUET_TYPES)[ColumnType]
  }[] => names.map((name, c) => ({ name, data: group[c], type: PARQUET_TYPES[types[c]] }))
  const writer = new ParquetWriter({
    writer: fileWriter(temporary),
    schema: schemaFromColumnData({ columnData: columnData() }),
  })
  const flush = (): void => {
    if (group[0].length === 0) return
    void writer.write({ columnData: columnData(), rowGroupSize: GROUP_ROWS })
    group = names.map(() => [])
  }
  return {
    row(values) {
      values.forEach((value, c) =>
        group[c].push(value === undefined ? null : types[c] === 'whole' ? BigInt(value) : value),
      )
      if (group[0].length === GROUP_ROWS) flush()
    },
    finish() {
      flush()
      void writer.finish()
      publishFile(temporary, path)
    },
    discard() {
      rmSync(temporary, { force: true })
    },
  }
}
