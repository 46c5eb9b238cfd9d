import { DAY } from '../../../core/time.js'
import type { Format, FormatOptions } from '../format.js'
import type { FileImport } from '../import-file.js'
import type { Row } from '../record.js'
import { categoryPath, cell, idOf, optionalId, optionalText, type Rows } from '../row.js'
import { newDraft, type Sink } from '../sink.js'
import { parseTime, timeUnit } from '../timestamps.js'
import { attributeRows, catalogIds } from './attributes.js'
import { hasColumns, inOrder, tableImport, type Columns } from './table.js'

const FORMAT = 'completejourney'
/** The files name no date: day 1 is taken for this one. */
const EPOCH = Date.UTC(2016, 0, 1) / 1000
/** code of EVENT_TYPES */
const CHECKOUT = 2

/** transaction_data.csv, product.csv and hh_demographic.csv as dunnhumby publishes them */
const LINES = ['household_key', 'BASKET_ID', 'DAY', 'PRODUCT_ID', 'QUANTITY', 'SALES_VALUE', 'TRANS_TIME'] as const
const PRODUCTS = ['PRODUCT_ID', 'MANUFACTURER', 'DEPARTMENT', 'BRAND', 'COMMODITY_DESC', 'SUB_COMMODITY_DESC'] as const
const HOUSEHOLDS = [
  'household_key',
  'AGE_DESC',
  'MARITAL_STATUS_CODE',
  'INCOME_DESC',
  'HOMEOWNER_DESC',
  'HH_COMP_DESC',
  'HOUSEHOLD_SIZE_DESC',
  'KID_CATEGORY_DESC',
] as const
/** transactions, products and demographics of the R and Python packages */
const LINES_2 = ['household_id', 'basket_id', 'product_id', 'quantity', 'sales_value', 'transaction_timestamp'] as const
const PRODUCTS_2 = ['product_id', 'manufacturer_id', 'department', 'brand', 'product_category', 'product_type'] as const
const HOUSEHOLDS_2 = [
  'household_id',
  'age',
  'income',
  'home_ownership',
  'marital_status',
  'household_size',
  'household_comp',
  'kids_count',
] as const

/**
 * The Complete Journey (dunnhumby, 84.51): basket lines of households, all checkouts; the lines of a basket share a
 * timestamp. Days are numbers without a date. An item's price is what one unit of it cost when it was first sold, so it
 * is never of a later day than the item itself.
 */
export const completejourney: Format = {
  name: FORMAT,
  summary:
    'The Complete Journey: transaction_data.csv, product.csv, hh_demographic.csv, or transactions, products, ' +
    'demographics',
  files:
    'Give transaction_data.csv, product.csv and hh_demographic.csv, or transactions, products and demographics ' +
    'of the R or Python package (CSV or Parquet).',
  special: ['epoch', 'advertiser'],
  mapsTypes: false,
  advertisers: ['manufacturer', 'brand'],
  role(head) {
    if (hasColumns(head, LINES) || hasColumns(head, LINES_2)) return 'transactions'
    if (hasColumns(head, PRODUCTS) || hasColumns(head, PRODUCTS_2)) return 'products'
    return hasColumns(head, HOUSEHOLDS.slice(0, 2)) || hasColumns(head, HOUSEHOLDS_2.slice(0, 3))
      ? 'demographics'
      : undefined
  },
  steps(files, options) {
    const epoch = options.epoch ?? EPOCH
    if (files.some(({ head }) => hasColumns(head, LINES)))
      options.say(
        `Day 1 is taken for ${new Date(epoch * 1000).toISOString().slice(0, 10)}, as the files name no ` +
          `date${options.epoch === undefined ? '; --epoch names another' : ''}.`,
      )
    // transactions first: an item that is new takes the price of its row; the products then add what it is
    const steps: FileImport[] = [
      ...inOrder(files, 'transactions', () => undefined).map((file) =>
        tableImport(file, [...LINES, ...LINES_2], {
          format: FORMAT,
          kind: 'events',
          options: hasColumns(file.head, LINES) ? { epoch } : {},
          rows: (sink, at) => lineRows(sink, at, epoch),
        }),
      ),
      ...files
        .filter(({ role }) => role === 'products')
        .map((file) =>
          tableImport(file, [...PRODUCTS, ...PRODUCTS_2], {
            format: FORMAT,
            kind: 'items',
            options: { advertiser: options.advertiser ?? 'manufacturer' },
            rows: (sink, at) => productRows(sink, at, options),
          }),
        ),
      ...files
        .filter(({ role }) => role === 'demographics')
        .map((file) => {
          const id = hasColumns(file.head, ['household_key']) ? 'household_key' : 'household_id'
          return tableImport(file, [...HOUSEHOLDS, ...HOUSEHOLDS_2], {
            format: FORMAT,
            kind: 'users',
            rows: (sink, at) =>
              attributeRows(
                sink,
                at,
                id,
                Object.keys(at).filter((name) => name !== id),
              ),
          })
        }),
    ]
    return Promise.resolve(steps.map((file) => ({ file })))
  },
}

