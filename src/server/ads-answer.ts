import type { AdsNow } from '../funnel/eligibility.js'
import type { FunnelRun } from '../funnel/funnel.js'
import type { FunnelTrace, GeneratorTrace } from '../funnel/trace.js'
import type { NamedAd } from './ads-inventory.js'
import type { IgnoredEvent } from './posted-history.js'
import type { AdsBody } from './schemas.js'

/** Ads looked at to say why none was eligible. */
const LOOKED_AT = 10_000

/** A request for ads as it came in, with the moment at which it is answered. */
export interface AdsQuestion {
  body: AdsBody
  /** unix seconds, by the clock of the server */
  now: number
  /** performance.timeOrigin + performance.now() by which it is to be answered, comparable between threads */
  deadline?: number
}

/** An ad of the answer. */
export interface AnsweredAd extends NamedAd {
  /** by the light ranker the probability of a conversion, else the fused ranks; times the decay of its advertiser */
  score: number
  sources: { generator: string; rank: number; score: number }[]
}

export interface AdsAnswer {
  ads: AnsweredAd[]
  /** generators that were left out: late, or failed */
  degraded: string[]
  provenance: {
    generation: string
    itemRun: string
    advertiserRun: string | null
    /** ingest number up to which the generation reads */
    seq: number
    asOf: string
    /** ingest number up to which the user was read; absent for a history that was sent */
    userSeq?: number
    /** the moment at which flights, budgets and caps were looked at */
    time: string
    /** version of the ads: raised by every change of them */
    inventory: number
    /** ads are made from the catalog, not by advertisers */
    derived: boolean
    rankedBy: 'l1' | 'fusion'
  }
  /** events of the history sent that name something unknown: they are left out */
  ignored?: IgnoredEvent[]
  /** why there is no ad */
  note?: string
  trace?: FunnelTrace
}

/** An answer with what it took. */
export interface TimedAnswer {
  answer: AdsAnswer
  trace: FunnelTrace
}

/** An answer as it is sent from thread to thread: text, for it is only handed on. */
export interface SentAnswer {
  /** JSON of an AdsAnswer */
  text: string
  /** ids of its ads */
  ads: string[]
  stages: StageTimes
}

/** What the stages of a request took, in milliseconds. */
export interface StageTimes {
  generators: Pick<GeneratorTrace, 'generator' | 'state' | 'ms'>[]
  ranking: number
  funnel: number
}

export const sentAnswer = ({ answer, trace }: TimedAnswer): SentAnswer => ({
  text: JSON.stringify(answer),
  ads: answer.ads.map(({ ad }) => ad),
  stages: {
    generators: trace.generators.map(({ generator, state, ms }) => ({ generator, state, ms })),
    ranking: trace.ranking.ms,
    funnel: trace.ms,
  },
})

/** What a generation knows of a user. */
export interface AboutUser {
  events: number
  /** ingest number and moment (unix seconds) that the user is encoded at */
  seq: number
  asOf: number
  /** their vector is stored */
  vector: boolean
  /** stored best advertisers */
  advertisers: number | null
}

/** One sentence: what stands in the way of most ads. */
export function whyNone({ setting, states, found }: FunnelRun, { inventory }: AdsNow): string {
  if (inventory.ads === 0) return 'There are no ads: the catalog has no items and no advertisers.'
  if (states.some((state) => state !== 'done') && found.every((one) => !one || one.ads.length === 0))
    return 'No generator was done by the deadline.'
  const step = Math.max(1, Math.floor(inventory.ads / LOOKED_AT))
  const reasons = new Map<string, number>()
  let looked = 0
  for (let ad = 0; ad < inventory.ads; ad += step) {
    looked++
    const reason = setting.rules.reason(ad)
    if (reason) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  }
  const [most] = [...reasons].sort((a, b) => b[1] - a[1])
  if (!most) return 'Ads are eligible, but no generator leads from this history to one of them.'
  const [reason, n] = most
  return n === looked
    ? `No ad is eligible: ${reason}.`
    : `Few ads are eligible, and no generator leads to one; of ${Math.round((100 * n) / looked)} % ${reason}.`
}
