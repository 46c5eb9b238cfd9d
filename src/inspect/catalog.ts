import { entityId } from '../store/entity-id.js'
import type { ItemCard, Names } from './types.js'

const BLANK: ItemCard = { item: null, title: null, advertiser: null, advertiserName: null, category: null, price: null }

/** The card of item index i (from 0; -1 = no item), with the event's own advertiser index where there is no item. */
export function card(names: Names, item: number, advertiser = -1): ItemCard {
  if (item >= 0) {
    const { externalId, ...rest } = names.item(item + 1)
    return { item: externalId, ...rest }
  }
  if (advertiser < 0) return { ...BLANK }
  const { externalId, name } = names.advertiser(advertiser + 1)
  return { ...BLANK, advertiser: externalId, advertiserName: name }
}

/** External id and name of advertiser index a (from 0). */
export function advertiserCard(names: Names, a: number): { advertiser: string; advertiserName: string | null } {
  const { externalId, name } = names.advertiser(a + 1)
  return { advertiser: externalId, advertiserName: name }
}

/**
 * Index (from 0) of an external id, or of words of a title or name. @throws UserError where nothing fits, or several do
 */
export function indexOf(names: Names, kind: 'user' | 'item' | 'advertiser', typed: string): number {
  return entityId(names, kind, typed) - 1
}
