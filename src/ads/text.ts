import { DAY } from '../core/time.js'
import type { AdView } from '../store/ad-search.js'
import type { Removed } from '../store/ads-writer.js'
import { day, isoTime } from '../text/moments.js'
import { count, plural } from '../text/numbers.js'
import { tableLines, type Column } from '../text/table.js'
import { printable, wrap } from '../text/width.js'
import type { Derived } from './derive.js'
import type { AdList, AdPage } from './list.js'

const PAID_FOR = { action: 'an action', click: 'a click', impression: '1,000 impressions' } as const

/** 0.05, 0.125, 12.50, 1,200.00: two decimals, below 1 three digits that count. */
export function money(amount: number): string {
  if (amount > 0 && amount < 0.995) {
    const short = String(Number(amount.toPrecision(3)))
    if (!/^0\.\d$/.test(short)) return short
  }
  return amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
}

const AD_TABLE: Column<AdView>[] = [
  { head: 'ad', value: (r) => r.ad, min: 8, max: 30, weight: 8 },
  { head: 'kind', value: (r) => r.kind, drop: 3 },
  { head: 'title', value: (r) => r.title ?? '-', min: 12, max: 40, weight: 2 },
  { head: 'advertiser', value: (r) => r.advertiserName ?? r.advertiser, min: 6, max: 24, drop: 2, dim: true },
  { head: 'bid', value: (r) => money(r.bid), align: 'right' },
  { head: 'for', value: (r) => r.bidType, drop: 4 },
  { head: 'status', value: (r) => r.status },
  { head: 'origin', value: (r) => r.origin, drop: 1 },
]

/** Ads as lines of at most `width` columns. */
export function adListText({ total, ads, inventory }: AdList, width: number): string[] {
  if (total === 0) return wrap(`None of the ${plural(inventory.ads, 'ad')} is such a one.`, width)
  const lines = tableLines(AD_TABLE, ads, width)
  const all = `${plural(inventory.ads, 'ad')} of ${plural(inventory.campaigns, 'campaign')}`
  const such =
    total > ads.length ? `The first ${count(ads.length)} of ${count(total)} such ads` : `${count(total)} such`
  const { derived = 0 } = inventory.byOrigin
  lines.push('', ...wrap(`${such}; the workspace holds ${all}.`, width))
  if (derived > 0) lines.push(...derivedNote(derived === inventory.ads ? 'They' : `${count(derived)} of them`, width))
  return lines
}

const derivedNote = (who: string, width: number): string[] =>
  wrap(
    `${who} are derived from the catalog (adseq ads derive): no advertiser has made them, and bids follow prices.`,
    width,
  )

/** One ad as lines of at most `width` columns. */
export function adPageText(page: AdPage, width: number): string[] {
  const { kind, origin, status, adStatus, campaignStatus } = page
  const facts: [string, string][] = [
    [
      'kind',
      kind === 'shopping' ? `shopping: promotes item ${page.item}` : 'standard: promotes anything of its advertiser',
    ],
    ['title', page.title ?? '(none)'],
    ['category', page.category ?? 'unknown'],
    ['advertiser', page.advertiserName === null ? page.advertiser : `${page.advertiser}, ${page.advertiserName}`],
    ['status', status === 'active' ? status : `${status} (the ad ${adStatus}, its campaign ${campaignStatus})`],
    ['campaign', page.campaign],
    ['bid', `${money(page.bid)} for ${PAID_FOR[page.bidType]}`],
    [
      'daily budget',
      page.dailyBudget === null
        ? 'no limit'
        : `${money(page.dailyBudget)}, spent ` +
          `${page.pacing === 'even' ? 'evenly over the day' : 'as fast as it can be'}`,
    ],
    ['runs', flight(page)],
    ['countries', page.countries?.join(', ') ?? 'everywhere'],
    ['flags', page.flags?.join(', ') ?? 'none'],
    ['cap', page.cap === null ? 'none' : `${plural(page.cap, 'impression')} a user in ${plural(page.capDays!, 'day')}`],
    [
      'buyers',
      page.excludeBuyersDays === null ? 'see it too' : `do not see it for ${plural(page.excludeBuyersDays, 'day')}`,
    ],
    [
      'origin',
      origin === 'derived' ? 'derived from the catalog (adseq ads derive): no advertiser has made it' : origin,
    ],
    [
      'results',
      `${plural(page.impressions, 'impression')}, ${plural(page.clicks, 'click')}, ` +
        `${plural(page.conversions, 'conversion')}`,
    ],
    [
      'spent',
      `${money(page.spent)} by its ` +
        `campaign${page.spend.length > 0 ? `: ${page.spend.map(([at, amount]) => `${day(at * DAY)} ${money(amount)}`).join(', ')}` : ''}`,
    ],
  ]
  const indent = Math.max(...facts.map(([name]) => name.length)) + 2
  const lines = wrap(printable(`ad ${page.ad}`), width)
  for (const [name, value] of facts)
    wrap(printable(value), width - indent).forEach((line, n) => lines.push((n === 0 ? name : '').padEnd(indent) + line))
  return lines
}

function flight({ starts, ends }: AdView): string {
  if (starts === null && ends === null) return 'always'
  const from = starts === null ? '' : `from ${isoTime(starts)}`
  const to = ends === null ? '' : `until ${isoTime(ends)}`
  return [from, to].filter(Boolean).join(' ')
}

/** What `adseq ads derive --remove` did. */
export const removedText = ({ ads, campaigns, impressions }: Removed, width: number): string[] =>
  wrap(
    ads === 0
      ? 'There were no derived ads.'
      : `Taken out: ${plural(ads, 'derived ad')} of ${plural(campaigns, 'campaign')}, ` +
          `${plural(impressions, 'impression')}.`,
    width,
  )

/** What was derived, and where bids come from. */
export function derivedText(derived: Derived, width: number): string[] {
  const { ads, standard, shopping, campaigns, added, removed, share, bidsFrom, medianPrice } = derived
  const { ownPrices, catalogPrices, nothing } = bidsFrom
  const percent = `${Number((share * 100).toPrecision(6))} %`
  const lines = [
    `${plural(ads, 'ad')} of ${plural(campaigns, 'campaign')} derived from the catalog: ${count(standard)} standard, ` +
      `${count(shopping)} shopping; ${plural(added.ads, 'new ad')}, ${plural(added.campaigns, 'new campaign')}.`,
  ]
  if (removed.ads > 0)
    lines.push(
      `Taken out: ${plural(removed.ads, 'ad')}, ${plural(removed.campaigns, 'campaign')}, ` +
        `${plural(removed.impressions, 'impression')}.`,
    )
  if (ownPrices > 0)
    lines.push(
      `Bids for an action: ${percent} of the median price of the advertiser's items ` +
        `(${plural(ownPrices, 'advertiser')}).`,
    )
  if (catalogPrices > 0)
    lines.push(
      `${plural(catalogPrices, 'advertiser')} without prices: ${percent} of the catalog's median price, ` +
        `${money(medianPrice!)}.`,
    )
  if (nothing > 0) lines.push('The catalog has no prices: every bid is 1.')
  return lines.flatMap((line) => wrap(line, width))
}
