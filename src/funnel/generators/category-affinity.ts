import { rankedBy, type GeneratorType } from './generator.js'

/** The popular items of the categories that the user cares about: share of their interest times share of its items. */
export const categoryAffinity: GeneratorType = {
  name: 'category-affinity',
  summary: 'popular items of the categories that the user deals with',
  open: ({ tables: { ofCategory } }) => ({
    level: 'item',
    ranked({ categories }, n) {
      const { offsets, entries, scores } = ofCategory
      const found = new Map<number, number>()
      for (const [category, { share }] of categories) {
        let total = 0
        for (let i = offsets[category]; i < offsets[category + 1]; i++) total += Math.expm1(scores[i])
        for (let i = offsets[category]; i < offsets[category + 1]; i++)
          found.set(entries[i], (share * Math.expm1(scores[i])) / total)
      }
      return rankedBy(found, n)
    },
  }),
}
