import { RepeatTimes } from '../../retrieve/repeat-times.js'
import { Tally } from '../tally.js'
import type { GeneratorType } from './generator.js'

/** Items of the user's own history, by how often they will be converted on again, given the time since the last. */
export const ownRepeats: GeneratorType = {
  name: 'own-repeats',
  summary: 'items that the user dealt with before and that are due again',
  open({ catalog, tables }) {
    const times = new RepeatTimes(tables.repeats.items)
    const due = new Tally(catalog.items)
    return {
      level: 'item',
      ranked({ items, moment }, n) {
        due.clear()
        for (const [item, pair] of items) due.add(item, times.expected(item, pair, moment))
        return due.best(n)
      },
    }
  },
}