function lineRows(sink: Sink, at: Columns, epoch: number): Rows {
  const [household, product] =
    at.household_key === undefined ? ['household_id', 'product_id'] : ['household_key', 'PRODUCT_ID']
  const time = at.DAY === undefined ? stamped(at) : numbered(at, epoch)
  const draft = newDraft()
  return {
    read(row, notes) {
      const { reject, skip } = notes
      const ids = catalogIds(row, at, household, product, notes)
      if (ids === 'rejected') return ids
      const quantityText = cell(row, at.QUANTITY ?? at.quantity) ?? ''
      const quantity = quantityText === '' ? NaN : Number(quantityText)
      if (Number.isNaN(quantity)) return reject('quantity is not a number', quantityText)
      const when = time(row)
      if (typeof when === 'string') return reject(when, cell(row, at.DAY ?? at.transaction_timestamp))
      if (quantity <= 0) return skip('quantity 0 or less')
      const paid = Number(cell(row, at.SALES_VALUE ?? at.sales_value) || NaN)
      draft.user = ids.user
      draft.item = ids.item
      draft.type = CHECKOUT
      draft.time = when
      draft.price = paid > 0 ? Math.round((paid / quantity) * 10_000) / 10_000 : undefined
      sink.event(draft)
      return 'stored'
    },
  }
}

/** DAY from 1 and TRANS_TIME as hhmm (5 is five past midnight) -> unix seconds, or what is wrong. */
function numbered(at: Columns, epoch: number): (row: Row) => number | string {
  return (row) => {
    const day = Number(cell(row, at.DAY) || NaN)
    const clock = Number(cell(row, at.TRANS_TIME) || 0)
    if (!(Number.isInteger(day) && day >= 1 && day < 20_000)) return 'DAY is not a number from 1'
    if (!(Number.isInteger(clock) && clock >= 0 && clock < 2400 && clock % 100 < 60)) return 'TRANS_TIME is not hhmm'
    return epoch + (day - 1) * DAY + Math.floor(clock / 100) * 3600 + (clock % 100) * 60
  }
}

/** transaction_timestamp, UTC where it names no zone -> unix seconds, or what is wrong. */
function stamped(at: Columns): (row: Row) => number | string {
  let before = ''
  let time = 0
  return (row) => {
    const text = cell(row, at.transaction_timestamp) ?? ''
    if (text === before) return time
    const unit = timeUnit(text)
    const found = unit && parseTime(text, unit)
    if (found === undefined) return 'transaction_timestamp is not a time'
    before = text
    return (time = found)
  }
}

function productRows(sink: Sink, at: Columns, options: FormatOptions): Rows {
  const item = at.PRODUCT_ID ?? at.product_id
  const owner = options.advertiser === 'brand' ? (at.BRAND ?? at.brand) : (at.MANUFACTURER ?? at.manufacturer_id)
  return {
    read(row, notes) {
      const id = idOf(row, item, 'product', notes)
      if (id === undefined) return 'rejected'
      const advertiser = optionalId(row, owner, 'advertiser', notes)
      const type = optionalText(row, at.SUB_COMMODITY_DESC ?? at.product_type, 'product type', notes)
      const category = categoryPath(
        optionalText(row, at.DEPARTMENT ?? at.department, 'department', notes),
        optionalText(row, at.COMMODITY_DESC ?? at.product_category, 'product category', notes),
        type,
      )
      sink.item(id, { advertiser, category, title: type })
      return 'stored'
    },
  }
}
