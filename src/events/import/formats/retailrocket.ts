import { UserError } from '../../../core/errors.js'
import { DAY } from '../../../core/time.js'
import { firstLines, type FileHead } from '../file-head.js'
import type { Format, FormatOptions, Matched, Step } from '../format.js'
import type { FileImport } from '../import-file.js'
import { cell, type Rows } from '../row.js'
import { newDraft, type Sink } from '../sink.js'
import { lastTime } from '../survey.js'
import { parseTime } from '../timestamps.js'
import { catalogIds } from './attributes.js'
import { ItemProperties } from './retailrocket-properties.js'
import { hasColumns, inOrder, tableImport, typesOf, type Columns } from './table.js'

const EVENTS = ['timestamp', 'visitorid', 'event', 'itemid'] as const
const PROPERTIES = ['timestamp', 'itemid', 'property', 'value'] as const
const TREE = ['categoryid', 'parentid'] as const
const FORMAT = 'retailrocket'

/**
 * The RetailRocket log (2015): views, carts and transactions of one shop, in milliseconds. Properties of items change
 * over time, a row a change (or a weekly snapshot), in no order and in two files: of each item the last category and
 * price up to `asOf` are taken, and nothing that was known later. Item ids, categories and most properties are hashed.
 */
export const retailrocket: Format = {
  name: FORMAT,
  summary: 'RetailRocket: events.csv with item_properties_part1.csv, item_properties_part2.csv and category_tree.csv',
  files:
    'Give events.csv (timestamp,visitorid,event,itemid,transactionid), both item_properties_part*.csv and ' +
    'category_tree.csv, or the archive that holds them.',
  special: ['asOf', 'advertiser'],
  mapsTypes: true,
  advertisers: ['none', 'category'],
  role: (head) =>
    hasColumns(head, EVENTS)
      ? 'events'
      : hasColumns(head, PROPERTIES)
        ? 'properties'
        : hasColumns(head, TREE)
          ? 'tree'
          : undefined,
  async steps(files, options) {
    const events = inOrder(files, 'events', firstTime).map((file) =>
      tableImport(file, EVENTS, {
        format: FORMAT,
        kind: 'events',
        options: { eventTypes: options.mapping.eventTypes },
        rows: (sink, at) => eventRows(sink, at, options),
      }),
    )
    const catalog = await catalogSteps(files, events, options)
    return [...catalog, ...events.map((file) => ({ file }))]
  },
}

async function catalogSteps(files: Matched[], events: FileImport[], options: FormatOptions): Promise<Step[]> {
  const properties = files.filter(({ role }) => role === 'properties')
  const trees = files.filter(({ role }) => role === 'tree')
  if (properties.length === 0) {
    if (trees.length > 0)
      options.say(`${trees[0].source.name}: not read, as no item_properties file says which item is in which category.`)
    return []
  }
  if (properties.length === 1)
    options.say(`${properties[0].source.name} alone: the other part of item_properties holds the rest of the values.`)
  if (trees.length === 0) options.say('Without category_tree.csv a category has no path, only its own id.')
  const asOf = await moment(events, options)
  const catalog = new ItemProperties(asOf, options.advertiser === 'category')
  const saved = { asOf, advertiser: options.advertiser ?? 'none' }
  return [
    {
      fold: {
        what: 'the catalog',
        files: [
          ...trees.map((file) =>
            tableImport(file, TREE, {
              format: FORMAT,
              kind: 'categories',
              options: saved,
              rows: (_, at) => ({ read: catalog.treeRow(at) }),
            }),
          ),
          ...properties.map((file) =>
            tableImport(file, PROPERTIES, {
              format: FORMAT,
              kind: 'items',
              options: saved,
              rows: (_, at) => ({ read: catalog.propertyRow(at) }),
            }),
          ),
        ],
        finish: (sink) => catalog.write(sink),
      },
    },
  ]
}

/** What was known when? --as-of, or the cutoff of the evaluation: nothing of its window may be in the catalog. */
async function moment(
  events: FileImport[],
  { asOf, evaluation: { cutoff, windowDays }, say, times, signal }: FormatOptions,
): Promise<number> {
  if (asOf !== undefined) return asOf
  let time = typeof cutoff === 'number' ? cutoff : Date.parse(cutoff) / 1000
  let why = 'eval.cutoff'
  if (cutoff === 'auto') {
    const last = await lastTime(events, times, signal)
    if (last === undefined)
      throw new UserError(
        'Item properties change over time, and without events nothing says up to when they may be known.',
        'Give events.csv with them, or name the moment: --as-of 2015-08-18',
      )
    time = last - windowDays * DAY
    why = `${windowDays} days before the last event, where the evaluation begins`
  }
  say(`Catalog as of ${new Date(time * 1000).toISOString().slice(0, 19)}Z: ${why}. --as-of names another moment.`)
  return time
}

function eventRows(sink: Sink, at: Columns, options: FormatOptions): Rows {
  const types = typesOf({ view: 'view', addtocart: 'add_to_cart', transaction: 'checkout' }, options)
  const draft = newDraft()
  return {
    read(row, notes) {
      const { reject, skip } = notes
      const name = cell(row, at.event)
      const type = types.get(name ?? '')
      if (type === -1) return skip(`event type ${name}`)
      if (type === undefined) return reject('unknown event', name)
      const ids = catalogIds(row, at, 'visitorid', 'itemid', notes)
      if (ids === 'rejected') return ids
      const text = cell(row, at.timestamp) ?? ''
      const time = parseTime(text, 'milliseconds')
      if (time === undefined) return reject('timestamp is not unix milliseconds', text)
      draft.user = ids.user
      draft.item = ids.item
      draft.type = type
      draft.time = time
      sink.event(draft)
      return 'stored'
    },
  }
}

function firstTime(head: FileHead): number | undefined {
  const column = head.header.findIndex((title) => title.toLowerCase() === 'timestamp')
  const line = firstLines(head, head.delimiter, 2)[1]
  return parseTime(line?.[column] ?? '', 'milliseconds')
}
