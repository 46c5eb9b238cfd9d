import { printable } from '../../text/width.js'
import type { ItemCard } from '../types.js'

/** What names an item best: its title, else its id; an event without item is named by its advertiser alone. */
export function titleOf(card: ItemCard): string {
  return printable(card.title ?? card.item ?? '(no item)')
}

/** The advertiser's name, else its id. */
export function sellerOf(card: { advertiser: string | null; advertiserName: string | null }): string {
  return printable(card.advertiserName ?? card.advertiser ?? '')
}

/** The last part of a category path, which says most: "GROCERY/FROZEN/ICE" -> "ICE". */
export function categoryEnd(category: string | null): string {
  return category === null ? '' : (category.split('/').pop() ?? '')
}

/** All that is known of an item in one line: "title · item 12 · advertiser 3 · 2.50 · A/B/C". */
export function cardLine(card: ItemCard): string {
  const parts = [
    titleOf(card),
    card.item === null ? null : `item ${card.item}`,
    sellerOf(card) && `advertiser ${sellerOf(card)}`,
    card.price === null ? null : card.price.toFixed(2),
    card.category,
  ]
  return printable(parts.filter((part) => part !== null && part !== '').join(' · '))
}
