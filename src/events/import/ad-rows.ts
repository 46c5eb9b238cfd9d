import type { AdStatus, BidType, CampaignStatus, Pacing } from '../../store/ad-codes.js'
import { plural } from '../../text/numbers.js'
import {
  BadValue,
  country,
  saidAmount,
  saidId,
  saidProbability,
  saidTime,
  saidWhole,
  saidWord,
  saidWords,
  saidYes,
} from './ad-values.js'
import type { Row } from './record.js'
import { cell, idOf, nestedCell, optionalText, type Notes, type Rows } from './row.js'
import type { AdDraft, CampaignDraft, ImpressionDraft, Sink } from './sink.js'

/** Columns of ads, and the names that files give them: a row is an ad with its campaign beside it. */
export const AD_COLUMNS = {
  ad: ['ad', 'ad_id', 'creative', 'creative_id'],
  advertiser: ['advertiser', 'advertiser_id'],
  item: ['item', 'item_id', 'product', 'product_id', 'sku'],
  title: ['title', 'headline'],
  category: ['category', 'landing_category'],
  ad_status: ['ad_status'],
  campaign: ['campaign', 'campaign_id', 'campaign_name'],
  status: ['status', 'campaign_status'],
  bid: ['bid', 'bid_amount', 'max_bid'],
  bid_type: ['bid_type', 'bid_strategy', 'pricing_model'],
  daily_budget: ['daily_budget', 'budget_daily', 'budget'],
  pacing: ['pacing', 'delivery'],
  starts: ['starts', 'start', 'start_time', 'start_date'],
  ends: ['ends', 'end', 'end_time', 'end_date'],
  countries: ['countries', 'country', 'geo'],
  flags: ['flags', 'policy_flags'],
  cap: ['cap', 'frequency_cap'],
  cap_days: ['cap_days', 'frequency_cap_days'],
  exclude_buyers_days: ['exclude_buyers_days'],
} as const
export type AdColumn = keyof typeof AD_COLUMNS

/** Columns of impressions, and the names that files give them. */
export const IMPRESSION_COLUMNS = {
  user: ['user', 'user_id'],
  ad: ['ad', 'ad_id', 'creative', 'creative_id'],
  time: ['time', 'timestamp', 'shown_at'],
  position: ['position', 'rank', 'slot'],
  propensity: ['propensity', 'probability'],
  clicked: ['clicked', 'click', 'is_click'],
  converted: ['converted', 'conversion', 'is_conversion'],
  spend: ['spend', 'cost', 'price_paid'],
} as const
export type ImpressionColumn = keyof typeof IMPRESSION_COLUMNS

const STATUS: Record<string, CampaignStatus> = {
  active: 'active',
  enabled: 'active',
  running: 'active',
  paused: 'paused',
  disabled: 'paused',
  ended: 'ended',
  completed: 'ended',
  archived: 'ended',
}
const OF_AD: Record<string, AdStatus> = { active: 'active', enabled: 'active', paused: 'paused', disabled: 'paused' }
const BID: Record<string, BidType> = {
  action: 'action',
  conversion: 'action',
  cpa: 'action',
  click: 'click',
  cpc: 'click',
  impression: 'impression',
  cpm: 'impression',
}
const PACING: Record<string, Pacing> = { even: 'even', standard: 'even', fast: 'fast', accelerated: 'fast' }

type At<C extends string> = Readonly<Partial<Record<C, number>>>

/**
 * Reads rows of ads. A new ad or campaign is added, a known one gets what the row says: an empty field changes nothing,
 * the word none takes a limit away. Where rows of one campaign disagree the last one counts, and it is said.
 */
export function adRows(sink: Sink, at: At<AdColumn>): Rows {
  const told = new ToldCampaigns()
  return {
    read(row, notes) {
      const ad = idOf(row, at.ad, 'ad', notes)
      if (ad === undefined) return 'rejected'
      const ids = checked({
        advertiser: saidId(row, at.advertiser),
        item: saidId(row, at.item),
        campaign: saidId(row, at.campaign),
      })
      if (ids instanceof BadValue) return notes.reject(ids.reason, fieldOf(row, at, ids))
      const campaign = checked(campaignSaid(row, at))
      if (campaign instanceof BadValue) return notes.reject(campaign.reason, fieldOf(row, at, campaign))
      const adStatus = checked({ ad_status: saidWord(row, at.ad_status, OF_AD) })
      if (adStatus instanceof BadValue) return notes.reject(adStatus.reason, fieldOf(row, at, adStatus))
      const draft: AdDraft = {
        ad,
        advertiser: ids.advertiser,
        item: ids.item,
        title: textOf(row, at.title, 'title', notes),
        category: textOf(row, at.category, 'category', notes),
        adStatus: adStatus.ad_status ?? undefined,
        campaign: ids.campaign,
        told: draftOf(campaign),
      }
      const refused = sink.ad(draft)
      if (refused !== undefined) return notes.reject(refused, fieldOf(row, at, { reason: refused }))
      if (ids.campaign !== '') told.see(ids.campaign, campaign)
      return 'stored'
    },
    end: () => told.differences(),
  }
}

