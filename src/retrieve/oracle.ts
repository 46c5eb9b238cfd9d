import { HistoryBelief } from '../events/world/history-belief.js'
import { storedWorld } from '../events/world/stored-world.js'
import { Expectation, WorldTruth, type Truth } from '../events/world/truth.js'
import type { EventData, Snapshot } from '../features/snapshot.js'
import type { Store } from '../store/store.js'
import type { Catalog } from '../protocol/catalog.js'
import type { Queries } from '../protocol/queries.js'
import { ExactRecommender, type Recommender } from './recommender.js'

/** Futures drawn a user. */
export const ORACLE_DRAWS = 128
/** Particles of the filter by which the ceiling infers a user's state: twice as many find a little more. */
export const CEILING_PARTICLES = 128
/** Values of expectations that are kept for the next level: 256 MB. */
const KEPT = 2 ** 26

/** Makes the oracles and ceilings of one evaluation, one a level; they share what they found out about a user. */
export interface OracleSource {
  /** @param catalog what is ranked @param t the cutoff, unix seconds @param days of the window after it */
  recommender(snapshot: Snapshot, catalog: Catalog, t: number, days: number): Recommender
  /** the same for somebody who knows of a user no more than their history */
  ceiling(snapshot: Snapshot, catalog: Catalog, t: number, days: number): Recommender
  /** how they are computed, for the report */
  readonly note: string
}

/** The oracle of a store that holds one generated world of this version and nothing else; undefined for any other. */
export function oracleOf(store: Store, draws = ORACLE_DRAWS, particles = CEILING_PARTICLES): OracleSource | undefined {
  const stored = storedWorld(store)
  if (!stored) return undefined
  const { world, users } = stored
  const known = new Map<string, KnownExpectations>()
  const once = (key: string, snapshot: Snapshot, make: () => Expect): KnownExpectations => {
    if (!known.has(key)) known.set(key, new KnownExpectations(make(), snapshot))
    return known.get(key)!
  }
  return {
    recommender: (snapshot, catalog, t, days) => {
      const make = (): Expect => {
        const truth = new WorldTruth(world, t, days, draws)
        return (queries, q, out) => truth.of(users[queries.users[q]], out)
      }
      return new ByExpectation('oracle', 'baseline', snapshot, catalog, once(`oracle ${t} ${days}`, snapshot, make))
    },
    ceiling: (snapshot, catalog, t, days) => {
      const make = (): Expect => {
        const belief = new HistoryBelief(world, t, particles, draws)
        const expectation = new Expectation(world, t, days)
        return ({ events, users: asked, ends }, q, out) =>
          expectation.of(
            belief.of({
              user: users[asked[q]],
              events: columnsOf(events),
              from: events.offsets[asked[q]],
              to: ends[q],
            }),
            out,
          )
      }
      return new ByExpectation('ceiling', 'ceiling', snapshot, catalog, once(`ceiling ${t} ${days}`, snapshot, make))
    },
    note:
      `the oracle knows each user's latent state at the cutoff and ranks by the world's own expectation of their ` +
      `conversions, over ${draws} drawn futures with closed-form choice probabilities: what is above it cannot be ` +
      'won. The ceiling knows the laws of the world and infers the state from the history, by a filter of ' +
      `${particles} particles: what is between the two is hardly in the histories (docs/evaluation.md).`,
  }
}

const columnsOf = ({ eventItem, eventAdvertiser, eventType, eventDomain, eventTime }: EventData) => ({
  item: eventItem,
  advertiser: eventAdvertiser,
  type: eventType,
  domain: eventDomain,
  time: eventTime,
})

/** What is expected of the user of a query, into `out`. */
type Expect = (queries: Queries, q: number, out: Truth) => void

/** Ranks by expected conversions; advertisers and categories by those of all their items (and signups). */
class ByExpectation extends ExactRecommender {
  readonly level
  readonly entries

  constructor(
    readonly name: string,
    readonly kind: Recommender['kind'],
    private readonly snapshot: Snapshot,
    private readonly catalog: Catalog,
    private readonly expectations: KnownExpectations,
  ) {
    super()
    this.level = catalog.level
    this.entries = catalog.size
  }

  score(queries: Queries, from: number, to: number, out: Float32Array): void {
    const { snapshot, catalog, entries } = this
    const { itemAdvertiser } = snapshot
    out.fill(0, 0, (to - from) * entries)
    for (let q = from; q < to; q++) {
      const row = out.subarray((q - from) * entries, (q - from + 1) * entries)
      const { conversions, signups } = this.expectations.of(queries, q)
      for (let i = 0; i < conversions.length; i++) {
        const entry = catalog.entryOf[this.level === 'advertiser' ? itemAdvertiser[i] : i]
        if (entry >= 0) row[entry] += conversions[i]
      }
      if (this.level !== 'advertiser') continue
      for (let a = 0; a < signups.length; a++) if (catalog.entryOf[a] >= 0) row[catalog.entryOf[a]] += signups[a]
    }
  }
}

/** Expectations by user of the snapshot, kept as far as memory allows: three levels ask for the same ones. */
class KnownExpectations {
  private readonly scratch: Truth
  private readonly kept = new Map<string, { conversions: Float32Array; signups: Float32Array }>()
  private values = 0

  constructor(
    private readonly expect: Expect,
    { items, advertisers }: Snapshot,
  ) {
    this.scratch = { conversions: new Float64Array(items), signups: new Float64Array(advertisers) }
  }

  of(queries: Queries, q: number): { conversions: ArrayLike<number>; signups: ArrayLike<number> } {
    const key = `${queries.users[q]} ${queries.ends[q]}`
    const found = this.kept.get(key)
    if (found) return found
    this.expect(queries, q, this.scratch)
    this.values += this.scratch.conversions.length + this.scratch.signups.length
    if (this.values > KEPT) return this.scratch
    const made = {
      conversions: Float32Array.from(this.scratch.conversions),
      signups: Float32Array.from(this.scratch.signups),
    }
    this.kept.set(key, made)
    return made
  }
}
