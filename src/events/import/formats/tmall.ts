import { firstLines, type FileHead } from '../file-head.js'
import type { Format, FormatOptions, Matched } from '../format.js'
import type { FileImport } from '../import-file.js'
import { categoryPath, cell, optionalId, type Rows } from '../row.js'
import { newDraft, type Sink } from '../sink.js'
import { attributeRows, catalogIds } from './attributes.js'
import { bareImport, hasColumns, tableImport, typesOf, type Columns } from './table.js'

const FORMAT = 'tmall'
/** user_log_format1.csv of the IJCAI-15 contest, and user_log.csv, which has month and day in columns of their own */
const CONTEST = ['user_id', 'item_id', 'cat_id', 'seller_id', 'brand_id', 'time_stamp', 'action_type'] as const
const LOG = ['user_id', 'item_id', 'cat_id', 'merchant_id', 'brand_id', 'month', 'day', 'action'] as const
const INFO = ['user_id', 'age_range', 'gender'] as const
/** The log ends on the 11 November ("Double 11") of this year. */
const YEAR = 2014

/**
 * Tmall's repeat-buyer log: days as month and day (mmdd, the leading zero lost: 829), without year or time of day. All
 * that a user did on a day has one timestamp, midnight UTC of that day, and is one basket: its order is not known.
 */
export const tmall: Format = {
  name: FORMAT,
  summary: 'Tmall repeat buyers (IJCAI-15): user_log_format1.csv or user_log.csv, with user_info_format1.csv',
  files:
    'Give user_log_format1.csv (user_id,item_id,cat_id,seller_id,brand_id,time_stamp,action_type) or ' +
    'user_log.csv (...,month,day,action,...), with or without the line of names, and user_info_format1.csv.',
  special: ['year', 'advertiser'],
  mapsTypes: true,
  advertisers: ['merchant', 'brand'],
  role: (head) =>
    hasColumns(head, LOG) || hasColumns(head, CONTEST) || withoutNames(head)
      ? 'events'
      : hasColumns(head, INFO) && !hasColumns(head, ['merchant_id'])
        ? 'users'
        : undefined,
  steps(files, options) {
    const year = options.year ?? YEAR
    if (files.some(({ role }) => role === 'events'))
      options.say(
        `Days are taken for days of ${year}, as the log names no ` +
          `year${options.year === undefined ? '; --year names another' : ''}.`,
      )
    const users = files
      .filter(({ role }) => role === 'users')
      .map((file) =>
        tableImport(file, INFO, {
          format: FORMAT,
          kind: 'users',
          rows: (sink, at) => attributeRows(sink, at, 'user_id', ['age_range', 'gender']),
        }),
      )
    const events = files.filter(({ role }) => role === 'events').map((file) => eventImport(file, year, options))
    return Promise.resolve([...users, ...events].map((file) => ({ file })))
  },
}

function eventImport(file: Matched, year: number, options: FormatOptions): FileImport {
  const spec = {
    format: FORMAT,
    kind: 'events',
    options: { year, advertiser: options.advertiser ?? 'merchant', eventTypes: options.mapping.eventTypes },
  }
  const rows = (sink: Sink, at: Columns): Rows => eventRows(sink, at, year, options)
  const bare = withoutNames(file.head)
  if (!bare) return tableImport(file, [...LOG, ...CONTEST], { ...spec, rows })
  const at = Object.fromEntries(bare.names.map((name, i) => [name, i]))
  return bareImport(file, file.head.delimiter, bare.width, { ...spec, rows: (sink) => rows(sink, at) })
}

/** Lines of a log without names that are looked at. */
const LOOK = 20

/** The columns of a log that lost its line of names, as courses hand it out; undefined for any other file. */
function withoutNames(head: FileHead): { names: readonly string[]; width: number } | undefined {
  if (head.place.form !== 'text' || head.objects) return undefined
  const lines = firstLines(head, head.delimiter, LOOK)
  const width = lines[0]?.length ?? 0
  const isId = (text: string): boolean => /^\d+$/.test(text)
  const isAction = (text: string): boolean => /^[0-3]$/.test(text)
  const fits = (day: (line: string[]) => string, action: number): boolean =>
    lines.every(
      (line) =>
        line.length === width &&
        line.slice(0, 4).every(isId) &&
        /^\d*(\.0)?$/.test(line[4]) &&
        dayOf(day(line), YEAR) !== undefined &&
        isAction(line[action]),
    )
  if (width === CONTEST.length && fits((line) => line[5], 6)) return { names: CONTEST, width }
  return width >= LOG.length && fits((line) => monthAndDay(line[5], line[6]), 7) ? { names: LOG, width } : undefined
}

const monthAndDay = (month: string | undefined, day: string | undefined): string =>
  `${month ?? ''}${(day ?? '').padStart(2, '0')}`

function eventRows(sink: Sink, at: Columns, year: number, options: FormatOptions): Rows {
  const types = typesOf({ 0: 'view', 1: 'add_to_cart', 2: 'checkout', 3: 'skip' }, options)
  const action = at.action ?? at.action_type
  const seller = options.advertiser === 'brand' ? at.brand_id : (at.merchant_id ?? at.seller_id)
  const days = new Map<string, number>()
  const draft = newDraft()
  return {
    read(row, notes) {
      const { reject, skip } = notes
      const name = cell(row, action)
      const type = types.get(name ?? '')
      if (type === -1) return skip(`action ${name}${name === '3' ? ' (favourite)' : ''}`)
      if (type === undefined) return reject('unknown action', name)
      const ids = catalogIds(row, at, 'user_id', 'item_id', notes)
      if (ids === 'rejected') return ids
      const text =
        at.time_stamp === undefined
          ? monthAndDay(cell(row, at.month), cell(row, at.day))
          : (cell(row, at.time_stamp) ?? '')
      let time = days.get(text)
      if (time === undefined) {
        time = dayOf(text, year)
        if (time === undefined) return reject(`no day of ${year}`, text)
        days.set(text, time)
      }
      draft.user = ids.user
      draft.item = ids.item
      draft.advertiser = optionalId(row, seller, 'advertiser', notes)
      draft.type = type
      draft.time = time
      draft.category = categoryPath(cell(row, at.cat_id))
      sink.event(draft)
      return 'stored'
    },
  }
}

/** Unix seconds of mmdd or mdd in a year, or undefined. */
function dayOf(text: string, year: number): number | undefined {
  if (!/^\d{3,4}$/.test(text)) return undefined
  const month = Number(text.slice(0, -2))
  const day = Number(text.slice(-2))
  const date = new Date(Date.UTC(year, month - 1, day))
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() / 1000 : undefined
}
