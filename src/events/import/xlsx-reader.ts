import { StringDecoder } from 'node:string_decoder'
import { UserError } from '../../core/errors.js'
import type { RecordReader } from './record.js'
import { SheetRows, sharedStrings } from './sheet-rows.js'
import { shown, type Place } from './source-file.js'
import { listMembers, openMember, readMember, type Member } from './zip.js'

/** Bytes of a workbook inside an archive, and of the texts of any workbook, that are held in memory. */
const MOST = 1 << 29

export interface Workbook {
  archive: string | Buffer
  /** sheets that begin with the same row */
  sheets: { name: string; member: Member }[]
  shared: string[]
  /** that row */
  header: string[]
  /** names of other sheets that hold something */
  leftOut: string[]
}

/**
 * Opens a workbook: its sheets in their order, its texts and the first row. @throws UserError for one without a sheet
 */
export async function openWorkbook(place: Place): Promise<Workbook> {
  const archive = place.member ? await readMember(place.path, place.member, MOST) : place.path
  const members = await listMembers(archive)
  const part = async (name: string): Promise<string> => {
    const member = members.find((one) => one.name === name)
    return member ? (await readMember(archive, member, MOST)).toString('utf8') : ''
  }
  const targets = new Map(
    Array.from((await part('xl/_rels/workbook.xml.rels')).matchAll(/<(?:\w+:)?Relationship\s[^>]*>/g), ([tag]) => [
      quoted(tag, 'Id'),
      quoted(tag, 'Target'),
    ]),
  )
  const sheets: Workbook['sheets'] = []
  for (const [tag] of (await part('xl/workbook.xml')).matchAll(/<(?:\w+:)?sheet\s[^>]*>/g)) {
    const target = targets.get(quoted(tag, '\\w+:id')) ?? ''
    const path = target.startsWith('/') ? target.slice(1) : `xl/${target}`
    const member = members.find(({ name }) => name === path)
    if (member) sheets.push({ name: quoted(tag, 'name'), member })
  }
  if (sheets.length === 0)
    throw new UserError(`${shown(place)} is a workbook without a sheet that adseq can read.`, 'Save the sheet as CSV.')
  const shared = sharedStrings(await part('xl/sharedStrings.xml'))
  const headers: string[][] = []
  for (const { member } of sheets) headers.push(await firstRow({ archive, shared }, member))
  // a page of notes before the data has few cells
  const filled = (cells: string[]): number => cells.filter((cell) => cell !== '').length
  const header = headers.reduce((best, other) => (filled(other) > filled(best) ? other : best))
  const isAlike = (i: number): boolean => headers[i].join('\u0000') === header.join('\u0000')
  return {
    archive,
    shared,
    header,
    sheets: sheets.filter((_, i) => isAlike(i)),
    leftOut: sheets.filter((_, i) => !isAlike(i) && headers[i].length > 0).map(({ name }) => name),
  }
}

async function firstRow(workbook: Pick<Workbook, 'archive' | 'shared'>, member: Member): Promise<string[]> {
  for await (const sheet of blocks(workbook, member))
    while (sheet.next()) if (sheet.cells.some((cell) => cell !== '')) return sheet.cells
  return []
}

/**
 * Reads the rows of a workbook, sheet after sheet, each without its first row, which names the columns. Rows are
 * numbered through all sheets; there is no way into the middle of a sheet, so one that was cut off is read again up to
 * where it stopped.
 * @param start rows already consumed
 */
export function xlsxReader(place: Place, workbook: Workbook, width: number, start = 0): RecordReader {
  const blocks = sheets(workbook)
  let sheet: SheetRows | undefined
  let row = 0
  let cells: string[] = []
  return {
    get fields() {
      return width
    },
    error: undefined,
    resumable: true,
    get line() {
      return row
    },
    get offset() {
      return row
    },
    get lines() {
      return row
    },
    async load() {
      try {
        const { value, done } = await blocks.next()
        sheet = done ? undefined : value
        return !done
      } catch (error) {
        throw new UserError(
          `${shown(place)} is damaged after row ${row} (${error instanceof Error ? error.message : error}).`,
          'Fetch the file again; what was imported of it stays.',
        )
      }
    },
    next() {
      while (sheet?.next()) {
        cells = sheet.cells
        if (!cells.some((cell) => cell !== '')) continue
        if (++row > start) return true
      }
      return false
    },
    field: (i) => cells[i] ?? '',
    fault: () => 'is not valid text',
    nested: (i) => cells[i] ?? '',
    raw: (length) => cells.join(',').slice(0, length),
  }
}

async function* sheets(workbook: Workbook): AsyncGenerator<SheetRows, void> {
  for (const { member } of workbook.sheets) {
    let header = false
    for await (const sheet of blocks(workbook, member)) {
      while (!header && sheet.next()) header = sheet.cells.some((cell) => cell !== '')
      if (!header) continue
      yield sheet
    }
  }
}

/** A sheet, fed with one more block of its XML each time. */
async function* blocks(
  { archive, shared }: Pick<Workbook, 'archive' | 'shared'>,
  member: Member,
): AsyncGenerator<SheetRows, void> {
  const sheet = new SheetRows(shared)
  const decoder = new StringDecoder('utf8')
  for await (const chunk of openMember(archive, member)) {
    sheet.feed(decoder.write(chunk as Buffer), false)
    yield sheet
  }
  sheet.feed(decoder.end(), true)
  yield sheet
}

const quoted = (tag: string, name: string): string => new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? ''
