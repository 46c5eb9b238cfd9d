import type { OpenAds, UserRules } from './eligibility.js'
import type { CandidateGenerator } from './generators/generator.js'
import type { Visitor } from './request.js'
import type { Shelf } from './shelf.js'

/** A generator that is on, with what it may do. */
export interface RunningGenerator {
  name: string
  generator: CandidateGenerator
  /** ads it may bring */
  limit: number
  /** ads of it that may stay after ranking */
  quota: number
  /** of a user's own: it may take any time, so it is not waited for beyond the deadline */
  foreign?: boolean
}

/** What a generator brought: an ad's rank is its place, from 1. */
export interface Generated {
  ads: Int32Array
  scores: Float64Array
  /** entries that were looked at */
  searched: number
  exact: boolean
  /** times it was asked, each for twice as many entries as before, until there were ads enough */
  rounds: number
  ms: number
}

/**
 * Asks a generator until it has brought `limit` ads that may be shown, or has no more: what a filter takes away is
 * searched for further down.
 */
export async function generate(
  { generator, limit }: RunningGenerator,
  { visitor, open, rules, shelf, shopping }: Setting,
): Promise<Generated> {
  const started = performance.now()
  const { level } = generator
  const most = level === 'item' ? open.items.ids.length : open.advertisers.ids.length
  const ads = new Int32Array(limit)
  const scores = new Float64Array(limit)
  for (let n = limit, rounds = 1; ; n *= 2, rounds++) {
    const ranked = await generator.ranked(visitor, n, open)
    const { entries } = ranked
    let found = 0
    for (let i = 0; i < entries.length && found < limit; i++) {
      const end = shelf.offer(level, entries[i], rules, shopping, ads, found)
      while (found < end) scores[found++] = ranked.scores[i]
    }
    if (found === limit || ranked.complete || n >= most)
      return {
        ads: ads.subarray(0, found),
        scores: scores.subarray(0, found),
        searched: ranked.searched ?? entries.length,
        exact: ranked.exact ?? true,
        rounds,
        ms: performance.now() - started,
      }
  }
}

/** What a generator is asked in. */
export interface Setting {
  visitor: Visitor
  open: OpenAds
  rules: UserRules
  shelf: Shelf
  /** shopping ads offered of an advertiser */
  shopping: number
}
