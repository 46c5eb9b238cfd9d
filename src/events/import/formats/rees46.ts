import { firstLines, type FileHead } from '../file-head.js'
import type { Format, FormatOptions } from '../format.js'
import { PLAIN_PRICES, parsePrice } from '../prices.js'
import { categoryPath, cell, idOf, isUnknown, optionalId, type Rows } from '../row.js'
import { newDraft, type Sink } from '../sink.js'
import { parseTime } from '../timestamps.js'
import { hasColumns, inOrder, tableImport, typesOf, type Columns } from './table.js'

const COLUMNS = [
  'event_time',
  'event_type',
  'product_id',
  'category_id',
  'category_code',
  'brand',
  'price',
  'user_id',
  'user_session',
] as const
const FORMAT = 'rees46'

/**
 * The logs of REES46 (a multi-category store, cosmetics, electronics): a file a month, times like 2019-10-01 00:00:00
 * UTC. Some rows stand twice, word for word, within one second: the second one is skipped. What a row says of its item
 * counts when the item is first seen.
 */
export const rees46: Format = {
  name: FORMAT,
  summary: 'REES46: 2019-Oct.csv and other months (event_time,event_type,product_id,...,user_session)',
  files:
    'Give the files of the months, as .csv, .csv.gz or .csv.zip: ' +
    'event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session.',
  special: ['advertiser'],
  mapsTypes: true,
  advertisers: ['brand', 'category'],
  role: (head) =>
    hasColumns(
      head,
      COLUMNS.filter((name) => name !== 'user_session'),
    )
      ? 'events'
      : undefined,
  steps: (files, options) =>
    Promise.resolve(
      inOrder(files, 'events', firstTime).map((file) => ({
        file: tableImport(file, COLUMNS, {
          format: FORMAT,
          kind: 'events',
          options: { advertiser: options.advertiser ?? 'brand', eventTypes: options.mapping.eventTypes },
          rows: (sink, at) => eventRows(sink, at, options),
        }),
      })),
    ),
}

function eventRows(sink: Sink, at: Columns, options: FormatOptions): Rows {
  const types = typesOf({ view: 'view', cart: 'add_to_cart', remove_from_cart: 'skip', purchase: 'checkout' }, options)
  const byCategory = options.advertiser === 'category'
  const draft = newDraft()
  const pathOf = paths()
  let second = 0
  let secondText = ''
  // rows of the current second
  let seen = new Set<string>()
  return {
    save: () => ({ second, seen: [...seen] }),
    restore(saved) {
      const state = saved as { second: number; seen: string[] }
      second = state.second
      seen = new Set(state.seen)
    },
    read(row, notes) {
      const { reject, skip } = notes
      const name = cell(row, at.event_type)
      const type = types.get(name ?? '')
      if (type === -1) return skip(`event type ${name}`)
      if (type === undefined) return reject('unknown event_type', name)
      const user = idOf(row, at.user_id, 'user_id', notes)
      if (user === undefined) return 'rejected'
      const item = idOf(row, at.product_id, 'product_id', notes)
      if (item === undefined) return 'rejected'
      const text = cell(row, at.event_time) ?? ''
      const time = text === secondText ? second : timeOf(text)
      if (time === undefined) return reject('event_time is not a time like 2019-10-01 00:00:00 UTC', text)
      const priceText = cell(row, at.price) ?? ''
      const price = priceText === '' || isUnknown(priceText) ? 0 : parsePrice(priceText, PLAIN_PRICES)
      if (Number.isNaN(price)) return reject('price is not a number from 0 to 3.4e38', priceText)
      if (time !== second) seen.clear()
      second = time
      secondText = text
      const key = `${type},${user},${item},${cell(row, at.user_session) ?? ''}`
      if (seen.has(key)) return skip('the same row again')
      seen.add(key)
      const code = cell(row, at.category_code)
      const root = code ? code.slice(0, code.includes('.') ? code.indexOf('.') : undefined) : ''
      draft.user = user
      draft.item = item
      draft.advertiser = byCategory ? root : optionalId(row, at.brand, 'brand', notes)
      draft.type = type
      draft.time = time
      draft.category = pathOf(code ?? '') ?? categoryPath(cell(row, at.category_id))
      draft.price = price === 0 ? undefined : price
      sink.event(draft)
      return 'stored'
    },
  }
}

/** As the logs write it, or the milliseconds that a column of times in Parquet holds. */
const timeOf = (text: string): number | undefined => parseTime(text, 'iso') ?? parseTime(text, 'milliseconds')

/**
 * A category code as a path, electronics.smartphone as electronics/smartphone; undefined for none. There are hundreds
 * of codes.
 */
function paths(): (code: string) => string | undefined {
  const known = new Map<string, string | undefined>()
  return (code) => {
    if (code === '') return undefined
    let path = known.get(code)
    if (path !== undefined) return path
    path = categoryPath(...code.split('.'))
    if (known.size < 10_000) known.set(code, path)
    return path
  }
}

function firstTime(head: FileHead): number | undefined {
  const column = head.header.findIndex((title) => title.toLowerCase() === 'event_time')
  return parseTime(firstLines(head, head.delimiter, 2)[1]?.[column] ?? '', 'iso')
}
