import type { GeneratorType } from './generator.js'

/** What stands near the user's last items in the histories of all. */
export const coVisitation: GeneratorType = {
  name: 'co-visitation',
  summary: 'items that others dealt with beside those of the user',
  open: () => ({ level: 'item', ranked: (visitor, n) => visitor.near.best(n) }),
}
