import type Database from 'better-sqlite3'
import type { AdStatus, BidType, CampaignStatus, Origin, Pacing } from './ad-codes.js'

/** What a campaign is told to do. Null: no limit, or none. */
export interface CampaignFields {
  /** id of the advertiser */
  advertiser: number
  status: CampaignStatus
  /** above 0, in the currency of the data; of an impression bid for 1,000 of them */
  bid: number
  bidType: BidType
  dailyBudget: number | null
  pacing: Pacing
  /** unix seconds: it runs from `starts` on and before `ends` */
  starts: number | null
  ends: number | null
  countries: readonly string[] | null
  /** policy flags such as alcohol, gambling, political */
  flags: readonly string[] | null
  /** at most `cap` impressions a user in `capDays` days */
  cap: number | null
  capDays: number | null
  /** not shown to users who converted on the advertiser (standard) or item (shopping) within so many days */
  excludeBuyersDays: number | null
  origin: Origin
}

/** A campaign that nothing is said of but who bids, and how much: always, everywhere, without limits. */
export const UNLIMITED: Omit<CampaignFields, 'advertiser' | 'bid' | 'origin'> = {
  status: 'active',
  bidType: 'action',
  dailyBudget: null,
  pacing: 'even',
  starts: null,
  ends: null,
  countries: null,
  flags: null,
  cap: null,
  capDays: null,
  excludeBuyersDays: null,
}

export interface CampaignRecord extends CampaignFields {
  id: number
  externalId: string
}

export interface AdFields {
  /** ids of the campaign and of its advertiser */
  campaign: number
  advertiser: number
  /** id of the item that a shopping ad promotes; null: a standard ad */
  item: number | null
  title: string | null
  /** category path of the landing page */
  category: string | null
  status: AdStatus
}

export interface AdRecord extends AdFields {
  id: number
  externalId: string
}

export interface AdCounts {
  ads: number
  campaigns: number
  impressions: number
}

/** Columns of `scanCampaigns`, in order of id; countries and flags as JSON arrays. */
export type CampaignRow = [
  id: number,
  status: CampaignStatus,
  bid: number,
  bidType: BidType,
  dailyBudget: number | null,
  pacing: Pacing,
  starts: number | null,
  ends: number | null,
  countries: string | null,
  flags: string | null,
  cap: number | null,
  capDays: number | null,
  excludeBuyersDays: number | null,
  origin: Origin,
]

/** Columns of `scanAds`, in order of id; item 0: a standard ad. */
export type AdRow = [
  id: number,
  campaign: number,
  advertiser: number,
  item: number,
  category: string | null,
  status: AdStatus,
]

/** Columns of `scanImpressions`, in order of seq. */
export type ImpressionRow = [
  seq: number,
  user: number,
  ad: number,
  time: number,
  position: number | null,
  propensity: number | null,
  clicked: number,
  converted: number,
]

/** Columns of `cards`: an ad with the names of what it promotes. */
export type AdCard = [
  externalId: string,
  title: string | null,
  /** ids; item 0: a standard ad */
  item: number,
  advertiser: number,
  itemExternalId: string | null,
  itemTitle: string | null,
  itemPrice: number | null,
  advertiserExternalId: string | null,
  advertiserName: string | null,
]

const PAGE = 10_000

/** The ads inventory: campaigns, their ads, what they spent, and what was shown to whom. */
export class Ads {
  private readonly versionNow: Database.Statement
  private readonly oneCampaign: Database.Statement
  private readonly oneAd: Database.Statement
  private readonly cardsOf: Database.Statement
  private readonly campaignPage: Database.Statement
  private readonly adPage: Database.Statement
  private readonly impressionPage: Database.Statement
  private readonly spentOnDay: Database.Statement
  private readonly seen: Database.Statement
  private readonly lastIds: Database.Statement[]
  private readonly origins: Database.Statement
  private readonly names: Database.Statement

