import type { GeneratorType } from './generator.js'

/** What is converted on most these days: in the user's country, and everywhere where that is not known. */
export const popular: GeneratorType = {
  name: 'popular',
  summary: 'items that are converted on most in 30 days, in the country of the request',
  open: ({ tables }) => ({
    level: 'item',
    ranked({ request: { context } }, n) {
      const country = context.country === undefined ? -1 : tables.countries.indexOf(context.country)
      const here = tables.popularIn[country]
      // beyond what is kept of a country, the whole
      const { entries, scores } = here && here.entries.length >= n ? here : tables.popular
      return { entries: entries.subarray(0, n), scores: scores.subarray(0, n), complete: entries.length <= n }
    },
  }),
}
