import type { GeneratorType } from './generator.js'

/**
 * The advertiser model: the user's stored best advertisers, those of them with an ad to show. Without a stored list, or
 * where more are asked for than it holds, the model ranks.
 */
export const advertiserModel: GeneratorType = {
  name: 'advertiser-model',
  summary: 'advertisers that the advertiser model ranks first for the user',
  open({ advertisers }) {
    if (!advertisers) return undefined
    return {
      level: 'advertiser',
      async ranked({ request: { queries, stored } }, n, open) {
        if (stored && n <= stored.ids.length) {
          const { outside } = open.advertisers
          const kept = Array.from(stored.ids.keys()).filter((i) => outside[stored.ids[i]] === 0)
          const rows = kept.slice(0, n)
          return {
            entries: rows.map((i) => stored.ids[i]),
            scores: rows.map((i) => stored.scores[i]),
            complete: false,
            searched: stored.ids.length,
          }
        }
        const { entries, scores, counts } = await advertisers.list(queries, n, { only: open.advertisers })
        const found = counts[0]
        return { entries: entries.subarray(0, found), scores: scores.subarray(0, found), complete: found < n }
      },
    }
  },
}
