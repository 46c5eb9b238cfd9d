import { emptyLists, type TopLists } from '../ann/ann-index.js'
import { dot, dotRows, type QueryBlock } from '../ann/dot-products.js'
import type { ItemIndex } from '../ann/item-index.js'
import { exactCost, graphCost, slackOf, type SearchCost } from '../ann/search-cost.js'
import { TopK, before } from '../ann/top-k.js'
import type { Kind } from '../config/schema.js'
import type { RequestContext } from '../features/context.js'
import type { Queries } from '../protocol/queries.js'
import type { Temperatures } from '../runs/encoder.js'
import { ownTerm, type BlendWeights } from './blend.js'
import { OwnHistory } from './own-history.js'
import type { EntrySet, ListOptions, Recommender, Searched } from './recommender.js'
import type { Towers } from './towers.js'

const NO_WEIGHTS: BlendWeights = { own: 0, popularity: 0 }

export interface HybridVectors {
  /** id of the run that made them */
  run: string
  /** [entries, width] unit vectors of all items or advertisers, in order of index */
  vectors: Float32Array
  width: number
  /** [entries] log(1 + conversions) */
  popularity: Float32Array
  /** of so many days; 30 where absent */
  popularityDays?: number
  /** null where there was nothing to fit them on: the towers alone */
  weights: BlendWeights | null
  /** orders equal scores */
  seed: number
  /** what is in a user's history is not listed */
  masked: boolean
  /** finds entries without scoring all of them, and what that costs here */
  index?: { items: ItemIndex; cost: SearchCost }
}

/** A user vector [width] in the context of a request. */
export interface InContext {
  vector: Float32Array
  /** what cosines of stored vectors, and of this one, are divided by in training */
  temperatures: Temperatures
}

interface Scored {
  entry: number
  score: number
}

/**
 * A run's hybrid over vectors in memory: what a generation serves. Entry e is the item (advertiser) of index e. User
 * vectors are those of the queries where they are stored, or the run's user tower makes them.
 */
export class VectorHybrid implements Recommender {
  readonly kind = 'hybrid'
  readonly name: string
  readonly entries: number
  private readonly bonus: Float32Array
  private readonly weights: BlendWeights
  private readonly own: OwnHistory
  private readonly row: Float32Array
  private readonly everything: EntrySet

  constructor(
    readonly level: Kind,
    readonly parts: HybridVectors,
    private readonly towers?: Pick<Towers, 'encodeUsers' | 'inContext' | 'temperatures'>,
  ) {
    this.name = parts.run
    this.entries = parts.popularity.length
    this.weights = parts.weights ?? NO_WEIGHTS
    this.bonus = bonusOf(parts)
    const ids = Int32Array.from({ length: this.entries }, (_, e) => e)
    this.own = new OwnHistory({ level, size: this.entries, ids, entryOf: ids })
    this.row = new Float32Array(this.entries)
    this.everything = { ids, outside: new Uint8Array(this.entries) }
  }

  get run(): string {
    return this.parts.run
  }

  get width(): number {
    return this.parts.width
  }

  /** The same vectors with what is popular now. @param popularity [entries] log(1 + conversions) */
  withPopularity(popularity: Float32Array): VectorHybrid {
    return new VectorHybrid(this.level, { ...this.parts, popularity }, this.towers)
  }

  isExact(): boolean {
    return this.parts.index === undefined
  }

  async score(queries: Queries, from: number, to: number, out: Float32Array): Promise<void> {
    const users = await this.userVectors(queries)
    const { entries } = this
    for (let q = from; q < to; q++)
      this.scoreThese(users[q], queries, q, this.everything.ids, out.subarray((q - from) * entries))
  }

  /** The entries that an index finds and those of the user's own history, scored exactly; without an index, all. */
  async list(queries: Queries, k: number, options: ListOptions = {}): Promise<TopLists> {
    const { without, only, seed = this.parts.seed, onSearch } = options
    const users = await this.userVectors(queries)
    const lists = emptyLists(users.length, k)
    for (let q = 0; q < users.length; q++) {
      const skipped = new Set<number>(Array.from(without?.(q) ?? []))
      if (this.parts.masked) for (const entry of this.own.read(queries, q).distinct) skipped.add(entry)
      const { best, searched, exact } = await this.best(users[q], queries, q, { k, skipped, only, seed })
      onSearch?.(q, { searched, exact })
      lists.counts[q] = best.length
      best.forEach(({ entry, score }, i) => {
        lists.entries[q * k + i] = entry
        lists.scores[q * k + i] = score
      })
    }
    return lists
  }

  /** Cosine of a user vector and an entry, without what history and popularity add. @param user [width] */
  cosine(user: Float32Array, entry: number): number {
    return dot(this.parts.vectors, entry * this.width, user, this.width)
  }

  /** The unit vector [width] of an entry: a view. */
  vector(entry: number): Float32Array {
    return this.parts.vectors.subarray(entry * this.width, (entry + 1) * this.width)
  }

  /** Multiplies the unit vector of an entry with the queries of a block. */
  multiply(entry: number, block: QueryBlock): void {
    block.multiply(this.parts.vectors, entry * this.width)
  }

