import { Tally } from '../tally.js'
import type { GeneratorType } from './generator.js'

/** The popular items of the categories that the user cares about: share of their interest times share of its items. */
export const categoryAffinity: GeneratorType = {
  name: 'category-affinity',
  summary: 'popular items of the categories that the user deals with',
  open({ catalog, tables: { ofCategory } }) {
    const { offsets, entries } = ofCategory
    const conversions = Float64Array.from(ofCategory.scores, Math.expm1)
    const totals = new Float64Array(offsets.length - 1)
    for (let category = 0; category < totals.length; category++)
      for (let i = offsets[category]; i < offsets[category + 1]; i++) totals[category] += conversions[i]
    // an item is of one category, so that nothing is summed
    const found = new Tally(catalog.items)
    return {
      level: 'item',
      ranked({ categories }, n) {
        found.clear()
        for (const [category, { share }] of categories)
          for (let i = offsets[category]; i < offsets[category + 1]; i++)
            found.add(entries[i], (share * conversions[i]) / totals[category])
        return found.best(n)
      },
    }
  },
}
