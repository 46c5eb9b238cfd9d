import { tableLines, type Column } from '../../text/table.js'
import type { PulledBy, WhyView } from '../types.js'
import { sellerOf, titleOf } from './words.js'
import { plural, price, count } from '../../text/numbers.js'
import { day } from '../../text/moments.js'
import { printable } from '../../text/width.js'

/** Rows shown of what pulls, and of what pushes away. */
const PULLS = 15
const PUSHES = 5

/** What pulled an entry, as plain lines of at most `width` columns. */
export function whyText(view: WhyView, width: number): string[] {
  const { entry, rank, of, score, whose, kind, by, reads, historyEvents, tried, groups } = view
  const name =
    kind === 'item'
      ? `item ${entry.item}   ${entry.title ?? '(no title)'}${price(entry.price) && `   ${price(entry.price)}`}`
      : `advertiser ${entry.advertiser}${entry.advertiserName === null ? '' : `   ${entry.advertiserName}`}`
  const lines = [
    printable(name),
    `place ${count(rank)} of ${count(of)} for ${whose}, score ${score.toFixed(3)}, by ${view.run}`,
    '',
  ]
  const columns: Column<PulledBy>[] = [
    { head: 'score', value: (r) => `${r.pull >= 0 ? '+' : '-'}${Math.abs(r.pull).toFixed(3)}`, align: 'right' },
    { head: 'without', value: (r) => (r.rankWithout === rank ? 'same' : count(r.rankWithout)), align: 'right' },
    { head: 'events', value: (r) => count(r.events), align: 'right' },
    { head: 'last', value: (r) => day(r.last) },
    { head: 'type', value: (r) => r.types.join(', '), max: 24, min: 8, drop: 3 },
    { head: 'title', value: titleOf, weight: 3, min: 12, max: 60 },
    { head: 'advertiser', value: sellerOf, min: 6, max: 20, drop: 2 },
    { head: 'item', value: (r) => r.item ?? '', max: 24, drop: 4 },
  ]
  const pulls = view.pulls.filter(({ pull }) => pull > 0).slice(0, PULLS)
  const pushes = view.pulls
    .filter(({ pull }) => pull < 0)
    .reverse()
    .slice(0, PUSHES)
  lines.push('PULLED UP BY', ...(pulls.length > 0 ? tableLines(columns, pulls, width) : ['  no event']), '')
  if (pushes.length > 0) lines.push('PUSHED DOWN BY', ...tableLines(columns, pushes, width), '')
  const what = by === 'item' ? 'all events of one item' : 'all events of one moment'
  lines.push(
    `score: its loss without ${what}; without: its place then`,
    `the model reads the latest ${count(reads)} of ${plural(historyEvents, 'event')}: ` +
      `${plural(groups, by)}${tried < groups ? `, the latest ${count(tried)} tried` : ''}`,
  )
  return lines
}
