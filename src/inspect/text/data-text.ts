import { day } from '../../text/moments.js'
import { count, plural, share } from '../../text/numbers.js'
import { columns } from '../../text/table.js'
import type { DataView, Quantiles } from '../data.js'

/** A log in plain lines. */
export function dataText(view: DataView): string[] {
  const { first, last, byType, steps, repeats, popular } = view
  if (first === null || last === null) return ['There are no events.']
  const row = (name: string, { p10, median, p90, most }: Quantiles): string[] => [
    name,
    ...[p10, median, p90, most].map((x) => count(Math.round(x))),
  ]
  return [
    `${plural(view.events, 'event')} of ${plural(view.users, 'user')}, ${plural(view.items, 'item')} of ` +
      `${plural(view.advertisers, 'advertiser')}; ${day(first)} to ${day(last)}.`,
    '',
    ...columns([
      ['events', '', 'share'],
      ...Object.entries(byType).map(([type, n]) => [type, count(n), share(n / view.events)]),
      ['onsite, of all', '', share(view.onsite)],
    ]),
    ...(steps.length > 0
      ? [
          '',
          ...columns([
            ['of items that a user', 'pairs', 'share'],
            ...steps.map(({ from, to, pairs, share: part }) => [`${from}: later ${to}`, count(pairs), share(part)]),
          ]),
        ]
      : []),
    '',
    ...columns([
      ['of a user', '10 %', 'half', '90 %', 'most'],
      row('events', view.eventsOfUser),
      row('conversions', view.conversionsOfUser),
      row('days from first to last event', view.daysOfUser),
    ]),
    '',
    ...columns([
      ['share of conversions', ''],
      ['on items that the user knew for over a day', share(repeats.item)],
      ['with advertisers known for over a day', share(repeats.advertiser)],
      ['on the best selling 100 items', share(popular.hundred)],
      [`on the best selling 1 % of ${count(popular.convertedItems)} items sold`, share(popular.percent)],
    ]),
    '',
    ...(view.hard.length > 0
      ? ['Hard to beat here:', ...view.hard.map((line) => `  ${line}`)]
      : ['Nothing simple has most of what there is to find here.']),
  ]
}
