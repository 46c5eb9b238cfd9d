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
          const [entries, scores] = [new Int32Array(n), new Float64Array(n)]
          let found = 0
          for (let i = 0; i < stored.ids.length && found < n; i++) {
            if (outside[stored.ids[i]] !== 0) continue
            entries[found] = stored.ids[i]
            scores[found++] = stored.scores[i]
          }
          return {
            entries: entries.subarray(0, found),
            scores: scores.subarray(0, found),
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
