import { badId, cell, categoryPath, idOf, type RowReader } from '../row.js'
import type { Sink } from '../sink.js'
import { parseTime } from '../timestamps.js'
import type { Columns } from './table.js'

/** Properties whose name is not hashed, and 790, which holds the price as n and a number. */
const CATEGORY = 'categoryid'
const PRICE = '790'
const AVAILABLE = 'available'
/** a category this deep is a circle of parents */
const DEEPEST = 50

/** The last category and price of each item up to a moment, from rows in any order. Memory: about 100 bytes an item. */
export class ItemProperties {
  private readonly numbers = new Map<string, number>()
  private categoryTimes = new Float64Array(1024).fill(-1)
  private priceTimes = new Float64Array(1024).fill(-1)
  private prices = new Float64Array(1024)
  private readonly categories: (string | undefined)[] = []
  private readonly parents = new Map<string, string>()
  private readonly names = new Map<string, string>()

  /** @param asOf unix seconds @param advertiser the category at the root is the advertiser */
  constructor(
    private readonly asOf: number,
    private readonly advertiser: boolean,
  ) {}

  /** Reads category_tree.csv. */
  treeRow(at: Columns): RowReader {
    return (row, notes) => {
      const category = idOf(row, at.categoryid, 'categoryid', notes)
      if (category === undefined) return 'rejected'
      const parent = cell(row, at.parentid)
      if (parent) this.parents.set(this.own(category), this.own(parent))
      return 'stored'
    }
  }

  /** Reads item_properties_part*.csv. */
  propertyRow(at: Columns): RowReader {
    return (row, notes) => {
      const { reject, skip } = notes
      const property = cell(row, at.property)
      if (property !== CATEGORY && property !== PRICE) {
        if (property === undefined || property === '') return reject('property is empty')
        return skip(property === AVAILABLE ? 'availability is not stored' : 'hashed property')
      }
      const item = idOf(row, at.itemid, 'itemid', notes)
      if (item === undefined) return 'rejected'
      const text = cell(row, at.timestamp) ?? ''
      const time = parseTime(text, 'milliseconds')
      if (time === undefined) return reject('timestamp is not unix milliseconds', text)
      if (time > this.asOf) return skip('known only later')
      const value = cell(row, at.value) ?? ''
      const price = property === PRICE ? Number(/^n(-?[\d.]+)/.exec(value)?.[1] ?? NaN) : 0
      if (!(price >= 0)) return reject('property 790 is not n and a number', value)
      if (property === CATEGORY && badId(value)) return reject(`categoryid ${badId(value)}`, value)
      const number = this.number(item)
      if (property === CATEGORY && time >= this.categoryTimes[number]) {
        this.categoryTimes[number] = time
        this.categories[number] = this.own(value)
      }
      if (property === PRICE && time >= this.priceTimes[number]) {
        this.priceTimes[number] = time
        this.prices[number] = price
      }
      return 'stored'
    }
  }

  /** Writes the items; returns their number. */
  write(sink: Sink): number {
    for (const [item, number] of this.numbers) {
      const path = this.path(this.categories[number])
      sink.item(item, {
        category: categoryPath(...path),
        price: this.priceTimes[number] >= 0 ? this.prices[number] : undefined,
        ...(this.advertiser && path.length > 0 ? { advertiser: path[0] } : {}),
      })
    }
    return this.numbers.size
  }

  /** From the root of the tree to a category. */
  private path(category: string | undefined): string[] {
    const path: string[] = []
    for (let at = category; at !== undefined && path.length < DEEPEST && !path.includes(at); at = this.parents.get(at))
      path.unshift(at)
    return path
  }

  private number(item: string): number {
    const known = this.numbers.get(item)
    if (known !== undefined) return known
    const number = this.numbers.size
    this.numbers.set(Buffer.from(item).toString(), number)
    if (number >= this.prices.length) {
      this.categoryTimes = longer(this.categoryTimes, -1)
      this.priceTimes = longer(this.priceTimes, -1)
      this.prices = longer(this.prices, 0)
    }
    return number
  }

  /** One copy of a category's id: a piece of a line would keep the whole block alive. */
  private own(category: string): string {
    let name = this.names.get(category)
    if (name === undefined) this.names.set((name = Buffer.from(category).toString()), name)
    return name
  }
}

function longer(values: Float64Array, fill: number): Float64Array<ArrayBuffer> {
  const more = new Float64Array(values.length * 2).fill(fill)
  more.set(values)
  return more
}
