import { tableLines, type Column } from '../../text/table.js'
import type { Activity, AdvertiserView, Buyer, ItemCard, ItemView, Neighbour } from '../types.js'
import { categoryEnd, sellerOf, titleOf } from './words.js'
import { plural, price, count } from '../../text/numbers.js'
import { day } from '../../text/moments.js'
import { printable } from '../../text/width.js'

const CARD_COLUMNS = [
  { head: 'title', value: titleOf, weight: 3, min: 12, max: 48 },
  { head: 'advertiser', value: sellerOf, min: 6, max: 20, drop: 2, dim: true },
  { head: 'category', value: (r: ItemCard) => categoryEnd(r.category), min: 8, max: 28, drop: 3, dim: true },
  { head: 'price', value: (r: ItemCard) => price(r.price), align: 'right' as const, drop: 1 },
  { head: 'item', value: (r: ItemCard) => r.item ?? '' },
]

const RANK = { head: '#', value: (r: { rank: number }) => String(r.rank), align: 'right' as const }
const SCORE = { head: 'cosine', value: (r: { score: number }) => r.score.toFixed(3), align: 'right' as const }

/** @param other the space that the second rank is from */
export const neighbourColumns = (other: string): Column<Neighbour>[] => [
  RANK,
  { head: other, value: (r) => (r.other === null ? '-' : count(r.other)), align: 'right', drop: 4 },
  SCORE,
  ...CARD_COLUMNS,
]

export const BUYER_COLUMNS: Column<Buyer>[] = [
  { head: 'user', value: (b) => b.user, max: 30 },
  { head: 'conversions', value: (b) => count(b.conversions), align: 'right' },
  { head: 'last', value: (b) => day(b.last) },
]

/** Of an advertiser. */
export const CATEGORY_COLUMNS: Column<AdvertiserView['categories'][number]>[] = [
  { head: 'items', value: (c) => count(c.items), align: 'right' },
  { head: 'category', value: (c) => c.category, min: 20 },
]
export const BEST_COLUMNS: Column<AdvertiserView['topItems'][number]>[] = [
  { head: 'conversions', value: (r) => count(r.conversions), align: 'right' },
  ...CARD_COLUMNS.filter((c) => c.head !== 'advertiser'),
]
export const NEAREST_ADVERTISERS: Column<AdvertiserView['nearest'][number]>[] = [
  RANK,
  SCORE,
  { head: 'advertiser', value: sellerOf, min: 8, max: 48 },
]

/** An item's page as plain lines of at most `width` columns. */
export function itemText(view: ItemView, width: number): string[] {
  const lines = [
    printable(`item ${view.item}   ${view.title ?? '(no title)'}`),
    printable(
      `advertiser ${sellerOf(view) || 'unknown'}   category ${view.category ?? 'unknown'}   price ` +
        `${price(view.price) || 'unknown'}`,
    ),
    '',
  ]
  lines.push(...activityLines(view.activity, 'items'), '')
  if (view.itemRun === null) lines.push('NEAREST ITEMS', '  there is no trained item model: adseq train item', '')
  else {
    lines.push(
      `NEAREST ITEMS by item vectors of ${view.itemRun}`,
      ...tableLines(neighbourColumns('graph'), view.nearest, width),
      '',
    )
    lines.push(
      `NEAREST ITEMS by graph vectors of the same run${view.inGraph === false ? ' (its own: from metadata)' : ''}`,
    )
    lines.push(
      ...(view.nearestInGraph === null
        ? ['  it has no graph vector']
        : tableLines(neighbourColumns('tower'), view.nearestInGraph, width)),
      '',
    )
  }
  lines.push(
    'WHO BOUGHT IT',
    ...(view.buyers.length > 0 ? tableLines(BUYER_COLUMNS, view.buyers, width) : ['  nobody yet']),
  )
  return lines
}

/** An advertiser's page as plain lines of at most `width` columns. */
export function advertiserText(view: AdvertiserView, width: number): string[] {
  const name = view.advertiserName === null ? '' : `   ${view.advertiserName}`
  const lines = [printable(`advertiser ${view.advertiser}${name}`)]
  lines.push(
    `${plural(view.items, 'item')}${view.medianPrice === null ? '' : `, median price ${price(view.medianPrice)}`}`,
    '',
  )
  lines.push(...activityLines(view.activity, 'advertisers'), '')
  lines.push(
    'CATEGORIES',
    ...(view.categories.length > 0 ? tableLines(CATEGORY_COLUMNS, view.categories, width) : ['  unknown']),
    '',
  )
  lines.push(
    'BEST ITEMS',
    ...(view.topItems.length > 0 ? tableLines(BEST_COLUMNS, view.topItems, width) : ['  none']),
    '',
  )
  lines.push(
    `NEAREST ADVERTISERS${view.advertiserRun === null ? '' : ` by advertiser vectors of ${view.advertiserRun}`}`,
  )
  lines.push(
    ...(view.advertiserRun === null
      ? ['  there is no trained advertiser model: adseq train advertiser']
      : tableLines(NEAREST_ADVERTISERS, view.nearest, width)),
  )
  return lines
}

/** What happens around an item or advertiser, in two lines. */
export function activityLines(a: Activity, among: string): string[] {
  if (a.events === 0) return ['no event yet']
  const types = Object.entries(a.byType).map(([type, n]) => `${type} ${count(n ?? 0)}`)
  return [
    `${plural(a.events, 'event')} of ${plural(a.users, 'user')} from ${day(a.firstSeen!)} to ` +
      `${day(a.lastSeen!)}: ${types.join(', ')}`,
    `${plural(a.conversions, 'conversion')}, place ${count(a.rank)} of ${count(a.of)} ${among}`,
  ]
}
