import type Database from 'better-sqlite3'
import type { ImpressionSource, Origin } from './ad-codes.js'
import { Ads, type AdFields, type AdRecord, type CampaignFields, type CampaignRecord } from './ads.js'

/** Ids as stored. */
export interface NewImpression {
  user: number
  ad: number
  /** unix seconds */
  time: number
  position: number | null
  /** probability with which it was shown there, 0 < p <= 1 */
  propensity: number | null
  clicked: boolean
  converted: boolean
  source: ImpressionSource
}

/** What was taken out of the inventory. */
export interface Removed {
  ads: number
  campaigns: number
  impressions: number
}

const CAMPAIGN_COLUMNS = [
  'advertiser',
  'status',
  'bid',
  'bidType',
  'dailyBudget',
  'pacing',
  'starts',
  'ends',
  'countries',
  'flags',
  'cap',
  'capDays',
  'excludeBuyersDays',
  'origin',
] as const satisfies (keyof CampaignFields)[]
const AD_COLUMNS = [
  'campaign',
  'advertiser',
  'item',
  'title',
  'category',
  'status',
] as const satisfies (keyof AdFields)[]
/** Campaigns kept at hand. */
const KEEP = 10_000

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** Writes the ads inventory inside the transactions of a `BulkWriter`, which it is a part of. */
export class AdsWriter {
  private readonly ads: Ads
  /** campaigns of this transaction */
  private readonly recent = new Map<string, CampaignRecord>()
  private readonly insertCampaign: Database.Statement
  private readonly updateCampaign: Database.Statement
  private readonly insertAd: Database.Statement
  private readonly updateAd: Database.Statement
  private readonly insertImpression: Database.Statement
  private readonly addToSpend: Database.Statement
  private readonly raise: Database.Statement
  private readonly nameOfCampaign: Database.Statement
  private readonly last: Record<'campaigns' | 'ads', Database.Statement>
  private count = { campaigns: 0, ads: 0 }
  private changed = false

