import { storedWorld } from '../events/world/stored-world.js'
import { WorldTruth, type Truth } from '../events/world/truth.js'
import type { Snapshot } from '../features/snapshot.js'
import type { Store } from '../store/store.js'
import type { Catalog } from '../protocol/catalog.js'
import type { Queries } from '../protocol/queries.js'
import { ExactRecommender, type Recommender } from './recommender.js'

/** Futures drawn a user. */
export const ORACLE_DRAWS = 32
/** Values of expectations that are kept for the next level: 256 MB. */
const KEPT = 2 ** 26

/** Makes the oracles of one evaluation, one a level; they share what they found out about a user. */
export interface OracleSource {
  /** @param catalog what is ranked @param t the cutoff, unix seconds @param days of the window after it */
  recommender(snapshot: Snapshot, catalog: Catalog, t: number, days: number): Recommender
  /** how it is computed, for the report */
  readonly note: string
}

/** The oracle of a store that holds one generated world of this version and nothing else; undefined for any other. */
export function oracleOf(store: Store, draws = ORACLE_DRAWS): OracleSource | undefined {
  const stored = storedWorld(store)
  if (!stored) return undefined
  const { world, users } = stored
  const truths = new Map<string, KnownTruth>()
  return {
    recommender: (snapshot, catalog, t, days) => {
      const key = `${t} ${days}`
      if (!truths.has(key)) truths.set(key, new KnownTruth(new WorldTruth(world, t, days, draws), users, snapshot))
      return new Oracle(snapshot, catalog, truths.get(key)!)
    },
    note:
      `the oracle knows each user's latent state at the cutoff and ranks by the world's own expectation of their ` +
      `conversions, over ${draws} drawn futures with closed-form choice probabilities: what is below it can be ` +
      'won, what is above it cannot (docs/world.md).',
  }
}

/** Ranks by expected conversions; advertisers and categories by those of all their items (and signups). */
export class Oracle extends ExactRecommender {
  readonly kind = 'baseline'
  readonly name = 'oracle'
  readonly level
  readonly entries

  constructor(
    private readonly snapshot: Snapshot,
    private readonly catalog: Catalog,
    private readonly truth: KnownTruth,
  ) {
    super()
    this.level = catalog.level
    this.entries = catalog.size
  }

  score({ users }: Queries, from: number, to: number, out: Float32Array): void {
    const { snapshot, catalog, entries } = this
    const { itemAdvertiser } = snapshot
    out.fill(0, 0, (to - from) * entries)
    for (let q = from; q < to; q++) {
      const row = out.subarray((q - from) * entries, (q - from + 1) * entries)
      const { conversions, signups } = this.truth.of(users[q])
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
class KnownTruth {
  private readonly scratch: Truth
  private readonly kept = new Map<number, { conversions: Float32Array; signups: Float32Array }>()
  private values = 0

  /** @param users [snapshot.users] the world's number of every user */
  constructor(
    private readonly truth: WorldTruth,
    private readonly users: Int32Array,
    { items, advertisers }: Snapshot,
  ) {
    this.scratch = { conversions: new Float64Array(items), signups: new Float64Array(advertisers) }
  }

  of(user: number): { conversions: ArrayLike<number>; signups: ArrayLike<number> } {
    const found = this.kept.get(user)
    if (found) return found
    this.truth.of(this.users[user], this.scratch)
    this.values += this.scratch.conversions.length + this.scratch.signups.length
    if (this.values > KEPT) return this.scratch
    const made = {
      conversions: Float32Array.from(this.scratch.conversions),
      signups: Float32Array.from(this.scratch.signups),
    }
    this.kept.set(user, made)
    return made
  }
}
