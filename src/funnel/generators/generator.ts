import type { Kind } from '../../config/schema.js'
import type { CatalogData } from '../../features/snapshot.js'
import type { VectorHybrid } from '../../retrieve/vector-hybrid.js'
import type { OpenAds } from '../eligibility.js'
import type { Visitor } from '../request.js'
import type { Tables } from '../tables.js'

/** What a generator found, best first. */
export interface Ranked {
  /** indices of items or advertisers, each once */
  entries: ArrayLike<number>
  /** higher is better; comparable within the generator alone */
  scores: ArrayLike<number>
  /** there is nothing beyond these */
  complete: boolean
  /** entries that were looked at, where it is not just those found */
  searched?: number
  /** whether these are the best for certain; absent: they are */
  exact?: boolean
}

/** One way to find candidates for a user. */
export interface CandidateGenerator {
  /** what it ranks: its ads follow from that */
  readonly level: Kind
  /**
   * The n best entries for the user, or all there are. Entries outside open.items (open.advertisers) have no ad to
   * show; one that can search among those alone should.
   */
  ranked(visitor: Visitor, n: number, open: OpenAds): Ranked | Promise<Ranked>
}

/** What generators are made of: the vectors and counts of one generation. */
export interface Parts {
  catalog: CatalogData
  items: VectorHybrid
  /** absent where there is no advertiser run */
  advertisers?: VectorHybrid
  tables: Tables
}

/**
 * A kind of generator. One of a user's own is a file whose default export is such an object, named under
 * `funnel.generators` with `file:`.
 */
export interface GeneratorType {
  /** as settings and responses name it */
  name: string
  /** one line */
  summary: string
  /** undefined: with these parts there is nothing to generate */
  open(parts: Parts): CandidateGenerator | undefined
}