  /** @param begin opens the transaction where it is not open */
  constructor(
    private readonly db: Database.Database,
    private readonly begin: () => void,
  ) {
    this.ads = new Ads(db)
    const insert = (table: string, columns: readonly string[]): Database.Statement =>
      db.prepare(
        `INSERT INTO ${table} (id, external_id, ${columns.map(snake).join(', ')}) ` +
          `VALUES (?, ?, ${columns.map(() => '?').join(', ')})`,
      )
    const update = (table: string, columns: readonly string[]): Database.Statement =>
      db.prepare(`UPDATE ${table} SET ${columns.map((name) => `${snake(name)} = ?`).join(', ')} WHERE id = ?`)
    this.insertCampaign = insert('campaigns', CAMPAIGN_COLUMNS)
    this.updateCampaign = update('campaigns', CAMPAIGN_COLUMNS)
    this.insertAd = insert('ads', AD_COLUMNS)
    this.updateAd = update('ads', AD_COLUMNS)
    this.insertImpression = db.prepare(
      'INSERT INTO impressions (user, ad, time, position, propensity, clicked, converted, source) ' +
        'VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    )
    this.addToSpend = db.prepare(
      'INSERT INTO spend VALUES (?, ?, ?) ON CONFLICT (campaign, day) DO UPDATE SET amount = amount + excluded.amount',
    )
    this.raise = db.prepare(
      "INSERT INTO meta VALUES ('ads', '1') ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1",
    )
    this.nameOfCampaign = db.prepare('SELECT external_id FROM campaigns WHERE id = ?').pluck()
    const last = (table: string): Database.Statement => db.prepare(`SELECT coalesce(max(id), 0) FROM ${table}`).pluck()
    this.last = { campaigns: last('campaigns'), ads: last('ads') }
  }

  campaign(externalId: string): CampaignRecord | undefined {
    this.begin()
    // many ads of one campaign come one after the other
    let known = this.recent.get(externalId)
    if (known === undefined && (known = this.ads.campaign(externalId))) this.keepAtHand(known)
    return known
  }

  /** The external id of a campaign that is there. */
  campaignName(id: number): string {
    this.begin()
    return this.nameOfCampaign.get(id) as string
  }

  ad(externalId: string): AdRecord | undefined {
    this.begin()
    return this.ads.ad(externalId)
  }

  /** Adds a campaign, or makes a known one what is given. @param known what `campaign` found */
  putCampaign(externalId: string, fields: CampaignFields, known = this.campaign(externalId)): number {
    this.begin()
    const values = CAMPAIGN_COLUMNS.map((name) => stored(fields[name]))
    if (known === undefined) {
      const id = ++this.count.campaigns
      this.insertCampaign.run(id, externalId, ...values)
      this.changed = true
      return id
    }
    if (CAMPAIGN_COLUMNS.some((name, i) => stored(known[name]) !== values[i])) {
      this.updateCampaign.run(...values, known.id)
      this.recent.delete(externalId)
      this.changed = true
    }
    return known.id
  }

  /** Adds an ad, or makes a known one what is given. @param known what `ad` found */
  putAd(externalId: string, fields: AdFields, known = this.ad(externalId)): number {
    this.begin()
    const values = AD_COLUMNS.map((name) => fields[name])
    if (known === undefined) {
      const id = ++this.count.ads
      this.insertAd.run(id, externalId, ...values)
      this.changed = true
      return id
    }
    if (AD_COLUMNS.some((name) => known[name] !== fields[name])) {
      this.updateAd.run(...values, known.id)
      this.changed = true
    }
    return known.id
  }

  addImpression({ user, ad, time, position, propensity, clicked, converted, source }: NewImpression): void {
    this.begin()
    this.insertImpression.run(user, ad, time, position, propensity, clicked ? 1 : 0, converted ? 1 : 0, source)
    this.changed = true
  }

  /** Adds to what a campaign has spent. @param day days since 1970, UTC */
  addSpend(campaign: number, day: number, amount: number): void {
    this.begin()
    this.addToSpend.run(campaign, day, amount)
    this.changed = true
  }

  /**
   * Takes out the campaigns of some origins with their ads, spend and impressions; what stays is numbered anew, in its
   * order. Files that held nothing else are forgotten, so that they can be imported again.
   */
  remove(origins: readonly Origin[]): Removed {
    this.begin()
    const { db } = this
    const out = origins.map((origin) => `'${origin}'`).join(', ')
    db.exec(`
      CREATE TEMP TABLE kept_campaigns (old INTEGER PRIMARY KEY, new INTEGER);
      CREATE TEMP TABLE kept_ads (old INTEGER PRIMARY KEY, new INTEGER);
      INSERT INTO kept_campaigns
      SELECT id, row_number() OVER (ORDER BY id) FROM campaigns WHERE origin NOT IN (${out});
      INSERT INTO kept_ads
      SELECT a.id, row_number() OVER (ORDER BY a.id) FROM ads a JOIN kept_campaigns k ON k.old = a.campaign;`)
    const without = (table: string, column: string, kept: string): number =>
      db.prepare(`DELETE FROM ${table} WHERE ${column} NOT IN (SELECT old FROM ${kept})`).run().changes
    const impressions = without('impressions', 'ad', 'kept_ads')
    without('spend', 'campaign', 'kept_campaigns')
    const ads = without('ads', 'id', 'kept_ads')
    const campaigns = without('campaigns', 'id', 'kept_campaigns')
    // by way of negative numbers: no two rows have one id meanwhile
    const renumber = (table: string, column: string, kept: string): void => {
      db.exec(`UPDATE ${table} SET ${column} = -(SELECT new FROM ${kept} WHERE old = ${column});
        UPDATE ${table} SET ${column} = -${column};`)
    }
    renumber('impressions', 'ad', 'kept_ads')
    renumber('spend', 'campaign', 'kept_campaigns')
    renumber('ads', 'campaign', 'kept_campaigns')
    renumber('ads', 'id', 'kept_ads')
    renumber('campaigns', 'id', 'kept_campaigns')
    db.exec('DROP TABLE kept_ads; DROP TABLE kept_campaigns;')
    if (origins.includes('imported')) db.exec("DELETE FROM imports WHERE kind = 'ads'")
    // a file of which a part is left would add that part once more
    const left = db.prepare("SELECT EXISTS (SELECT 1 FROM impressions WHERE source = 'imported')").pluck().get()
    if (left === 0) db.exec("DELETE FROM imports WHERE kind = 'impressions'")
    this.countRows()
    this.changed ||= ads + campaigns + impressions > 0
    return { ads, campaigns, impressions }
  }

  /** At the start of a transaction: another process may have added rows since the last one. */
  refresh(): void {
    this.countRows()
    this.changed = false
  }

  /** At the end of a transaction. */
  finish(): void {
    if (this.changed) this.raise.run()
    this.changed = false
  }

  private keepAtHand(campaign: CampaignRecord): void {
    if (this.recent.size >= KEEP) this.recent.clear()
    this.recent.set(campaign.externalId, campaign)
  }

  private countRows(): void {
    this.recent.clear()
    this.count = { campaigns: this.last.campaigns.get() as number, ads: this.last.ads.get() as number }
  }
}

const stored = (value: string | number | readonly string[] | null): string | number | null =>
  Array.isArray(value) ? JSON.stringify(value) : (value as string | number | null)
