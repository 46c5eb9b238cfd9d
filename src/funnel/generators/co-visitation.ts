import type { SparseMatrix } from '../../features/sparse.js'
import { faded, type Visitor } from '../request.js'
import { rankedBy, type GeneratorType } from './generator.js'

/** Events of a history that vote, the latest. */
const RECENT = 100

/** Votes for what stands near the user's last items, an event a vote that fades with its age. */
export const coVisits = (visitor: Visitor, near: SparseMatrix): ReadonlyMap<number, number> =>
  visitor.once('co-visits', () => count(visitor, near))

function count({ request, moment }: Visitor, near: SparseMatrix): Map<number, number> {
  const { events, users, ends } = request.queries
  const votes = new Map<number, number>()
  for (let row = Math.max(events.offsets[users[0]], ends[0] - RECENT); row < ends[0]; row++) {
    const item = events.eventItem[row]
    if (item < 0) continue
    const weight = faded(moment - events.eventTime[row])
    for (let i = near.offsets[item]; i < near.offsets[item + 1]; i++)
      votes.set(near.columns[i], (votes.get(near.columns[i]) ?? 0) + weight * near.values[i])
  }
  return votes
}

/** What stands near the user's last items in the histories of all. */
export const coVisitation: GeneratorType = {
  name: 'co-visitation',
  summary: 'items that others dealt with beside those of the user',
  open: ({ tables: { near } }) => ({
    level: 'item',
    ranked: (visitor, n) => rankedBy(coVisits(visitor, near), n),
  }),
}
