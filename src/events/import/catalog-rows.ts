import type { Layout } from './layout.js'
import { badId, cell, optionalPrice, optionalText, type RowReader } from './row.js'
import type { Sink } from './sink.js'
import { parseTime, timeUnit } from './timestamps.js'

/** Reads rows of items: a new item is added, a known one gets what the row says; an empty field changes nothing. */
export function itemRows(layout: Layout, sink: Sink): RowReader {
  const { item_id, advertiser_id, category, price, title, launched } = layout.columns
  return (record, { reject }) => {
    const item = cell(record, item_id)
    const bad = badId(item)
    if (bad) return reject(`item_id ${bad}`, item)
    const advertiser = cell(record, advertiser_id)
    const badAdvertiser = advertiser === '' ? undefined : badId(advertiser)
    if (badAdvertiser) return reject(`advertiser_id ${badAdvertiser}`, advertiser)
    const cost = optionalPrice(cell(record, price))
    if (Number.isNaN(cost)) return reject('price is not a number of at least 0', cell(record, price))
    const launchText = cell(record, launched)
    const unit = launchText ? timeUnit(launchText) : undefined
    if (launchText !== '' && !unit) return reject('launched is not a time', launchText)
    sink.item(item!, {
      advertiser,
      category: optionalText(cell(record, category)),
      price: cost,
      title: optionalText(cell(record, title)),
      launched: unit && parseTime(launchText!, unit),
    })
    return 'stored'
  }
}

/** Reads rows of users: every other column is an attribute. */
export function userRows(layout: Layout, sink: Sink): RowReader {
  return (record, { reject }) => {
    const user = cell(record, layout.columns.user_id)
    const bad = badId(user)
    if (bad) return reject(`user_id ${bad}`, user)
    const attributes: Record<string, string> = {}
    for (const { name, index } of layout.others) {
      const value = optionalText(cell(record, index))
      if (value !== undefined)
        Object.defineProperty(attributes, name, { value, enumerable: true, configurable: true, writable: true })
    }
    sink.user(user!, attributes)
    return 'stored'
  }
}

/** Reads rows of advertisers: an id and a name. */
export function advertiserRows(layout: Layout, sink: Sink): RowReader {
  return (record, { reject }) => {
    const advertiser = cell(record, layout.columns.advertiser_id)
    const bad = badId(advertiser)
    if (bad) return reject(`advertiser_id ${bad}`, advertiser)
    sink.advertiser(advertiser!, optionalText(cell(record, layout.columns.name) || cell(record, layout.columns.title)))
    return 'stored'
  }
}
