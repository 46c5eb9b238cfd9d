import type { RequestContext } from '../features/context.js'
import { madeUpHistory } from '../features/made-up-history.js'
import type { CatalogData } from '../features/snapshot.js'
import type { Generation } from '../generations/open.js'
import { servedUser, storedHistory, type ServedUser } from '../generations/served.js'
import type { Queries } from '../protocol/queries.js'
import type { InContext } from '../retrieve/vector-hybrid.js'
import type { Store } from '../store/store.js'
import { knownHistory, type IgnoredEvent } from './posted-history.js'
import { unknownUser } from './problem.js'
import type { RetrievalFacts } from './retrieval.js'
import type { AdsBody } from './schemas.js'

/** Who asks: a user of the store, or a history that was sent. */
export interface Asker {
  /** store id */
  id?: number
  queries: Queries
  stored?: ServedUser['advertisers']
  userSeq?: number
  ignored?: IgnoredEvent[]
}

/** What one generation knows of those who ask. */
export class Askers {
  constructor(
    private readonly store: Store,
    private readonly generation: Generation,
    private readonly catalog: CatalogData,
    private readonly facts: RetrievalFacts,
  ) {}

  /**
   * A stored user as they are served.
   * @param user store id @returns undefined for one without a vector
   */
  stored(user: number): ServedUser | undefined {
    return servedUser(this.store, this.generation.manifest, this.catalog, user)
  }

  /** A user by the name they have outside. @throws Problem where there is none */
  user(externalId: string, moment: number): Asker {
    const { store } = this
    const id = store.userId(externalId)
    if (id === undefined) throw unknownUser(externalId)
    const { manifest } = this.generation
    const found = this.stored(id)
    if (found)
      return { id, queries: seenFrom(found.queries, moment), stored: found.advertisers, userSeq: found.encoded.seq }
    // nothing of theirs is known to the generation: what they did is read, if that is nothing
    const events = storedHistory(store, this.catalog, id, manifest.seq)
    const ends = Int32Array.of(events.eventTime.length)
    return { id, queries: { events, users: Int32Array.of(0), ends, moment }, userSeq: manifest.seq }
  }

  /** A history that was sent. @throws Problem where nothing in it is known */
  posted(events: NonNullable<AdsBody['events']>, moment: number): Asker {
    const { store } = this
    const known = knownHistory(store, events, this.facts, moment)
    return {
      queries: seenFrom(this.history(known.events, known.anchorTime), moment),
      ...(known.ignored.length > 0 && { ignored: known.ignored }),
    }
  }

  /** A history that is stored nowhere, seen at `moment` (unix seconds). */
  history(events: Parameters<typeof madeUpHistory>[1], moment: number): Queries {
    return {
      events: madeUpHistory(this.catalog, events),
      users: Int32Array.of(0),
      ends: Int32Array.of(events.length),
      moment,
    }
  }

  /** Vectors of both runs for a query; where they are not stored the user towers make them, once for all stages. */
  async withVectors(queries: Queries): Promise<Queries> {
    const vectors: Record<string, Float32Array> = { ...queries.vectors }
    for (const hybrid of [this.generation.items, this.generation.advertisers])
      if (hybrid && !vectors[hybrid.run]) vectors[hybrid.run] = (await hybrid.userVectors(queries))[0]
    return { ...queries, vectors }
  }

  /** The vector of the item run in the context of the request. @param queries withVectors */
  inContext(queries: Queries, context: RequestContext): Promise<InContext> {
    const { items } = this.generation
    return items.inContext(queries.vectors![items.run], context)
  }

  /** Where a user is. @param id of the store */
  countryOf(id: number): string | undefined {
    const country = this.store.user(id)?.attributes.country
    return country === undefined ? undefined : String(country)
  }
}

/** Seen from a moment, but not from before the last event. */
function seenFrom(queries: Queries, moment: number): Queries {
  return { ...queries, moment: Math.max(moment, queries.events.eventTime.at(-1) ?? 0) }
}
