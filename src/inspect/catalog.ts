import { UserError } from '../core/errors.js'
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

const SHOW = { user: 'v_history for users', item: 'the table items', advertiser: 'the table advertisers' } as const

/** Index (from 0) of an external id. @throws UserError when the workspace does not have it */
export function indexOf(names: Names, kind: 'user' | 'item' | 'advertiser', externalId: string): number {
  const id =
    kind === 'user'
      ? names.userId(externalId)
      : kind === 'item'
        ? names.itemId(externalId)
        : names.advertiserId(externalId)
  if (id === undefined || id <= 0) {
    throw new UserError(
      `There is no ${kind} ${externalId} in this workspace.`,
      `Ids are those of the imported files; sqlite3 adseq.db lists them (${SHOW[kind]}), and \`adseq tui\` picks ` +
        'users at random.',
    )
  }
  return id - 1
}
