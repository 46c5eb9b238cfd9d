import { DOMAINS } from '../../store/event-types.js'
import type { Layout } from './layout.js'
import { typeCode, typeReader, type Column, type Mapping } from './mapping.js'
import { parsePrice } from './prices.js'
import type { Row } from './record.js'
import { categoryPath, cell, idOf, isUnknown, optionalId, optionalText, type Notes, type Rows } from './row.js'
import { newDraft, type Sink } from './sink.js'
import { parseTime, UNIT_WORDS } from './timestamps.js'

/** Why an event of a type that is mapped to nothing is rejected. */
export const UNKNOWN_TYPE = 'unknown event_type'

/**
 * Reads rows of events. An item seen for the first time gets a catalog row, with whatever the row says of it
 * (advertiser, category, price, title).
 */
export function eventRows(layout: Layout, mapping: Mapping, sink: Sink): Rows {
  const { user_id, item_id, event_type, timestamp, advertiser_id, domain, category, price, title } = layout.columns
  const codeOf = typeReader(mapping)
  const fallback = mapping.defaultType === undefined ? undefined : typeCode(mapping.defaultType, 'the default type')
  const domains = new Map<string, number>(DOMAINS.map((name, code) => [name, code]))
  const unit = layout.timeUnit ?? 'seconds'
  const noTime = `timestamp is not a time in ${UNIT_WORDS[unit].replace(/,? UTC.*/, '')} between 1990 and 2100`
  const describes = [category, price, title].some((column) => column !== undefined)
  const draft = newDraft()
  const plainId = withoutPoint(layout)
  const late = lateColumns(layout, mapping)

  const read = (row: Row, notes: Notes) => {
    const { reject, skip } = notes
    const typeName = cell(row, event_type)
    const known = codeOf(typeName ?? '')
    const type = known ?? (typeName !== undefined && (typeName === '' || isUnknown(typeName)) ? fallback : undefined)
    if (type === -1) return skip(`event type ${typeName}`)
    if (type === undefined) return reject(typeName === '' ? 'event_type is empty' : UNKNOWN_TYPE, typeName)

    const user = idOf(row, user_id, 'user_id', notes)
    if (user === undefined) return 'rejected'
    const advertiser = optionalId(row, advertiser_id, 'advertiser_id', notes)
    let item: string | undefined = ''
    if (advertiser === '' || cell(row, item_id) !== '') item = idOf(row, item_id, 'item_id', notes)
    if (item === undefined) return 'rejected'

    const timeText = cell(row, timestamp) ?? ''
    const time = parseTime(timeText, unit)
    if (time === undefined) return reject(timeText === '' ? 'timestamp is empty' : noTime, timeText)

    const domainText = cell(row, domain) ?? ''
    const domainCode = domainText === '' || isUnknown(domainText) ? 0 : domains.get(domainText.toLowerCase())
    if (domainCode === undefined) return reject('domain is neither offsite nor onsite', domainText)

    if (describes) {
      draft.price = priceOf(row, price, layout, reject)
      if (Number.isNaN(draft.price)) return 'rejected'
      draft.category = categoryOf(row, category, notes)
      draft.title = optionalText(row, title, 'title', notes)
    }
    draft.user = plainId('user_id', user)
    draft.item = plainId('item_id', item)
    draft.advertiser = plainId('advertiser_id', advertiser)
    draft.type = type
    draft.domain = domainCode
    draft.time = time
    sink.event(draft)
    late?.look(row)
    return 'stored'
  }
  return { read, ...late?.rows }
}

/** Ids as they are, but for those of a column of floats: 100.0 is 100. */
export function withoutPoint({ floats }: Layout): (column: Column, id: string) => string {
  return (column, id) =>
    floats.length > 0 && floats.includes(column) && id.endsWith('.0') ? id.slice(0, -'.0'.length) : id
}

/** A category as a path, a/b/c; shops also write a > b > c. */
export function categoryOf(row: Row, index: number | undefined, notes: Notes): string | undefined {
  const text = optionalText(row, index, 'category', notes)
  return text?.includes(' > ') ? categoryPath(...text.split(' > ')) : text
}

/** The price in a field: undefined where it is not known, NaN where it is no price and the row is rejected. */
export function priceOf(
  row: Row,
  index: number | undefined,
  { prices }: Layout,
  reject: Notes['reject'],
): number | undefined {
  const text = cell(row, index)
  if (text === '' || (text !== undefined && isUnknown(text))) return undefined
  const price = text === undefined ? NaN : parsePrice(text, prices)
  if (Number.isNaN(price)) reject('price is not a number from 0 to 3.4e38', text ?? row.nested(index!))
  return price
}

/** Columns that the mapping names and the beginning of the file does not: whether they came. */
function lateColumns({ late, columns }: Layout, mapping: Mapping) {
  const waiting = new Set<Column>(late.filter((column) => mapping.columns[column] !== undefined))
  if (waiting.size === 0) return undefined
  return {
    look(row: Row) {
      for (const column of waiting) if (row.nested(columns[column]!) !== '') waiting.delete(column)
    },
    rows: {
      save: () => [...waiting],
      restore(saved: unknown) {
        for (const column of [...waiting]) if (!(saved as Column[]).includes(column)) waiting.delete(column)
      },
      end: () => [...waiting].map((column) => `no row has ${mapping.columns[column]}, which ${column} is mapped to`),
    },
  }
}
