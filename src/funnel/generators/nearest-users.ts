import type { GeneratorType } from './generator.js'

/** What the users with the most similar histories dealt with. */
export const nearestUsers: GeneratorType = {
  name: 'nearest-users',
  summary: 'items of the users whose histories are most like that of the user',
  open: () => ({ level: 'item', ranked: (visitor, n) => visitor.votes.best(n) }),
}
