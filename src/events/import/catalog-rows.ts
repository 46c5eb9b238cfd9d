import { categoryOf, priceOf, withoutPoint } from './event-rows.js'
import type { Layout } from './layout.js'
import { cell, idOf, isUnknown, optionalId, optionalText, type RowReader } from './row.js'
import type { Row } from './record.js'
import type { Sink } from './sink.js'
import { parseTime } from './timestamps.js'

/** Reads rows of items: a new item is added, a known one gets what the row says; an empty field changes nothing. */
export function itemRows(layout: Layout, sink: Sink): RowReader {
  const { item_id, advertiser_id, category, price, title, launched, user_id, timestamp } = layout.columns
  const { launchUnit } = layout
  const plainId = withoutPoint(layout)
  return (row, notes) => {
    const { reject, lose } = notes
    const item = idOf(row, item_id, 'item_id', notes)
    if (item === undefined) return 'rejected'
    if (layout.late.length > 0 && cell(row, user_id) !== '' && cell(row, timestamp) !== '')
      return reject('is an event, in a file that begins with items')
    const cost = priceOf(row, price, layout, reject)
    if (Number.isNaN(cost)) return 'rejected'
    const launchText = cell(row, launched) ?? ''
    const launch = launchUnit && parseTime(launchText, launchUnit)
    if (launch === undefined && launchText !== '' && !isUnknown(launchText))
      lose('launched is not a time between 1990 and 2100')
    sink.item(plainId('item_id', item), {
      advertiser: plainId('advertiser_id', optionalId(row, advertiser_id, 'advertiser_id', notes)),
      category: categoryOf(row, category, notes),
      price: cost,
      title: optionalText(row, title, 'title', notes),
      launched: launch,
    })
    return 'stored'
  }
}

/** Reads rows of users. @param attributes names and columns of what a row says beside the id */
export function userRows(
  layout: Layout,
  sink: Sink,
  attributes: (row: Row) => Iterable<{ name: string; index: number }>,
): RowReader {
  const plainId = withoutPoint(layout)
  return (row, notes) => {
    const user = idOf(row, layout.columns.user_id, 'user_id', notes)
    if (user === undefined) return 'rejected'
    const found: Record<string, string> = {}
    for (const { name, index } of attributes(row)) {
      const value = optionalText(row, index, name, notes)
      if (value !== undefined)
        Object.defineProperty(found, name, { value, enumerable: true, configurable: true, writable: true })
    }
    sink.user(plainId('user_id', user), found)
    return 'stored'
  }
}

/** Reads rows of advertisers: an id and a name. */
export function advertiserRows(layout: Layout, sink: Sink): RowReader {
  const { advertiser_id, name, title } = layout.columns
  const plainId = withoutPoint(layout)
  return (row, notes) => {
    const advertiser = idOf(row, advertiser_id, 'advertiser_id', notes)
    if (advertiser === undefined) return 'rejected'
    sink.advertiser(
      plainId('advertiser_id', advertiser),
      optionalText(row, name, 'name', notes) ?? optionalText(row, title, 'title', notes),
    )
    return 'stored'
  }
}
