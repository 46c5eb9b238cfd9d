import { Neighbourhood, NEAREST_USERS } from '../../retrieve/nearest-users.js'
import type { Catalog } from '../../protocol/catalog.js'
import type { Visitor } from '../request.js'
import { whole } from '../tables.js'
import { rankedBy, type GeneratorType, type Parts } from './generator.js'

/** Votes of the nearest users for the items of their histories. */
export class UserVotes {
  private readonly neighbourhood: Neighbourhood
  private readonly items: Catalog

  constructor({ tables, catalog }: Parts) {
    this.neighbourhood = new Neighbourhood(tables.users, NEAREST_USERS.neighbours, true)
    this.items = whole(catalog, 'item')
  }

  of(visitor: Visitor): ReadonlyMap<number, number> {
    return visitor.once('votes of near users', () => this.count(visitor))
  }

  private count({ request: { queries, user = -1 } }: Visitor): Map<number, number> {
    const votes = new Map<number, number>()
    const vote = (item: number, weight: number): void => void votes.set(item, (votes.get(item) ?? 0) + weight)
    this.neighbourhood.votes(queries, 0, this.items, user, vote)
    return votes
  }
}

/** What the users with the most similar histories dealt with. */
export const nearestUsers: GeneratorType = {
  name: 'nearest-users',
  summary: 'items of the users whose histories are most like that of the user',
  open(parts) {
    const votes = new UserVotes(parts)
    return { level: 'item', ranked: (visitor, n) => rankedBy(votes.of(visitor), n) }
  },
}
