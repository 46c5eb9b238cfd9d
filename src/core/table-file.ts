import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import type { SchemaElement } from 'hyparquet'
import { publishFile } from './atomic.js'

export type FileFormat = 'csv' | 'parquet'

/** whole: 64 bits, number: float64, index: 32 bits. Lists, of index and of float32, are for Parquet alone. */
type ColumnType = 'text' | 'whole' | 'number' | 'index' | 'indices' | 'floats'

/** Names of the columns, in order, and what each holds. */
export type Columns = Readonly<Record<string, ColumnType>>

export type Value = string | number | ArrayLike<number> | undefined

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
  if (typeof value === 'object') throw new Error('a CSV file has no lists')
  const text = String(value)
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Rows of a row group: what is held in memory of one file. Lists fill it sooner. */
const GROUP_ROWS = 100_000
const GROUP_NUMBERS = 4_000_000

const PARQUET_TYPES = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  whole: { type: 'INT64' },
  number: { type: 'DOUBLE' },
  index: { type: 'INT32' },
  indices: { type: 'INT32' },
  floats: { type: 'FLOAT' },
} as const

type Field = string | number | bigint | number[] | null

async function parquetFile(path: string, columns: Columns): Promise<TableFile> {
  const { ParquetWriter, fileWriter } = await import('hyparquet-writer')
  const temporary = `${path}.tmp-${process.pid}`
  const names = Object.keys(columns)
  const types = Object.values(columns)
  let group: Field[][] = names.map(() => [])
  let numbers = 0
  const schema: SchemaElement[] = [
    { name: 'root', num_children: names.length },
    ...names.flatMap((name, c) => fieldOf(name, types[c])),
  ]
  const writer = new ParquetWriter({ writer: fileWriter(temporary), schema })
  const flush = (): void => {
    if (group[0].length === 0) return
    void writer.write({ columnData: names.map((name, c) => ({ name, data: group[c] })), rowGroupSize: GROUP_ROWS })
    group = names.map(() => [])
    numbers = 0
  }
  return {
    row(values) {
      values.forEach((value, c) => {
        if (typeof value === 'object') numbers += value.length
        group[c].push(parquetField(value, types[c]))
      })
      if (group[0].length === GROUP_ROWS || numbers >= GROUP_NUMBERS) flush()
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

function parquetField(value: Value, type: ColumnType): Field {
  if (value === undefined) return null
  if (typeof value === 'object') return Array.from(value)
  return type === 'whole' ? BigInt(value) : value
}

/** The elements of a column's schema: one for a value, three for a list (the three levels of Parquet's LIST). */
function fieldOf(name: string, type: ColumnType): SchemaElement[] {
  if (type !== 'indices' && type !== 'floats') return [{ name, repetition_type: 'OPTIONAL', ...PARQUET_TYPES[type] }]
  return [
    { name, repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', repetition_type: 'REQUIRED', ...PARQUET_TYPES[type] },
  ]
}
