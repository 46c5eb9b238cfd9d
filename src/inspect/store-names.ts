import type { Store } from '../store/store.js'
import type { Names } from './types.js'

/** The names of a workspace, read from its store when they are asked for. */
export function storeNames(store: Store): Names {
  const known = <T>(record: T | undefined, what: string): T => {
    if (record === undefined) throw new Error(`The store has no ${what}, though the snapshot does.`)
    return record
  }
  return {
    userId: (externalId) => store.userId(externalId),
    itemId: (externalId) => store.itemId(externalId),
    advertiserId: (externalId) => store.advertiserId(externalId),
    named: (table, words, limit) => store.named(table, words, limit),
    user: (id) => ({ externalId: known(store.user(id), `user ${id}`).externalId }),
    item(id) {
      const item = known(store.item(id), `item ${id}`)
      return {
        externalId: item.externalId,
        title: item.title ?? null,
        advertiser: item.advertiserExternalId ?? null,
        advertiserName: item.advertiserName ?? null,
        category: item.category ?? null,
        price: item.price ?? null,
      }
    },
    advertiser(id) {
      const { externalId, name } = known(store.advertiser(id), `advertiser ${id}`)
      return { externalId, name: name ?? null }
    },
  }
}
