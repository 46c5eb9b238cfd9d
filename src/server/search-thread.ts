import { serveThread, threadData } from '../core/thread.js'
import type { AdView } from '../store/ad-search.js'
import type { Match } from '../store/catalog-search.js'
import { openStore } from '../store/open.js'

/** What is looked for, and how many of each kind. */
export interface SearchQuestion {
  words: readonly string[]
  k: number
}

export type Matches = Record<'users' | 'items' | 'advertisers', Match[]>

/** What an advertiser sells and shows, the first of each. */
export interface Assortment {
  items: { total: number; first: Match[] }
  ads: { total: number; first: AdView[] }
}

const store = openStore(threadData<{ folder: string }>().folder, { readonly: true })

const methods = {
  find({ words, k }: SearchQuestion): Matches {
    const of = (table: keyof Matches): Match[] => store.catalogSearch.find(table, words, k)
    return { users: of('users'), items: of('items'), advertisers: of('advertisers') }
  },
  /** @param advertiser id of the store */
  assortment({ advertiser, k }: { advertiser: number; k: number }): Assortment {
    const { total, ads } = store.adSearch.find({ advertiser }, k)
    return { items: store.catalogSearch.itemsOf(advertiser, k), ads: { total, first: ads } }
  },
}

export type SearchThread = typeof methods
serveThread(methods)
