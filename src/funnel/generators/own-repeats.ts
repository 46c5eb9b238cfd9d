import { RepeatTimes } from '../../retrieve/repeat-times.js'
import { rankedBy, type GeneratorType } from './generator.js'

/** Items of the user's own history, by how often they will be converted on again, given the time since the last. */
export const ownRepeats: GeneratorType = {
  name: 'own-repeats',
  summary: 'items that the user dealt with before and that are due again',
  open({ tables }) {
    const times = new RepeatTimes(tables.repeats.items)
    return {
      level: 'item',
      ranked(visitor, n) {
        const due = new Map<number, number>()
        for (const [item, pair] of visitor.items) due.set(item, times.expected(item, pair, visitor.moment))
        return rankedBy(due, n)
      },
    }
  },
}
