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
  sheets: { name: string; member: Member }[]
  shared: string[]
  /** the first row of the first sheet */
  header: string[]
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
  const workbook: Workbook = { archive, sheets, shared: sharedStrings(await part('xl/sharedStrings.xml')), header: [] }
  for await (const { cells } of rows(workbook, sheets[0].member)) {
    workbook.header = cells
    break
  }
  return workbook
}

/**
 * Reads the rows of a workbook, sheet after sheet, each without its first row, which names the columns. A sheet with
 * other columns than the first one is left out. Rows are numbered through all sheets; there is no way into the middle
 * of a sheet, so one that was cut off is read again up to where it stopped.
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
      if (!header && !sheet.next()) continue
      if (!header && sheet.cells.join('\u0000') !== workbook.header.join('\u0000')) break
      header = true
      yield sheet
    }
  }
}

async function* rows(workbook: Workbook, member: Member): AsyncGenerator<SheetRows, void> {
  for await (const sheet of blocks(workbook, member)) while (sheet.next()) yield sheet
}

/** A sheet, fed with one more block of its XML each time. */
async function* blocks({ archive, shared }: Workbook, member: Member): AsyncGenerator<SheetRows, void> {
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
