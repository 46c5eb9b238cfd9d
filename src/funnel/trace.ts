import type { UnderstoodSearch } from '../features/context.js'
import type { Dropped } from './blend.js'
import type { Reason } from './eligibility.js'

/** What a request's context was understood as. */
export interface ContextTrace {
  /** whether anything in it is known, so that the user's vector was moved by it */
  used: boolean
  search?: Omit<UnderstoodSearch, 'context'>
  /** the item whose page is open; null: the generation does not know it */
  item?: string | null
  price?: number
  ms: number
}

/** What each stage of one request did. */
export interface FunnelTrace {
  /** absent where the request has none */
  context?: ContextTrace
  inventory: {
    version: number
    ads: number
    /** that may be shown in the context of the request, whoever sees them */
    open: number
    items: number
    advertisers: number
  }
  generators: GeneratorTrace[]
  /** distinct ads found */
  union: number
  ranking: { by: 'l1' | 'fusion'; ms: number }
  blend: { kept: number; handedOn: number; dropped: Partial<Record<Dropped, number>> }
  ms: number
}

export interface GeneratorTrace {
  generator: string
  level: 'item' | 'advertiser'
  /** late: not asked, or not waited for; failed: it threw */
  state: 'done' | 'late' | 'failed'
  /** ads it may bring */
  limit: number
  /** ads it brought */
  returned: number
  /** entries it looked at, and whether what it found are the best of them for certain */
  searched: number
  exact: boolean
  /** times that a filter made it search further down */
  rounds: number
  ms: number
  /** of its ads within its quota after ranking, and handed on */
  kept: number
  handedOn: number
}

/** An ad that was found, and where it ended. */
export interface FoundAd {
  /** index in the inventory */
  ad: number
  /** by the ranker, before anything of its advertiser counts against it */
  score: number
  sources: { generator: string; rank: number; score: number }[]
  /** its place in the answer, from 1; absent where it was dropped */
  place?: number
  dropped?: Dropped
}

/** What became of one ad in a request. */
export interface AdFate {
  /** why it may not be shown; absent: it may */
  ineligible?: Reason
  generators: {
    generator: string
    /** its place among the ads that the generator could bring; null: the generator does not know it */
    rank: number | null
    score: number | null
    /** score of the last ad that was brought; a rank up to `limit` is needed */
    needed: number | null
    limit: number
    found: boolean
  }[]
  /** by the ranker, as a candidate among the others; absent where no generator found it */
  ranked?: { score: number; rank: number; of: number }
  dropped?: Dropped
  /** score that the last ad handed on has */
  neededScore?: number
  /** its place in the answer, from 1 */
  place?: number
  /** one sentence: where it ended, and what it would have taken */
  verdict: string
}
