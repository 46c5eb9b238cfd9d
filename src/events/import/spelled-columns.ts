import { nearest } from '../../config/nearest-key.js'
import { UserError } from '../../core/errors.js'
import { bareName } from './column-words.js'
import { jsonRecords, type FileHead } from './file-head.js'
import type { Matched } from './format.js'
import { tableImport, type FileSpec } from './formats/table.js'
import type { FileImport } from './import-file.js'
import type { Mapping } from './mapping.js'
import type { Rows } from './row.js'
import type { Sink } from './sink.js'
import { textReader } from './text-reader.js'

/** Our column -> the names that files give it, the likeliest first. */
export type Spellings = Readonly<Record<string, readonly string[]>>

/** Our column -> its title in the file, for those that are there. */
export type FoundColumns = Readonly<Record<string, string>>

/**
 * The columns of a file under whatever names: case, blanks, dashes and underscores do not matter (Ad ID, adId, ad_id;
 * of JSON objects also ad.id). @param mapping what the user says goes first
 */
export function findColumns(
  { header, shapes }: Pick<FileHead, 'header' | 'shapes'>,
  spellings: Spellings,
  mapping: Mapping['columns'],
): FoundColumns {
  const mapped = new Map<string, string>()
  for (const [ours, theirs] of Object.entries(mapping)) {
    const title = header.find((one) => one.toLowerCase() === String(theirs).toLowerCase())
    if (title !== undefined) mapped.set(ours, title)
  }
  const taken = new Set(mapped.values())
  const free = header.filter((title) => !taken.has(title) && shapes.get(title) !== 'object')
  const titles = new Map(free.toReversed().map((title) => [bareName(title), title]))
  const found: Record<string, string> = {}
  for (const [ours, names] of Object.entries(spellings)) {
    const name = names.find((one) => titles.has(bareName(one)))
    const title = mapped.get(ours) ?? (name === undefined ? undefined : titles.get(bareName(name)))
    if (title !== undefined) found[ours] = title
  }
  return found
}

/** @throws UserError for a column that a file must have and has not, and for one that is mapped to none */
export function checkColumns(
  { place, header }: FileHead,
  found: FoundColumns,
  needed: Readonly<Record<string, string>>,
  mapping: Mapping['columns'],
): void {
  const columns = header.slice(0, 20).join(', ').slice(0, 300)
  for (const [ours, theirs] of Object.entries(mapping)) {
    if (found[ours]?.toLowerCase() === String(theirs).toLowerCase()) continue
    const near = nearest(String(theirs), header)
    throw new UserError(
      `${place.name} has no column ${theirs}, which ${ours} is mapped to.`,
      near ? `Did you mean --map ${ours}=${near}?` : `Columns: ${columns}.`,
    )
  }
  for (const [ours, what] of Object.entries(needed)) {
    if (found[ours] !== undefined) continue
    throw new UserError(
      `${place.name} has no column ${ours}, ${what}. Its columns: ${columns}.`,
      `Name the column that holds it: --map ${ours}=${nearest(ours, header) ?? 'THEIRS'}`,
    )
  }
}

/** A table or JSON objects, with columns under whatever names. */
export function spelledImport<C extends string>(
  matched: Matched,
  found: FoundColumns,
  spellings: Readonly<Record<C, readonly string[]>>,
  spec: Omit<FileSpec, 'rows'> & {
    rows: (sink: Sink, at: Partial<Record<C, number>>) => Rows
    mend?: FileImport['mend']
  },
): FileImport {
  const { head, source } = matched
  const { rows, mend, ...rest } = spec
  const options = { ...rest.options, columns: found }
  if (!head.objects) {
    const indexOf = (at: Record<string, number | undefined>): Partial<Record<C, number>> =>
      Object.fromEntries(Object.entries(found).map(([ours, title]) => [ours, at[title]])) as Partial<Record<C, number>>
    const read = (sink: Sink, at: Record<string, number | undefined>): Rows => rows(sink, indexOf(at))
    return { ...tableImport(matched, Object.values(found), { ...rest, options, rows: read }), mend }
  }
  // JSON may name a column for the first time in any line
  const columns = Object.keys(spellings) as C[]
  const titles = columns.map((ours) => found[ours] ?? ours)
  const at = Object.fromEntries(columns.map((ours, i) => [ours, i])) as Record<C, number>
  return {
    source,
    format: rest.format,
    kind: rest.kind,
    options,
    offset: head.mark,
    line: head.markLines,
    width: 0,
    total: source.lines,
    open: (offset, line) => textReader(source, jsonRecords(head, titles, offset, line)),
    rows: (sink) => rows(sink, at),
    mend,
  }
}