  /** The k entries nearest to an entry by cosine, itself left out: of all, or of what an index finds. */
  async nearest(entry: number, k: number): Promise<{ indices: Int32Array; scores: Float32Array; exact: boolean }> {
    const { entries } = this
    const { index, seed } = this.parts
    const own = this.vector(entry)
    // more than k: the index knows popularity too, which is left out here
    const ask = 4 * (k + 1) + 100
    const found = index && ask < entries ? Int32Array.from(await index.items.find(own, ask)) : this.everything.ids
    const cosines = Float32Array.from(found, (e) => this.cosine(own, e))
    const top = new TopK(Math.min(k, entries), seed)
    const n = top.selectOf(found, cosines, new Set([entry]))
    return { indices: top.entries.slice(0, n), scores: top.scores.slice(0, n), exact: found === this.everything.ids }
  }

  /** A user vector [width] for every query. */
  async userVectors(queries: Queries): Promise<Float32Array[]> {
    const { run, width } = this
    const all = queries.vectors?.[run] ?? (await this.towers?.encodeUsers(queries))
    if (!all) throw new Error(`${run}: it was opened without its user tower, and a query has no stored vector`)
    if (all.length !== queries.users.length * width) throw new Error(`${run}: a user vector is not of width ${width}`)
    return Array.from(queries.users, (_, q) => all.subarray(q * width, (q + 1) * width))
  }

  /**
   * A user vector [width], stored or made, in the context of a request.
   * @throws UserError when the run takes none in
   */
  async inContext(user: Float32Array, context: RequestContext): Promise<InContext> {
    const { towers } = this
    if (!towers?.inContext || !towers.temperatures)
      throw new Error(`${this.run}: it was opened without its context layers`)
    return { vector: await towers.inContext(user, [context]), temperatures: await towers.temperatures() }
  }

  private async best(
    user: Float32Array,
    queries: Queries,
    q: number,
    { k, skipped, only, seed }: { k: number; skipped: ReadonlySet<number>; only?: EntrySet; seed: number },
  ): Promise<{ best: Scored[] } & Searched> {
    const { index } = this.parts
    const wanted = k + skipped.size
    const eligible = only?.ids.length ?? this.entries
    const among = (entry: number): boolean => !skipped.has(entry) && only?.outside[entry] !== 1
    if (index) {
      const depth = (wanted * this.entries) / Math.max(1, eligible)
      // far down a graph misses some of the best: of what it finds only the first 1 / slack is taken for complete
      const slack = slackOf(index.cost, depth)
      let spent = 0
      for (let ask = Math.ceil(depth * slack); ask < this.entries; ask *= 2) {
        spent += graphCost(index.cost, ask)
        if (spent > exactCost(index.cost, eligible)) break
        const found = await index.items.find(user, ask)
        const complete = found.subarray(0, Math.ceil(found.length / slack)).filter(among).length
        if (complete >= Math.min(k, eligible)) {
          const best = this.rank(user, queries, q, found.filter(among), { k, among, seed })
          return { best, searched: found.length, exact: false }
        }
      }
    }
    return { best: this.exact(user, queries, q, { k, skipped, only, seed }), searched: eligible, exact: true }
  }

  /** The best of what an index found, with the user's own entries beside it: those score more than the index knows. */
  private rank(
    user: Float32Array,
    queries: Queries,
    q: number,
    found: Uint32Array,
    { k, among, seed }: { k: number; among: (entry: number) => boolean; seed: number },
  ): Scored[] {
    const own = this.own.read(queries, q)
    const entries = Int32Array.from(new Set([...found, ...own.distinct.filter(among)]))
    const scores = new Float32Array(entries.length)
    this.scoreThese(user, queries, q, entries, scores)
    return Array.from(entries, (entry, i): Scored => ({ entry, score: scores[i] }))
      .sort((a, b) => before(a, b, seed))
      .slice(0, k)
  }

  private exact(
    user: Float32Array,
    queries: Queries,
    q: number,
    { k, skipped, only, seed }: { k: number; skipped: ReadonlySet<number>; only?: EntrySet; seed: number },
  ): Scored[] {
    const { ids } = only ?? this.everything
    const scores = this.row.subarray(0, ids.length)
    this.scoreThese(user, queries, q, ids, scores)
    const top = new TopK(Math.min(k, ids.length), seed)
    const n = top.selectOf(ids, scores, skipped.size > 0 ? skipped : undefined)
    return Array.from({ length: n }, (_, i) => ({ entry: top.entries[i], score: top.scores[i] }))
  }

  /** Scores chosen entries, rounded alike whatever else is scored. */
  private scoreThese(user: Float32Array, queries: Queries, q: number, entries: Int32Array, out: Float32Array): void {
    const { vectors, width } = this.parts
    const own = this.own.read(queries, q)
    dotRows(vectors, width, user, entries, out)
    for (let i = 0; i < entries.length; i++) {
      const e = entries[i]
      const score = Math.fround(out[i] + this.bonus[e])
      out[i] = own.count(e) > 0 ? score + ownTerm(own, e, this.weights) : score
    }
  }
}

/** What popularity adds to every entry [entries]: the index is built over it, too. */
export function bonusOf({ popularity, weights }: Pick<HybridVectors, 'popularity' | 'weights'>): Float32Array {
  const weight = weights?.popularity ?? 0
  return Float32Array.from(popularity, (x) => weight * x)
}
