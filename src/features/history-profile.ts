import type { HistoryRows } from './history-batch.js'
import type { ItemFeatures } from './item-features.js'
import { CATEGORY_LEVELS } from './snapshot.js'
import type { CatalogData, EventData } from './snapshot.js'

/** Items, categories (of all levels) and advertisers that a profile holds at most: the most frequent ones. */
export const PROFILE_ITEMS = 192
export const PROFILE_CATEGORIES = 128
export const PROFILE_ADVERTISERS = 48

/** What n meetings weigh, by kind. */
const MET = (n: number): number => 1 + Math.log(n) / 4
const ENGAGED = Math.log1p

/** The arrays of the profile's input, named and shaped as src/model/inputs.ts says. */
export type ProfileArrays = Record<string, Float32Array | Int32Array>

/**
 * The whole history at a glance, however long it is: which items, categories and advertisers were ever met, and how
 * often. The transformer reads the last events in detail; a taste shown over a year is told by all of them.
 *
 * Weights for n events: of items log(1 + n), as in the matrix of items and users; of categories and advertisers
 * 1 + log(n) / 4, the form that the log of a smoothed lift, log(1 + n / (a * share)), takes where shares are small. The
 * squares of the weights of one kind sum to 1.
 *
 * @param N rows of the output; fewer rows given leave the rest empty
 */
export class HistoryProfiles {
  private readonly items: Tally
  private readonly categories: Tally
  private readonly advertisers: Tally

  constructor(
    private readonly catalog: Pick<CatalogData, 'items' | 'categories' | 'itemCategory' | 'advertisers'>,
    private readonly features: ItemFeatures,
  ) {
    this.items = new Tally(catalog.items, ENGAGED)
    this.categories = new Tally(catalog.categories.length, MET)
    this.advertisers = new Tally(catalog.advertisers, MET)
  }

  /** @param source where the events are: a snapshot with the catalog of this one */
  fill(
    source: Pick<EventData, 'offsets' | 'eventItem' | 'eventAdvertiser'>,
    rows: Pick<HistoryRows, 'users' | 'ends'>,
    N: number,
  ): ProfileArrays {
    const item = new Int32Array(N * PROFILE_ITEMS)
    const itemWeight = new Float32Array(N * PROFILE_ITEMS)
    const category = new Int32Array(N * PROFILE_CATEGORIES)
    const categoryWeight = new Float32Array(N * PROFILE_CATEGORIES)
    const advertiser = new Int32Array(N * PROFILE_ADVERTISERS * 2)
    const advertiserWeight = new Float32Array(N * PROFILE_ADVERTISERS)
    const { items, categories, advertisers } = this
    const { itemCategory } = this.catalog
    const { categoryRow, advertiser: buckets } = this.features
    for (let k = 0; k < rows.users.length; k++) {
      items.clear()
      categories.clear()
      advertisers.clear()
      for (let e = source.offsets[rows.users[k]]; e < rows.ends[k]; e++) {
        const i = source.eventItem[e]
        items.add(i)
        if (i >= 0) for (let l = 0; l < CATEGORY_LEVELS; l++) categories.add(itemCategory[i * CATEGORY_LEVELS + l])
        advertisers.add(source.eventAdvertiser[e])
      }
      const atItem = k * PROFILE_ITEMS
      items.most(PROFILE_ITEMS, (i, weight, place) => {
        item[atItem + place] = i + 1
        itemWeight[atItem + place] = weight
      })
      const atCategory = k * PROFILE_CATEGORIES
      categories.most(PROFILE_CATEGORIES, (c, weight, place) => {
        category[atCategory + place] = categoryRow[c]
        categoryWeight[atCategory + place] = weight
      })
      const atAdvertiser = k * PROFILE_ADVERTISERS
      advertisers.most(PROFILE_ADVERTISERS, (a, weight, place) => {
        advertiser[2 * (atAdvertiser + place)] = buckets[2 * a]
        advertiser[2 * (atAdvertiser + place) + 1] = buckets[2 * a + 1]
        advertiserWeight[atAdvertiser + place] = weight
      })
    }
    return {
      'profile.item': item,
      'profile.item.weight': itemWeight,
      'profile.category': category,
      'profile.category.weight': categoryWeight,
      'profile.advertiser': advertiser,
      'profile.advertiser.weight': advertiserWeight,
    }
  }
}

/** Counts keys of one history after another without clearing what was not touched. */
class Tally {
  private readonly counts: Uint32Array
  private readonly keys: Int32Array
  private size = 0

  /** @param weigh what n events of a key weigh */
  constructor(
    keys: number,
    private readonly weigh: (n: number) => number,
  ) {
    this.counts = new Uint32Array(keys)
    this.keys = new Int32Array(keys)
  }

  clear(): void {
    for (let k = 0; k < this.size; k++) this.counts[this.keys[k]] = 0
    this.size = 0
  }

  /** -1 is no key. */
  add(key: number): void {
    if (key < 0) return
    if (this.counts[key]++ === 0) this.keys[this.size++] = key
  }

  /** Calls `take` with at most `limit` keys, the most frequent ones, in the order of their first counting. */
  most(limit: number, take: (key: number, weight: number, place: number) => void): void {
    const { counts, weigh } = this
    let kept = this.keys.subarray(0, this.size)
    if (this.size > limit) {
      const place = new Map(Array.from(kept, (key, k) => [key, k]))
      kept = kept
        .slice()
        .sort((a, b) => counts[b] - counts[a] || place.get(a)! - place.get(b)!)
        .subarray(0, limit)
        .sort((a, b) => place.get(a)! - place.get(b)!)
    }
    let squares = 0
    for (const key of kept) squares += weigh(counts[key]) ** 2
    kept.forEach((key, k) => take(key, weigh(counts[key]) / Math.sqrt(squares), k))
  }
}
