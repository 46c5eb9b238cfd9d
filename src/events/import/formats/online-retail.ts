import { UserError } from '../../../core/errors.js'
import { DAY } from '../../../core/time.js'
import type { Format } from '../format.js'
import { PLAIN_PRICES, parsePrice } from '../prices.js'
import { badId, cell, idOf, optionalText, type Rows } from '../row.js'
import { newDraft, type Sink } from '../sink.js'
import { londonTime } from './london-time.js'
import { hasColumns, tableImport, type Columns } from './table.js'

const FORMAT = 'online-retail'
/** Online Retail II, and the first set with its other names */
const NEW = ['Invoice', 'StockCode', 'Description', 'Quantity', 'InvoiceDate', 'Price', 'Customer ID'] as const
const OLD = ['InvoiceNo', 'StockCode', 'Description', 'Quantity', 'InvoiceDate', 'UnitPrice', 'CustomerID'] as const
/** Stock codes of postage, discounts, samples, corrections, fees and vouchers. */
const NO_PRODUCT = /^(POST|DOT|D|M|C2|C3|S|B|PADS|CRUK|BANK CHARGES|AMAZONFEE|ADJUST\d*|TEST\d*|GIFT.*)$/i
/** code of EVENT_TYPES */
const CHECKOUT = 2

/**
 * Online Retail II (UCI): invoice lines of a British wholesaler, as .xlsx with a sheet a year or as CSV. Cancelled
 * invoices, lines without a customer, and what is no product are skipped. The second sheet begins nine days before the
 * first one ends: lines of those days that stand twice are skipped. Times are British local times.
 */
export const onlineRetail: Format = {
  name: FORMAT,
  summary: 'Online Retail and Online Retail II (UCI): the .xlsx, the archive that holds it, or its CSV',
  files:
    'Give online_retail_II.xlsx or Online Retail.xlsx, the archive as downloaded, or the CSV: ' +
    'Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country.',
  special: [],
  mapsTypes: false,
  role: (head) => (hasColumns(head, NEW) || hasColumns(head, OLD) ? 'events' : undefined),
  steps: (files) =>
    Promise.resolve(
      files.map((file) => ({
        file: tableImport(file, [...NEW, ...OLD], { format: FORMAT, kind: 'events', rows: lineRows }),
      })),
    ),
}

function lineRows(sink: Sink, at: Columns): Rows {
  const invoice = at.Invoice ?? at.InvoiceNo
  const customer = at['Customer ID'] ?? at.CustomerID
  const unitPrice = at.Price ?? at.UnitPrice
  const draft = newDraft()
  let dateText = ''
  let date: number | undefined
  /** the latest time of this sheet so far, and the latest of the sheet before it */
  let latest = 0
  let until = 0
  return {
    save: () => ({ latest, until }),
    restore: (saved) => ({ latest, until } = saved as { latest: number; until: number }),
    read(row, notes) {
      const { reject, skip } = notes
      const text = cell(row, at.InvoiceDate) ?? ''
      const time = text === dateText ? date : londonTime(text)
      dateText = text
      date = time
      if (time === undefined) return reject('InvoiceDate is not a date and time', text)
      // rows are in order of time; only a second sheet begins again, on an earlier day
      if (time < latest - DAY) {
        if (until > 0)
          throw new UserError(
            `The lines are not in the order of their time (line ${row.line}), so what both sheets hold cannot be told.`,
            'Give the file as it was published, not sorted anew.',
          )
        until = latest
        latest = 0
      }
      latest = Math.max(latest, time)
      const item = idOf(row, at.StockCode, 'StockCode', notes)
      if (item === undefined) return 'rejected'
      const quantityText = cell(row, at.Quantity) ?? ''
      const quantity = quantityText === '' ? NaN : Number(quantityText)
      if (Number.isNaN(quantity)) return reject('Quantity is not a number', quantityText)
      if (time <= until) return skip('in both sheets')
      if (/^c/i.test(cell(row, invoice) ?? '')) return skip('cancelled invoice')
      if (quantity <= 0) return skip('quantity 0 or less')
      const user = (cell(row, customer) ?? '').replace(/\.0$/, '')
      if (user === '') return skip('no customer')
      const badUser = badId(user)
      if (badUser) return reject(`customer ${badUser}`, user)
      if (NO_PRODUCT.test(item)) return skip('not a product')
      const price = parsePrice(cell(row, unitPrice) ?? '', PLAIN_PRICES)
      draft.user = user
      draft.item = item.toUpperCase()
      draft.type = CHECKOUT
      draft.time = time
      draft.price = price > 0 ? price : undefined
      draft.title = optionalText(row, at.Description, 'Description', notes)
      sink.event(draft)
      return 'stored'
    },
  }
}
