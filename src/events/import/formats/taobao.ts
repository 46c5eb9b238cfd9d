import { firstLine, type FileHead } from '../file-head.js'
import type { Format, FormatOptions } from '../format.js'
import { categoryPath, cell, idOf, type Rows } from '../row.js'
import { newDraft, type Sink } from '../sink.js'
import { parseTime } from '../timestamps.js'
import { bareImport, inOrder, typesOf } from './table.js'

const FORMAT = 'taobao'
const WIDTH = 5
/** The log covers 25 November to 3 December 2017, China time (UTC+8). */
const FROM = Date.UTC(2017, 10, 25) / 1000 - 8 * 3600
const TO = Date.UTC(2017, 11, 4) / 1000 - 8 * 3600

/**
 * Taobao's UserBehavior.csv: user,item,category,behavior,timestamp without a first line of names. Some rows have times
 * far outside of the nine days of the log (even in the future); they would move the end of all data, and are rejected.
 */
export const taobao: Format = {
  name: FORMAT,
  summary: 'Taobao UserBehavior.csv: no header; user,item,category,behavior (pv, fav, cart, buy),timestamp',
  files:
    'Give UserBehavior.csv, or UserBehavior.csv.zip as downloaded: user,item,category,pv|fav|cart|buy,unix ' +
    'seconds; no header.',
  special: ['advertiser'],
  mapsTypes: true,
  advertisers: ['none', 'category'],
  role: (head) => (looksRight(head) ? 'events' : undefined),
  steps: (files, options) =>
    Promise.resolve(
      inOrder(files, 'events', () => undefined).map((file) => ({
        file: bareImport(file, ',', WIDTH, {
          format: FORMAT,
          kind: 'events',
          options: { advertiser: options.advertiser ?? 'none', eventTypes: options.mapping.eventTypes },
          rows: (sink) => eventRows(sink, options),
        }),
      })),
    ),
}

function looksRight(head: FileHead): boolean {
  if (head.place.form !== 'text' || head.objects) return false
  const line = firstLine(head, ',')
  return (
    line.length === WIDTH &&
    [0, 1, 2].every((i) => /^\d+$/.test(line[i])) &&
    ['pv', 'fav', 'cart', 'buy'].includes(line[3]) &&
    /^-?\d+$/.test(line[4])
  )
}

function eventRows(sink: Sink, options: FormatOptions): Rows {
  const types = typesOf({ pv: 'view', cart: 'add_to_cart', buy: 'checkout', fav: 'skip' }, options)
  const byCategory = options.advertiser === 'category'
  const draft = newDraft()
  return {
    read(row, notes) {
      const { reject, skip } = notes
      const name = cell(row, 3)
      const type = types.get(name ?? '')
      if (type === -1) return skip(`behavior ${name}`)
      if (type === undefined) return reject('unknown behavior', name)
      const user = idOf(row, 0, 'user', notes)
      if (user === undefined) return 'rejected'
      const item = idOf(row, 1, 'item', notes)
      if (item === undefined) return 'rejected'
      const text = cell(row, 4) ?? ''
      const time = parseTime(text, 'seconds')
      if (time === undefined || time < FROM || time >= TO)
        return reject('time outside of 25 November to 3 December 2017', text)
      draft.user = user
      draft.item = item
      draft.type = type
      draft.time = time
      draft.category = categoryPath(cell(row, 2))
      draft.advertiser = byCategory ? (draft.category ?? '') : ''
      sink.event(draft)
      return 'stored'
    },
  }
}
