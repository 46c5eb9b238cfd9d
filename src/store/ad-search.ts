import type Database from 'better-sqlite3'
import { folded } from '../text/words.js'
import type { AdKind, AdStatus, BidType, CampaignStatus, Origin, Pacing } from './ad-codes.js'

/** Which ads; what is left out says nothing. */
export interface AdFilter {
  /** ids */
  advertiser?: number
  item?: number
  kind?: AdKind
  /** of the ad together with its campaign */
  status?: CampaignStatus
  /** shown there: campaigns that name it, and those that name none */
  country?: string
  /** each of these occurs in a title, an id, a category or the advertiser's name */
  words?: readonly string[]
  /** external id of the one ad */
  ad?: string
}

/** An ad with its campaign, readable. */
export interface AdView {
  ad: string
  kind: AdKind
  advertiser: string
  advertiserName: string | null
  item: string | null
  /** its own, else that of the item */
  title: string | null
  category: string | null
  /** of the ad together with its campaign: what is not active is not shown */
  status: CampaignStatus
  adStatus: AdStatus
  campaign: string
  campaignStatus: CampaignStatus
  bid: number
  bidType: BidType
  dailyBudget: number | null
  pacing: Pacing
  /** unix seconds */
  starts: number | null
  ends: number | null
  countries: string[] | null
  flags: string[] | null
  cap: number | null
  capDays: number | null
  excludeBuyersDays: number | null
  origin: Origin
}

/** What became of an ad, as far as the store knows. */
export interface AdResults {
  impressions: number
  clicks: number
  conversions: number
  /** of the campaign, all days */
  spent: number
  /** of the campaign, the last days on which it spent, latest first: [day since 1970, amount] */
  spend: [day: number, amount: number][]
}

const FROM = `FROM ads d
  JOIN campaigns c ON c.id = d.campaign
  JOIN advertisers a ON a.id = d.advertiser
  LEFT JOIN items i ON i.id = d.item`
const STATUS = "iif(c.status = 'active', d.status, c.status)"
const COLUMNS = `d.external_id ad, iif(d.item IS NULL, 'standard', 'shopping') kind, a.external_id advertiser,
  a.name advertiserName, i.external_id item, coalesce(d.title, i.title) title, coalesce(i.category, d.category) category,
  ${STATUS} status, d.status adStatus, c.external_id campaign, c.status campaignStatus, c.bid, c.bid_type bidType,
  c.daily_budget dailyBudget, c.pacing, c.starts, c.ends, c.countries, c.flags, c.cap, c.cap_days capDays,
  c.exclude_buyers_days excludeBuyersDays, c.origin`
/** What words are looked for in. */
const TEXT = `d.external_id || ' ' || c.external_id || ' ' || a.external_id || ' ' || coalesce(a.name, '') || ' ' ||
  coalesce(d.title, '') || ' ' || coalesce(i.title, '') || ' ' || coalesce(i.category, d.category, '')`

/** Looks ads up for people: with the names of what they speak of. Reads through all ads. */
export class AdSearch {
  constructor(private readonly db: Database.Database) {}

  /** The first ads in order of id, and how many there are. */
  find(filter: AdFilter, limit: number): { total: number; ads: AdView[] } {
    const { sql, values } = conditions(filter)
    const total = this.db.prepare(`SELECT count(*) ${FROM} ${sql}`).pluck().get(values) as number
    const rows = this.db.prepare(`SELECT ${COLUMNS} ${FROM} ${sql} ORDER BY d.id LIMIT ${limit}`).all(values)
    return { total, ads: rows.map(viewOf) }
  }

  /** @param days of spend, the latest */
  results(ad: string, days: number): AdResults {
    const counts = this.db
      .prepare(
        `SELECT count(*) impressions, coalesce(sum(m.clicked), 0) clicks, coalesce(sum(m.converted), 0) conversions
        FROM impressions m WHERE m.ad = (SELECT id FROM ads WHERE external_id = ?)`,
      )
      .get(ad) as Pick<AdResults, 'impressions' | 'clicks' | 'conversions'>
    const ofCampaign = 'FROM spend WHERE campaign = (SELECT campaign FROM ads WHERE external_id = ?)'
    const spent = this.db.prepare(`SELECT coalesce(sum(amount), 0) ${ofCampaign}`).pluck().get(ad) as number
    const spend = this.db
      .prepare(`SELECT day, amount ${ofCampaign} ORDER BY day DESC LIMIT ${days}`)
      .raw()
      .all(ad) as AdResults['spend']
    return { ...counts, spent, spend }
  }
}

function conditions(filter: AdFilter): { sql: string; values: Record<string, string | number> } {
  const { words = [], ...fields } = filter
  const where: string[] = []
  if (fields.ad !== undefined) where.push('d.external_id = :ad')
  if (fields.advertiser !== undefined) where.push('d.advertiser = :advertiser')
  if (fields.item !== undefined) where.push('d.item = :item')
  if (fields.kind !== undefined) where.push(`d.item IS ${fields.kind === 'standard' ? '' : 'NOT '}NULL`)
  if (fields.status !== undefined) where.push(`${STATUS} = :status`)
  if (fields.country !== undefined)
    where.push(
      '(c.countries IS NULL OR EXISTS (SELECT 1 FROM json_each(c.countries) WHERE lower(value) = lower(:country)))',
    )
  const values: Record<string, string | number> = {}
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) values[name] = value
  words.forEach((word, n) => {
    where.push(`instr(folded(${TEXT}), :word${n}) > 0`)
    values[`word${n}`] = folded(word)
  })
  return { sql: where.length > 0 ? `WHERE ${where.join(' AND ')}` : '', values }
}

function viewOf(row: unknown): AdView {
  const { countries, flags, ...rest } = row as Omit<AdView, 'countries' | 'flags'> &
    Record<'countries' | 'flags', string | null>
  return { ...rest, countries: list(countries), flags: list(flags) } as AdView
}

const list = (json: string | null): string[] | null => (json === null ? null : (JSON.parse(json) as string[]))
