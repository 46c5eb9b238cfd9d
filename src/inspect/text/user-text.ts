import { tableLines, type Column } from '../../text/table.js'
import type { HistoryRow, ItemCard, NextPurchase, RetrievedAdvertiser, RetrievedItem, UserView } from '../types.js'
import { categoryEnd, sellerOf, titleOf } from './words.js'
import { plural, price, count } from '../../text/numbers.js'
import { minute } from '../../text/moments.js'
import { printable } from '../../text/width.js'

/** To be copied into `adseq try`; the first to go where there is no room. */
const ITEM_ID = { head: 'item', value: (r: ItemCard) => r.item ?? '', max: 24, drop: 5, dim: true }

export const HISTORY_COLUMNS: Column<HistoryRow>[] = [
  { head: 'time (UTC)', value: (r) => minute(r.time), dim: true },
  { head: 'event', value: (r) => r.type },
  { head: 'title', value: titleOf, weight: 3, min: 12, max: 48 },
  { head: 'advertiser', value: sellerOf, min: 6, max: 20, drop: 2, dim: true },
  { head: 'category', value: (r) => categoryEnd(r.category), min: 8, max: 28, drop: 3, dim: true },
  { head: 'price', value: (r) => price(r.price), align: 'right', drop: 1 },
  ITEM_ID,
]

export const ITEM_COLUMNS: Column<RetrievedItem>[] = [
  { head: '#', value: (r) => String(r.rank), align: 'right' },
  { head: 'next', value: (r) => (r.boughtNext ? '✓' : '') },
  { head: 'before', value: (r) => (r.boughtBefore > 0 ? `${r.boughtBefore}×` : ''), align: 'right' },
  { head: 'title', value: titleOf, weight: 3, min: 12, max: 48 },
  { head: 'advertiser', value: sellerOf, min: 6, max: 20, drop: 2, dim: true },
  { head: 'category', value: (r) => categoryEnd(r.category), min: 8, max: 28, drop: 3, dim: true },
  { head: 'price', value: (r) => price(r.price), align: 'right', drop: 1 },
  { head: 'score', value: (r) => r.score.toFixed(3), align: 'right' },
  ITEM_ID,
]

export const ADVERTISER_COLUMNS: Column<RetrievedAdvertiser>[] = [
  { head: '#', value: (r) => String(r.rank), align: 'right' },
  { head: 'next', value: (r) => (r.boughtNext ? '✓' : '') },
  { head: 'before', value: (r) => (r.boughtBefore > 0 ? `${r.boughtBefore}×` : ''), align: 'right' },
  { head: 'advertiser', value: (r) => r.advertiserName ?? r.advertiser, min: 8, max: 40 },
  { head: 'score', value: (r) => r.score.toFixed(3), align: 'right' },
]

export const NEXT_COLUMNS: Column<NextPurchase>[] = [
  { head: 'rank', value: (r) => (r.rank === null ? '-' : count(r.rank)), align: 'right' },
  {
    head: 'adv. rank',
    value: (r) => (r.advertiserRank === null ? '-' : count(r.advertiserRank)),
    align: 'right',
    drop: 4,
    dim: true,
  },
  { head: 'again', value: (r) => (r.repeat ? '↻' : '') },
  { head: 'event', value: (r) => (r.conversions > 1 ? `${r.type} ${r.conversions}×` : r.type) },
  { head: 'title', value: titleOf, weight: 3, min: 12, max: 48 },
  { head: 'advertiser', value: sellerOf, min: 6, max: 20, drop: 2, dim: true },
  { head: 'category', value: (r) => categoryEnd(r.category), min: 8, max: 28, drop: 3, dim: true },
  { head: 'price', value: (r) => price(r.price), align: 'right', drop: 1 },
  ITEM_ID,
]

/** A user's page as plain lines of at most `width` columns; `most` rows of what was bought next. */
export function userText(view: UserView, width: number, most = 15): string[] {
  const served = view.generation !== null
  const asked = view.itemBy !== null || view.advertiserBy !== null
  const lines = [
    `user ${printable(view.user)}   ${plural(view.historyEvents, 'event')} up to ${minute(view.moment)} ` +
      `UTC${asked && !served ? ', the cutoff' : ''}`,
    '',
  ]
  lines.push(view.history.length < view.historyEvents ? `HISTORY, the latest ${view.history.length}` : 'HISTORY')
  lines.push(
    ...(view.history.length > 0
      ? tableLines(HISTORY_COLUMNS, view.history, width)
      : ['  no event: nothing to go by, so nothing is recommended']),
    '',
  )
  lines.push(`RECOMMENDED ITEMS${from(view.itemBy, view.itemRun)}`)
  lines.push(
    ...(view.itemBy === null
      ? [noModel('item')]
      : view.items.length > 0
        ? tableLines(withoutNext(ITEM_COLUMNS, served), view.items, width)
        : ['  none']),
    '',
  )
  lines.push(`RECOMMENDED ADVERTISERS${from(view.advertiserBy, view.advertiserRun)}`)
  lines.push(
    ...(view.advertiserBy === null
      ? [noModel('advertiser')]
      : view.advertisers.length > 0
        ? tableLines(withoutNext(ADVERTISER_COLUMNS, served), view.advertisers, width)
        : ['  none']),
    '',
  )
  if (served) return [...lines, 'before 3×: three conversions in the history']
  lines.push('BOUGHT NEXT', nextSummary(view))
  if (view.next.length > 0) lines.push(...tableLines(NEXT_COLUMNS, view.next.slice(0, most), width))
  if (view.next.length > most) lines.push(`  and ${count(view.next.length - most)} more (--json lists all)`)
  lines.push(
    '',
    `next ✓: converted on in the ${view.windowDays} days after the cutoff`,
    'before 3×: three conversions in the history   again ↻: also before the cutoff',
  )
  return lines
}

/** What is served now has no window after it, in which something was bought next. */
const withoutNext = <T>(columns: Column<T>[], served: boolean): Column<T>[] =>
  served ? columns.filter(({ head }) => head !== 'next') : columns

/** "12 conversions in 30 days: 3 in the top 10, 5 in the top 100" */
export function nextSummary(view: UserView): string {
  const all = `${plural(view.nextConversions, 'conversion')} in ${view.windowDays} days`
  if (view.hits === null || view.nextConversions === 0) return all
  const hits = Object.entries(view.hits).sort((a, b) => Number(a[0]) - Number(b[0]))
  return `${all}: ${hits.map(([k, n]) => `${count(n)} in the top ${k}`).join(', ')}`
}

/** " by transformer + history (item-20260131-101500-a1b2)" */
export const from = (by: string | null, run: string | null): string =>
  by === null ? '' : ` by ${by}${run === null || run === by ? '' : ` (${run})`}`

const noModel = (kind: string): string => `  there is no trained ${kind} model: adseq train ${kind}`