/** What a row says of its campaign, by the names of the columns. */
const campaignSaid = (row: Row, at: At<AdColumn>) => ({
  bid: saidAmount(row, at.bid, 'above 0'),
  bid_type: saidWord(row, at.bid_type, BID),
  daily_budget: saidAmount(row, at.daily_budget, 'at least 0'),
  pacing: saidWord(row, at.pacing, PACING),
  status: saidWord(row, at.status, STATUS),
  starts: saidTime(row, at.starts, 'begin'),
  ends: saidTime(row, at.ends, 'end'),
  countries: saidWords(row, at.countries, country),
  flags: saidWords(row, at.flags, (flag) => flag.toLowerCase()),
  cap: saidWhole(row, at.cap, 1),
  cap_days: saidWhole(row, at.cap_days, 1),
  exclude_buyers_days: saidWhole(row, at.exclude_buyers_days, 1),
})

type Checked<T> = { [K in keyof T]: Exclude<T[K], BadValue> }
type CampaignSaid = Checked<ReturnType<typeof campaignSaid>>

/** None is nothing for what a campaign cannot be without. */
const draftOf = (said: CampaignSaid): CampaignDraft => ({
  bid: said.bid ?? undefined,
  bidType: said.bid_type ?? undefined,
  pacing: said.pacing ?? undefined,
  status: said.status ?? undefined,
  dailyBudget: said.daily_budget,
  starts: said.starts,
  ends: said.ends,
  countries: said.countries,
  flags: said.flags,
  cap: said.cap,
  // a cap that is taken away takes its days with it
  capDays: said.cap === null ? null : said.cap_days,
  excludeBuyersDays: said.exclude_buyers_days,
})

/** Reads rows of impressions. */
export function impressionRows(sink: Sink, at: At<ImpressionColumn>): Rows {
  return {
    read(row, notes) {
      const user = idOf(row, at.user, 'user', notes)
      if (user === undefined) return 'rejected'
      const ad = idOf(row, at.ad, 'ad', notes)
      if (ad === undefined) return 'rejected'
      const said = checked({
        time: saidTime(row, at.time, 'begin') ?? new BadValue('is empty'),
        position: saidWhole(row, at.position, 0),
        propensity: saidProbability(row, at.propensity),
        clicked: saidYes(row, at.clicked),
        converted: saidYes(row, at.converted),
        spend: saidAmount(row, at.spend, 'at least 0'),
      })
      if (said instanceof BadValue) return notes.reject(said.reason, fieldOf(row, at, said))
      const { time, position, propensity, clicked, converted, spend } = said
      const draft: ImpressionDraft = {
        user,
        ad,
        time,
        position: position ?? null,
        propensity: propensity ?? null,
        clicked,
        converted,
        spend: spend ?? 0,
      }
      const refused = sink.impression(draft)
      return refused === undefined ? 'stored' : notes.reject(refused, fieldOf(row, at, { reason: refused }))
    },
  }
}

/** The values, or the first that cannot be read, its reason begun with the name of its column. */
function checked<T extends Record<string, unknown>>(values: T): Checked<T> | BadValue {
  for (const [name, value] of Object.entries(values))
    if (value instanceof BadValue) return new BadValue(`${name} ${value.reason}`)
  return values as Checked<T>
}

/** The field that a reason begins with, as it stands in the file. */
function fieldOf(row: Row, at: At<string>, { reason }: Pick<BadValue, 'reason'>): string | undefined {
  const index = at[reason.split(' ', 1)[0]]
  return index === undefined ? undefined : (cell(row, index) ?? nestedCell(row, index))
}

/** A text, or null for the word none. */
function textOf(row: Row, index: number | undefined, name: string, notes: Notes): string | null | undefined {
  return /^none$/i.test(nestedCell(row, index) ?? '') ? null : optionalText(row, index, name, notes)
}

/** Campaigns kept to see whether their rows agree. */
const KEEP = 100_000

/** Notes where the rows of a campaign say different things of it. */
class ToldCampaigns {
  private readonly told = new Map<string, CampaignSaid>()
  /** columns that differ, by campaign */
  private readonly differing = new Map<string, Set<string>>()

  see(campaign: string, said: CampaignSaid): void {
    const before = this.told.get(campaign)
    if (before === undefined) {
      if (this.told.size < KEEP) this.told.set(campaign, said)
      return
    }
    for (const column of Object.keys(said) as (keyof CampaignSaid)[]) {
      if (said[column] === undefined || String(said[column]) === String(before[column])) continue
      const columns = this.differing.get(campaign) ?? new Set()
      if (before[column] !== undefined) this.differing.set(campaign, columns.add(column))
      Object.assign(before, { [column]: said[column] })
    }
  }

  differences(): string[] {
    if (this.differing.size === 0) return []
    const examples = [...this.differing].slice(0, 3).map(([name, columns]) => `${name}: ${[...columns].join(', ')}`)
    const more = this.differing.size > examples.length ? ' ...' : ''
    return [
      `rows of ${plural(this.differing.size, 'campaign')} disagree (${examples.join('; ')}${more}); the last one ` +
        'counts. A single ad is paused by ad_status',
    ]
  }
}
