import type { Rng } from '../../core/rng.js'
import { DAY } from '../../core/time.js'
import type { CampaignStatus } from '../../store/ad-codes.js'
import type { CampaignDraft } from '../import/sink.js'
import { COUNTRIES, pickShare } from './countries.js'
import type { WorldKnobs } from './knobs.js'

/** How far a bid is from what a conversion is worth: the spread of the logarithm. */
export const MISJUDGED = 0.2
/** What advertisers expect of an ad, where they bid for clicks or for impressions. */
export const CLICKS_AN_IMPRESSION = 0.01
export const ACTIONS_A_CLICK = 0.04
const BID_TYPES = ['action', 'click', 'impression'] as const
const BID_SHARES = [0.6, 0.25, 0.15]
const STATUS: readonly CampaignStatus[] = ['active', 'paused', 'ended']
const STATUS_SHARES = [0.92, 0.05, 0.03]
/** Views of an offsite visit, about. */
const VIEWS = 6
/** Share of what an advertiser sells that they mean to pay for, in the median. */
const PAID_SHARE = 0.1
const BUDGET_SPREAD = 0.7
/** Days of the shortest flight, where the world is long enough. */
const SHORTEST = 14

/** Everything that a campaign can be told. */
export type Terms = Required<CampaignDraft>

/** What a campaign is for. */
export interface Purpose {
  kind: 'standard' | 'shopping'
  /** what a conversion is worth to the advertiser: the mean price of what is advertised times their margin */
  worth: number
  /** share of all conversions of the world that are of what is advertised */
  demand: number
  /** index into COUNTRIES: where the advertiser is at home */
  home: number
  /** policy flag of what is advertised */
  flag?: string
}

/**
 * Draws the terms of a campaign: a bid near what a conversion is worth, of clicks and impressions times how rarely they
 * lead to one; a budget, a flight within the days of the world, countries around the advertiser's own, a cap, buyers
 * that are left out.
 */
export function drawTerms(rng: Rng, knobs: WorldKnobs, { kind, worth, demand, home, flag }: Purpose): Terms {
  const status = STATUS[pickShare(rng, STATUS_SHARES)]
  const bidType = BID_TYPES[pickShare(rng, BID_SHARES)]
  const action = worth * Math.exp(MISJUDGED * rng.normal())
  const bid = {
    action,
    click: action * ACTIONS_A_CLICK,
    impression: action * ACTIONS_A_CLICK * CLICKS_AN_IMPRESSION * 1000,
  }
  const flight = drawFlight(rng, knobs, status)
  return {
    status,
    bid: readable(bid[bidType]),
    bidType,
    dailyBudget: drawBudget(rng, knobs, worth, demand),
    pacing: rng.uniform() < 0.7 ? 'even' : 'fast',
    ...flight,
    countries: drawCountries(rng, home),
    flags: flag === undefined ? null : [flag],
    ...drawCap(rng),
    excludeBuyersDays: rng.uniform() < (kind === 'shopping' ? 0.6 : 0.2) ? [14, 30, 60][rng.int(3)] : null,
  }
}

/** Seven in ten have one: log-normal around a part of what all visits convert, and at least ten conversions a day. */
function drawBudget(rng: Rng, knobs: WorldKnobs, worth: number, demand: number): number | null {
  const { users, sessionsPerUser, days, onsiteShare, conversionRate } = knobs
  const conversions = ((users * sessionsPerUser * (1 - onsiteShare)) / days) * VIEWS * conversionRate * demand
  const budget = worth * Math.max(10, conversions * PAID_SHARE * Math.exp(BUDGET_SPREAD * rng.normal()))
  return rng.uniform() < 0.7 ? readable(budget) : null
}

/** Half run always, but for those that have ended; the others over whole days of the world. */
function drawFlight(rng: Rng, { start, days }: WorldKnobs, status: CampaignStatus): Pick<Terms, 'starts' | 'ends'> {
  const always = rng.uniform() < 0.5
  const first = rng.int(Math.ceil(days * 0.7))
  const last = first + Math.max(1 + rng.int(days - first), Math.min(SHORTEST, days - first))
  return always && status !== 'ended'
    ? { starts: null, ends: null }
    : { starts: start + first * DAY, ends: start + last * DAY }
}

/** Everywhere, at home, or at home and in one or two other countries. */
function drawCountries(rng: Rng, home: number): string[] | null {
  const reach = pickShare(rng, [0.45, 0.35, 0.1, 0.1])
  const others = rng.shuffle(Int32Array.from(COUNTRIES.keys())).filter((country) => country !== home)
  return reach === 0 ? null : [home, ...others.subarray(0, reach - 1)].map((country) => COUNTRIES[country])
}

function drawCap(rng: Rng): Pick<Terms, 'cap' | 'capDays'> {
  const capped = rng.uniform() < 0.5
  const cap = [2, 3, 5, 8, 10][rng.int(5)]
  const capDays = rng.uniform() < 0.4 ? 1 : 7
  return capped ? { cap, capDays } : { cap: null, capDays: null }
}

/** Three digits that count, as people write amounts. */
const readable = (amount: number): number => Number(Math.max(0.001, amount).toPrecision(3))