  constructor(db: Database.Database) {
    const last = (key: string, table: string): Database.Statement =>
      db.prepare(`SELECT coalesce(max(${key}), 0) FROM ${table}`).pluck()
    this.lastIds = [last('id', 'ads'), last('id', 'campaigns'), last('seq', 'impressions')]
    this.origins = db
      .prepare('SELECT c.origin, count(*) FROM ads a JOIN campaigns c ON c.id = a.campaign GROUP BY c.origin')
      .raw()
    this.names = db.prepare('SELECT external_id FROM ads ORDER BY id').pluck()
    this.versionNow = db.prepare("SELECT value FROM meta WHERE key = 'ads'").pluck()
    this.oneCampaign = db.prepare(`SELECT id, external_id externalId, advertiser, status, bid, bid_type bidType,
      daily_budget dailyBudget, pacing, starts, ends, countries, flags, cap, cap_days capDays,
      exclude_buyers_days excludeBuyersDays, origin FROM campaigns WHERE external_id = ?`)
    this.oneAd = db.prepare(
      `SELECT id, external_id externalId, campaign, advertiser, item, title, category, status
        FROM ads WHERE external_id = ?`,
    )
    this.cardsOf = db
      .prepare(
        `SELECT a.external_id, a.title, ifnull(a.item, 0), a.advertiser, i.external_id, i.title, i.price, v.external_id,
          v.name FROM json_each(?) j LEFT JOIN ads a ON a.id = j.value LEFT JOIN items i ON i.id = a.item
          LEFT JOIN advertisers v ON v.id = a.advertiser ORDER BY j.key`,
      )
      .raw()
    const page = (columns: string, table: string, key: string): Database.Statement =>
      db.prepare(`SELECT ${columns} FROM ${table} WHERE ${key} > ? ORDER BY ${key} LIMIT ${PAGE}`).raw()
    this.campaignPage = page(
      'id, status, bid, bid_type, daily_budget, pacing, starts, ends, countries, flags, cap, cap_days, ' +
        'exclude_buyers_days, origin',
      'campaigns',
      'id',
    )
    this.adPage = page('id, campaign, advertiser, ifnull(item, 0), category, status', 'ads', 'id')
    this.impressionPage = page('seq, user, ad, time, position, propensity, clicked, converted', 'impressions', 'seq')
    this.spentOnDay = db.prepare('SELECT campaign, amount FROM spend WHERE day = ? ORDER BY campaign').raw()
    this.seen = db
      .prepare('SELECT ad, time FROM impressions WHERE user = ? AND time > ? AND time <= ? ORDER BY time, seq')
      .raw()
  }

  /** Raised by every change of campaigns, ads, spend or impressions; 0 where there never was one. */
  version(): number {
    return Number(this.versionNow.get() ?? 0)
  }

  counts(): AdCounts {
    const [ads, campaigns, impressions] = this.lastIds.map((last) => last.get() as number)
    return { ads, campaigns, impressions }
  }

  /** External ids of all ads: entry i belongs to id i + 1. */
  externalIds(): string[] {
    return this.names.all() as string[]
  }

  /** Ads by where their campaign comes from, without those that have none. Reads all ads. */
  byOrigin(): Partial<Record<Origin, number>> {
    return Object.fromEntries(this.origins.all() as [Origin, number][])
  }

  campaign(externalId: string): CampaignRecord | undefined {
    const row = this.oneCampaign.get(externalId) as
      (Omit<CampaignRecord, 'countries' | 'flags'> & { countries: string | null; flags: string | null }) | undefined
    return row && { ...row, countries: list(row.countries), flags: list(row.flags) }
  }

  ad(externalId: string): AdRecord | undefined {
    return this.oneAd.get(externalId) as AdRecord | undefined
  }

  /** Ads by id, in the order asked for; undefined for one that is not there. */
  cards(ids: readonly number[]): (AdCard | undefined)[] {
    const rows = this.cardsOf.all(JSON.stringify(ids)) as [externalId: string | null, ...unknown[]][]
    return rows.map((row) => (row[0] === null ? undefined : (row as AdCard)))
  }

  /** All campaigns in order of id. */
  scanCampaigns(): Generator<CampaignRow, void> {
    return this.scan<CampaignRow>(this.campaignPage)
  }

  /** All ads in order of id. About a million rows a second. */
  scanAds(): Generator<AdRow, void> {
    return this.scan<AdRow>(this.adPage)
  }

  /** Impressions with a seq above `after`, in that order. */
  scanImpressions(after = 0): Generator<ImpressionRow, void> {
    return this.scan<ImpressionRow>(this.impressionPage, after)
  }

  /** [id of the campaign, amount] of what was spent on a day. @param day days since 1970, UTC */
  spentOn(day: number): [campaign: number, amount: number][] {
    return this.spentOnDay.all(day) as [number, number][]
  }

  /** [id of the ad, time] of what a user was shown in (after, until], oldest first; unix seconds. */
  shownTo(user: number, after: number, until: number): [ad: number, time: number][] {
    return this.seen.all(user, after, until) as [number, number][]
  }

  private *scan<Row extends [number, ...unknown[]]>(page: Database.Statement, after = 0): Generator<Row, void> {
    for (;;) {
      const rows = page.all(after) as Row[]
      yield* rows
      if (rows.length < PAGE) return
      after = rows[rows.length - 1][0]
    }
  }
}

const list = (json: string | null): string[] | null => (json === null ? null : (JSON.parse(json) as string[]))
