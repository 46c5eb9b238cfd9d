import type { CatalogData } from '../features/snapshot.js'
import type { Catalog } from '../protocol/catalog.js'
import { NEAREST_USERS, Neighbourhood } from '../retrieve/nearest-users.js'
import { faded, type Visitor } from './request.js'
import { whole, type Tables } from './tables.js'
import { Tally } from './tally.js'

/** Events of a history that vote, the latest. */
const RECENT = 100

/**
 * What is around a user: items that stand near theirs in the histories of all, and those of the users who are most like
 * them. Generators list them and the light ranker reads them, so they are counted once a user: tallies of one user are
 * good until another is asked about.
 */
export class Surroundings {
  private readonly items: Catalog
  private readonly neighbourhood: Neighbourhood
  private readonly coVisits: OfVisitor
  private readonly userVotes: OfVisitor
  private readonly shopCoVisits: OfVisitor
  private readonly shopVotes: OfVisitor

  constructor(
    private readonly catalog: CatalogData,
    private readonly tables: Pick<Tables, 'near' | 'users'>,
  ) {
    this.items = whole(catalog, 'item')
    this.neighbourhood = new Neighbourhood(tables.users, NEAREST_USERS.neighbours, true)
    this.coVisits = new OfVisitor(catalog.items, (visitor, into) => this.countCoVisits(visitor, into))
    this.userVotes = new OfVisitor(catalog.items, (visitor, into) => this.countVotes(visitor, into))
    const ofAdvertisers = (of: OfVisitor): OfVisitor =>
      new OfVisitor(catalog.advertisers, (visitor, into) => this.sum(of.read(visitor), into))
    this.shopCoVisits = ofAdvertisers(this.coVisits)
    this.shopVotes = ofAdvertisers(this.userVotes)
  }

  /** Items that stand near the user's last ones: an event a vote that fades with its age. */
  near(visitor: Visitor): Tally {
    return this.coVisits.read(visitor)
  }

  /** Items that the nearest users dealt with, by how near those are. */
  votes(visitor: Visitor): Tally {
    return this.userVotes.read(visitor)
  }

  /** The same, summed over the items of each advertiser. */
  nearOfAdvertisers(visitor: Visitor): Tally {
    return this.shopCoVisits.read(visitor)
  }

  votesOfAdvertisers(visitor: Visitor): Tally {
    return this.shopVotes.read(visitor)
  }

  private countCoVisits({ request, moment }: Visitor, into: Tally): void {
    const { events, users, ends } = request.queries
    const { offsets, columns, values } = this.tables.near
    for (let row = Math.max(events.offsets[users[0]], ends[0] - RECENT); row < ends[0]; row++) {
      const item = events.eventItem[row]
      if (item < 0) continue
      const weight = faded(moment - events.eventTime[row])
      for (let i = offsets[item]; i < offsets[item + 1]; i++) into.add(columns[i], weight * values[i])
    }
  }

  private countVotes({ request: { queries, user = -1 } }: Visitor, into: Tally): void {
    this.neighbourhood.votes(queries, 0, this.items, user, (item, weight) => into.add(item, weight))
  }

  private sum(items: Tally, into: Tally): void {
    const { itemAdvertiser } = this.catalog
    for (let i = 0; i < items.size; i++) {
      const item = items.entries[i]
      const advertiser = itemAdvertiser[item]
      if (advertiser >= 0) into.add(advertiser, items.get(item))
    }
  }
}

/** A tally of the visitor that was asked about last. */
class OfVisitor {
  private visitor: Visitor | undefined
  private readonly tally: Tally

  constructor(
    entries: number,
    private readonly count: (visitor: Visitor, into: Tally) => void,
  ) {
    this.tally = new Tally(entries)
  }

  read(visitor: Visitor): Tally {
    if (this.visitor !== visitor) {
      // not theirs before it is whole
      this.visitor = undefined
      this.count(visitor, this.tally.clear())
      this.visitor = visitor
    }
    return this.tally
  }
}
