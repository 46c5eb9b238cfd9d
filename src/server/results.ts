import type { ItemRecord } from '../store/catalog.js'
import { isoTime } from '../text/moments.js'
import type { ServerStore } from './context.js'
import type { Scored } from './retrieval.js'
import type { ServedGeneration } from './serving.js'

/** Where a result comes from: which generation and runs, and what its vectors know. */
export interface Provenance {
  generation: string
  itemRun: string
  advertiserRun: string | null
  /** ingest number that user vectors are read at or below */
  seq: number
  /** ISO time of the last event that the item vectors know of */
  asOf: string
}

export interface RankedItem {
  rank: number
  item: string
  title: string | null
  category: string | null
  price: number | null
  advertiser: string | null
  advertiserName: string | null
  /** cosine of user and item vector, plus popularity and own history by the published weights */
  score: number
  source: 'item-model'
}

export interface RankedAdvertiser {
  rank: number
  advertiser: string
  name: string | null
  /** the same of the advertiser */
  score: number
  source: 'advertiser-model'
}

export function provenance({ row, retrieval }: ServedGeneration): Provenance {
  return {
    generation: row.id,
    itemRun: row.itemRun!,
    advertiserRun: row.advertiserRun ?? null,
    seq: row.seq,
    asOf: isoTime(retrieval.facts.asOf),
  }
}

/** An item by the names it has outside. */
export const aboutItem = (item: ItemRecord) => ({
  item: item.externalId,
  title: item.title ?? null,
  category: item.category ?? null,
  price: item.price ?? null,
  advertiser: item.advertiserExternalId ?? null,
  advertiserName: item.advertiserName ?? null,
})

/** Scored items by the names they have outside. */
export function rankItems(store: ServerStore, { indices, scores }: Scored): RankedItem[] {
  return Array.from(indices, (index, i) => {
    const item = store.item(index + 1)
    if (!item) throw new Error(`The index holds item ${index + 1}, the store does not.`)
    return {
      rank: i + 1,
      ...aboutItem(item),
      score: scores[i],
      source: 'item-model' as const,
    }
  })
}

/** Scored advertisers by the names they have outside. */
export function rankAdvertisers(store: ServerStore, { indices, scores }: Scored): RankedAdvertiser[] {
  return Array.from(indices, (index, i) => {
    const advertiser = store.advertiser(index + 1)
    if (!advertiser) throw new Error(`The candidates hold advertiser ${index + 1}, the store does not.`)
    return {
      rank: i + 1,
      advertiser: advertiser.externalId,
      name: advertiser.name ?? null,
      score: scores[i],
      source: 'advertiser-model' as const,
    }
  })
}
