import { DAY } from '../core/time.js'
import type { ItemFeatures } from './item-features.js'
import { priceBucket } from './price-buckets.js'
import { categoryPrefixes, titleTokens } from './snapshot-build.js'
import { CATEGORY_LEVELS, TITLE_TOKENS, type CatalogData } from './snapshot.js'
import { titleBucket } from './vocabulary.js'

/** Codes of hours and of days of the week, UTC: 0 = unknown. */
export const HOUR_CODES = 25
export const DAY_CODES = 8

const HOUR = 3600
/** 1970-01-01 was a Thursday; days are counted from Monday. */
const FIRST_DAY = 3

/** What is known of the moment of a request beside the history. What is absent is unknown. */
export interface RequestContext {
  /** the category that is searched or looked at: index of its path at every level, the deepest last */
  categories?: readonly number[]
  /** words that are searched, hashed as titles are */
  words?: readonly number[]
  /** index of the item whose page is open */
  item?: number
  /** what about it is to cost */
  price?: number
  /** unix seconds: hour and day of the week. They go with the rest and are no context alone */
  time?: number
}

/** Whether anything is known that makes a context. */
export function hasContext({ categories, words, item, price }: RequestContext): boolean {
  return Boolean(categories?.length || words?.length) || item !== undefined || price !== undefined
}

/**
 * The arrays of the context layers' input for N requests, named and shaped as src/model/inputs.ts says; without a
 * context (and beyond the last of them) a row is all zeros.
 * @param titleBuckets rows of the table of title words
 */
export function fillContexts(
  features: Pick<ItemFeatures, 'categoryRow'>,
  titleBuckets: number,
  contexts: readonly (RequestContext | undefined)[],
  N = contexts.length,
): Record<string, Float32Array | Int32Array> {
  const present = new Float32Array(N)
  const category = new Int32Array(N * CATEGORY_LEVELS)
  const title = new Int32Array(N * TITLE_TOKENS)
  const [item, price, hour, weekday] = [0, 1, 2, 3].map(() => new Int32Array(N))
  contexts.forEach((context, n) => {
    if (!context || !hasContext(context)) return
    const { categories = [], words = [], time } = context
    present[n] = 1
    categories.slice(0, CATEGORY_LEVELS).forEach((c, l) => {
      category[n * CATEGORY_LEVELS + l] = features.categoryRow[c]
    })
    words.slice(0, TITLE_TOKENS).forEach((word, k) => {
      title[n * TITLE_TOKENS + k] = titleBucket(word, titleBuckets)
    })
    if (context.item !== undefined) item[n] = context.item + 1
    if (context.price !== undefined) price[n] = priceBucket(context.price)
    if (time === undefined) return
    hour[n] = 1 + (Math.floor(time / HOUR) % 24)
    weekday[n] = 1 + ((Math.floor(time / DAY) + FIRST_DAY) % 7)
  })
  return {
    'context.present': present,
    'context.category': category,
    'context.title': title,
    'context.item': item,
    'context.price': price,
    'context.hour': hour,
    'context.weekday': weekday,
  }
}

/** What a search is understood as. */
export interface UnderstoodSearch {
  /** full path of the category that it names */
  category?: string
  /** words of it that stand in titles, and those that stand in none */
  words?: string[]
  unknown?: string[]
  /** the same as a context holds it */
  context: Pick<RequestContext, 'categories' | 'words'>
}

/** Reads searches by what a catalog has: its categories, and the words of its titles. */
export class SearchReader {
  private readonly paths = new Map<string, number>()
  /** index of the path, by the last name of it; of equal names the first one in the catalog */
  private readonly names = new Map<string, number>()
  private readonly words: ReadonlySet<number>

  constructor(private readonly catalog: Pick<CatalogData, 'categories' | 'itemTitle'>) {
    catalog.categories.forEach((path, c) => {
      const name = lower(path.slice(path.lastIndexOf('/') + 1))
      this.paths.set(lower(path), c)
      if (!this.names.has(name)) this.names.set(name, c)
    })
    this.words = new Set(catalog.itemTitle)
  }

  /** A category's path, or its own name, in any case; anything else is taken for words of titles. */
  read(text: string): UnderstoodSearch {
    const found = this.paths.get(lower(text)) ?? this.names.get(lower(text))
    if (found !== undefined) {
      const path = this.catalog.categories[found]
      const categories = categoryPrefixes(path).map((prefix) => this.paths.get(lower(prefix))!)
      return { category: path, context: { categories } }
    }
    const known: string[] = []
    const unknown: string[] = []
    const words: number[] = []
    for (const word of new Set(lower(text).match(/[\p{L}\p{N}]+/gu) ?? [])) {
      const [token] = titleTokens(word)
      if (!this.words.has(token)) unknown.push(word)
      else if (words.push(token) <= TITLE_TOKENS) known.push(word)
    }
    return { words: known, ...(unknown.length > 0 && { unknown }), context: { words } }
  }
}

const lower = (text: string): string => text.trim().toLowerCase()
