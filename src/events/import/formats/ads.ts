import { UserError } from '../../../core/errors.js'
import { AD_COLUMNS, adRows, IMPRESSION_COLUMNS, impressionRows } from '../ad-rows.js'
import type { FileHead } from '../file-head.js'
import type { Format, FormatOptions, Matched } from '../format.js'
import type { FileImport } from '../import-file.js'
import type { Mapping } from '../mapping.js'
import type { Rejects } from '../rejects.js'
import { checkColumns, findColumns, spelledImport, type FoundColumns, type Spellings } from '../spelled-columns.js'

export type AdsRole = 'ads' | 'impressions'

const AD_NEEDS = { ad: 'the id of an ad' }
const IMPRESSION_NEEDS = { user: 'who saw the ad', ad: 'which ad was shown', time: 'when it was shown' }

/** Ads with their campaigns, of any layout. */
export const ads: Format = {
  name: 'ads',
  summary: 'Ads with their campaigns, CSV, JSON or Parquet, by their column names or mapped (--map)',
  files:
    'Give a file with a row an ad: ad, advertiser, item, title, category, campaign, bid, bid_type, daily_budget, ' +
    'pacing, status, starts, ends, countries, flags, cap, cap_days, exclude_buyers_days, ad_status (docs/ads.md).',
  special: [],
  mapsTypes: false,
  columns: Object.keys(AD_COLUMNS),
  role(head, { mapping }) {
    const found = findColumns(head, AD_COLUMNS, mapping.columns)
    if (adsRole(head) === 'impressions' && mapping.columns.ad === undefined)
      throw new UserError(`${head.place.name} holds impressions.`, `adseq import impressions ${head.name}`)
    checkColumns(head, found, AD_NEEDS, mapping.columns)
    return 'ads'
  },
  steps: (files, { mapping, say }) =>
    Promise.resolve(files.map((file) => ({ file: adsFile(file, 'ads', mapping.columns, say) }))),
}

/** Ads that were shown, of any layout. */
export const impressions: Format = {
  name: 'impressions',
  summary: 'Ads that users were shown, CSV, JSON or Parquet, by their column names or mapped (--map)',
  files:
    'Give a file with a row an impression: user, ad, time, position, propensity, clicked, converted, spend ' +
    '(docs/ads.md).',
  special: [],
  mapsTypes: false,
  columns: Object.keys(IMPRESSION_COLUMNS),
  role(head, { mapping }) {
    const found = findColumns(head, IMPRESSION_COLUMNS, mapping.columns)
    checkColumns(head, found, IMPRESSION_NEEDS, mapping.columns)
    return 'impressions'
  },
  steps: (files, { mapping, say }) =>
    Promise.resolve(files.map((file) => ({ file: adsFile(file, 'impressions', mapping.columns, say) }))),
}

/** What a file holds that is given among events, items and users: ads, impressions, or none of them. */
export function adsRole(head: FileHead): AdsRole | undefined {
  const titles = head.header.map((title) => title.toLowerCase())
  const has = (spellings: Spellings, ...columns: string[]): boolean => {
    const found = findColumns(head, spellings, {})
    return columns.every((one) => found[one] !== undefined)
  }
  if (['event_type', 'user_id', 'user'].every((title) => !titles.includes(title)))
    return has(AD_COLUMNS, 'ad', 'campaign', 'bid') ? 'ads' : undefined
  const isEvent = ['event_type', 'item_id', 'advertiser_id'].some((title) => titles.includes(title))
  return !isEvent && has(IMPRESSION_COLUMNS, 'user', 'ad', 'time') ? 'impressions' : undefined
}

/** How a file of ads, or of impressions, is read. @param columns of the mapping */
export function adsFile(
  file: Matched,
  role: AdsRole,
  columns: Mapping['columns'],
  say: FormatOptions['say'],
): FileImport {
  const spellings = role === 'ads' ? AD_COLUMNS : IMPRESSION_COLUMNS
  const found = findColumns(file.head, spellings, columns)
  sayUnread(file, found, say)
  return role === 'ads'
    ? spelledImport(file, found, AD_COLUMNS, { format: role, kind: role, rows: adRows, mend })
    : spelledImport(file, found, IMPRESSION_COLUMNS, { format: role, kind: role, rows: impressionRows, mend })
}

/** A column under another name would be left out in silence. */
function sayUnread({ head, source }: Matched, found: FoundColumns, say: FormatOptions['say']): void {
  const read = new Set(Object.values(found))
  const unread = head.header.filter((title) => title !== '' && !read.has(title) && !head.inner.has(title))
  if (unread.length === 0) return
  const names = unread.slice(0, 12).join(', ').slice(0, 200)
  say(`${source.name}: columns that are not read: ${names}${unread.length > 12 ? ' ...' : ''}.`)
}

/** What to do about rows that are rejected. */
function mend(rejects: Rejects): string {
  const unknown = Object.keys(rejects.reasons).some((reason) => /not in the catalog|is not known/.test(reason))
  return unknown
    ? 'Import what they speak of first (adseq import csv items.csv; ads before impressions), or mend the mapping ' +
        '(--map)'
    : 'Mend the mapping (--map)'
}
