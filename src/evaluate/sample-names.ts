import type { Store } from '../store/store.js'
import type { Sample } from './samples.js'

/** What the catalog says of an item or an advertiser; null where it is silent. */
export interface EntryCard {
  /** as in the imported data */
  externalId: string
  title: string | null
  /** category path */
  category: string | null
  /** name of an item's advertiser, else its id */
  advertiser: string | null
  price: number | null
}

/** What a reader sees instead of indices. */
export interface SampleNames {
  user(index: number): string
  /** in one line: "thing number 3 [i3] c1, a1" */
  entry(index: number): string
  card(index: number): EntryCard
  /** of an item, also where advertisers are judged */
  item(index: number): EntryCard
  /** of an advertiser, also where items are judged */
  advertiser(index: number): EntryCard
}

/** Reads the names of everything that samples show; the store may be closed after. */
export function readNames(store: Store, kind: 'item' | 'advertiser', samples: readonly Sample[]): SampleNames {
  const users = new Map(samples.map(({ user }) => [user, store.user(user + 1)?.externalId ?? String(user)]))
  const [items, advertisers] = [new Map<number, EntryCard>(), new Map<number, EntryCard>()]
  const [cards, read] = kind === 'item' ? [items, itemCard] : [advertisers, advertiserCard]
  for (const { history, results, bought, groups } of samples) {
    for (const { id } of [...history, ...results, ...bought])
      if (id >= 0 && !cards.has(id)) cards.set(id, read(store, id))
    for (const { item, advertiser } of groups) {
      if (item >= 0) items.set(item, itemCard(store, item))
      else if (advertiser >= 0) advertisers.set(advertiser, advertiserCard(store, advertiser))
    }
  }
  return {
    user: (index) => users.get(index)!,
    entry: (index) => line(cards.get(index)!),
    card: (index) => cards.get(index)!,
    item: (index) => items.get(index)!,
    advertiser: (index) => advertisers.get(index)!,
  }
}

function itemCard(store: Store, index: number): EntryCard {
  const item = store.item(index + 1)
  return {
    externalId: item?.externalId ?? String(index),
    title: item?.title ?? null,
    category: item?.category ?? null,
    advertiser: item?.advertiserName ?? item?.advertiserExternalId ?? null,
    price: item?.price ?? null,
  }
}

function advertiserCard(store: Store, index: number): EntryCard {
  const advertiser = store.advertiser(index + 1)
  return {
    externalId: advertiser?.externalId ?? String(index),
    title: advertiser?.name ?? null,
    category: null,
    advertiser: null,
    price: null,
  }
}

function line({ externalId, title, category, advertiser }: EntryCard): string {
  const about = [category, advertiser].filter(Boolean).join(', ')
  return `${title ?? ''} [${externalId}]${about ? ` ${about}` : ''}`.trim()
}
