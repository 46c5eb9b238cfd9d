import { DOMAINS } from '../../store/event-types.js'
import type { Layout } from './layout.js'
import { typeCode, type Mapping, typeCodes } from './mapping.js'
import { badId, cell, optionalPrice, optionalText, type RowReader } from './row.js'
import { newDraft, type Sink } from './sink.js'
import { parseTime } from './timestamps.js'

/**
 * Reads rows of events. An item seen for the first time gets a catalog row, with whatever the row says of it
 * (advertiser, category, price, title).
 */
export function eventRows(layout: Layout, mapping: Mapping, sink: Sink): RowReader {
  const { user_id, item_id, event_type, timestamp, advertiser_id, domain, category, price, title } = layout.columns
  const codes = typeCodes(mapping)
  const fallback = mapping.defaultType === undefined ? undefined : typeCode(mapping.defaultType, 'the default type')
  const domains = new Map<string, number>(DOMAINS.map((name, code) => [name, code]))
  const unit = layout.timeUnit ?? 'seconds'
  const describes = [category, price, title].some((column) => column !== undefined)
  const draft = newDraft()

  return (record, { reject, skip }) => {
    const typeName = cell(record, event_type)
    const type = (typeName === '' ? fallback : codes.get(typeName ?? '')) ?? codes.get(typeName?.toLowerCase() ?? '')
    if (type === -1) return skip(`event type ${typeName}`)
    if (type === undefined) return reject(typeName === '' ? 'event_type is empty' : 'unknown event_type', typeName)

    const user = cell(record, user_id)
    const badUser = badId(user)
    if (badUser) return reject(`user_id ${badUser}`, user)

    const item = cell(record, item_id)
    const advertiser = cell(record, advertiser_id)
    const badItem = item === '' ? undefined : badId(item)
    if (badItem) return reject(`item_id ${badItem}`, item)
    const badAdvertiser = advertiser === '' ? undefined : badId(advertiser)
    if (badAdvertiser) return reject(`advertiser_id ${badAdvertiser}`, advertiser)
    if (item === '' && advertiser === '')
      return reject(advertiser_id === undefined ? 'item_id is empty' : 'item_id and advertiser_id are empty')

    const timeText = cell(record, timestamp) ?? ''
    const time = parseTime(timeText, unit)
    if (time === undefined)
      return reject(`timestamp is not a time in ${unit === 'iso' ? 'ISO 8601' : unit} between 1990 and 2100`, timeText)

    const domainText = cell(record, domain)
    const domainCode = domainText === '' ? 0 : domains.get(domainText?.toLowerCase() ?? '')
    if (domainCode === undefined) return reject('domain is neither offsite nor onsite', domainText)

    const cost = describes ? optionalPrice(cell(record, price)) : undefined
    if (Number.isNaN(cost)) return reject('price is not a number of at least 0', cell(record, price))

    draft.user = user!
    draft.item = item!
    draft.advertiser = advertiser!
    draft.type = type
    draft.domain = domainCode
    draft.time = time
    if (describes) {
      draft.category = optionalText(cell(record, category))
      draft.price = cost
      draft.title = optionalText(cell(record, title))
    }
    sink.event(draft)
    return 'stored'
  }
}
