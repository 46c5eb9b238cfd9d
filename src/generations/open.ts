import { join } from 'node:path'
import { emptyLists, type TopLists } from '../ann/ann-index.js'
import { plainDotProducts } from '../ann/dot-products.js'
import { HnswIndex } from '../ann/hnsw.js'
import { TopK, before } from '../ann/top-k.js'
import type { Kind } from '../config/schema.js'
import { readSafetensors } from '../core/safetensors.js'
import type { Queries } from '../protocol/queries.js'
import { ownTerm, type BlendWeights } from '../retrieve/blend.js'
import { OwnHistory } from '../retrieve/own-history.js'
import type { ListOptions, Recommender } from '../retrieve/recommender.js'
import type { Towers } from '../retrieve/towers.js'
import { FILES, readManifest, verifyFile, type GenerationManifest, type PublishedGeneration } from './files.js'
import { ItemIndex, graphRows } from './item-index.js'

const NO_WEIGHTS: BlendWeights = { own: 0, popularity: 0 }

type UserTower = Pick<Towers, 'encodeUsers'>

/** A published generation with its vectors and index in memory: its files may be removed meanwhile. */
export interface Generation {
  manifest: GenerationManifest
  items: PublishedRecommender
  /** absent where the generation has no advertiser run, or is of an older adseq */
  advertisers?: PublishedRecommender
}

/**
 * Opens a published generation: manifest and files are checked against their checksums first.
 * @param indexFolder the workspace's index/ @param published the store's row (currentGeneration())
 * @param towers encode histories that have no stored vector
 * @throws UserError when a file is missing, cut short or changed
 */
export async function openGeneration(
  indexFolder: string,
  published: PublishedGeneration,
  towers: Partial<Record<Kind, UserTower>> = {},
): Promise<Generation> {
  const manifest = readManifest(indexFolder, published)
  const { index, itemRun, advertiserRun, advertisers } = manifest
  const path = (name: string): string => join(indexFolder, published.id, name)
  await verifyFile(published.id, path(FILES.items), manifest.vectors)
  const parts = vectorsOf(path(FILES.items), manifest, 'item')
  if (index.search !== 'exact') {
    const graph = await HnswIndex.load(path(FILES.index), index, index.expansionSearch)
    // the first version had every item in the graph, equal ones too
    parts.index = new ItemIndex(graph, parts.width, manifest.version === 1 ? undefined : graphRows(parts).rows)
  }
  const items = new PublishedRecommender('item', itemRun, parts, towers.item)
  if (!advertisers || advertiserRun === undefined) return { manifest, items }
  await verifyFile(published.id, path(FILES.advertisers), advertisers.vectors)
  const others = vectorsOf(path(FILES.advertisers), manifest, 'advertiser')
  return {
    manifest,
    items,
    advertisers: new PublishedRecommender('advertiser', advertiserRun, others, towers.advertiser),
  }
}

interface PublishedVectors {
  /** [entries, width] */
  vectors: Float32Array
  width: number
  /** [entries] weight of popularity times log popularity */
  bonus: Float32Array
  weights: BlendWeights
  seed: number
  masked: boolean
  /** finds entries without scoring all of them */
  index?: ItemIndex
}

function vectorsOf(path: string, manifest: GenerationManifest, level: Kind): PublishedVectors {
  const { arrays } = readSafetensors(path)
  const { shape, data } = arrays[level === 'item' ? 'items' : 'advertisers']
  const weights = manifest.weights?.[level] ?? NO_WEIGHTS
  const popularity = arrays.popularity?.data ?? new Float32Array(shape[0])
  return {
    vectors: data as Float32Array,
    width: shape[1],
    bonus: Float32Array.from(popularity, (x) => weights.popularity * x),
    weights,
    seed: manifest.seed ?? 0,
    masked: manifest.history === 'masked',
  }
}

/**
 * What a generation recommends: the hybrid of its run, with the vectors, popularity and weights that were published.
 * Entry e is the item (advertiser) of index e. User vectors are those of the queries where they are stored, or the
 * run's user tower makes them.
 */
export class PublishedRecommender implements Recommender {
  readonly kind = 'hybrid'
  readonly name: string
  readonly entries: number
  private readonly own: OwnHistory
  private readonly row: Float32Array

  constructor(
    readonly level: Kind,
    private readonly run: string,
    private readonly parts: PublishedVectors,
    private readonly towers: UserTower | undefined,
  ) {
    this.name = run
    this.entries = parts.bonus.length
    const ids = Int32Array.from({ length: this.entries }, (_, e) => e)
    this.own = new OwnHistory({ level, size: this.entries, ids, entryOf: ids })
    this.row = new Float32Array(this.entries)
  }

  isExact(): boolean {
    return this.parts.index === undefined
  }

  async score(queries: Queries, from: number, to: number, out: Float32Array): Promise<void> {
    const users = await this.vectors(queries)
    const { entries } = this
    for (let q = from; q < to; q++)
      this.scoreOne(users[q], queries, q, out.subarray((q - from) * entries, (q - from + 1) * entries))
  }

  /** Entries that the index finds and those of the user's own history, scored exactly; all of them without an index. */
  async list(queries: Queries, k: number, { without, seed = this.parts.seed }: ListOptions = {}): Promise<TopLists> {
    const users = await this.vectors(queries)
    const lists = emptyLists(users.length, k)
    const top = new TopK(Math.min(k, this.entries), seed)
    for (let q = 0; q < users.length; q++) {
      const skipped = new Set<number>(Array.from(without?.(q) ?? []))
      if (this.parts.masked) for (const entry of this.own.read(queries, q).distinct) skipped.add(entry)
      const best = this.parts.index
        ? await this.nearest(users[q], queries, q, k, skipped, seed)
        : this.exact(users[q], queries, q, top, skipped)
      lists.counts[q] = best.length
      best.forEach(({ entry, score }, i) => {
        lists.entries[q * k + i] = entry
        lists.scores[q * k + i] = score
      })
    }
    return lists
  }

  private scoreOne(user: Float32Array, queries: Queries, q: number, out: Float32Array): void {
    const { vectors, width, bonus, weights } = this.parts
    plainDotProducts(width, user, vectors, out, this.entries)
    for (let e = 0; e < this.entries; e++) out[e] += bonus[e]
    const own = this.own.read(queries, q)
    for (const entry of own.distinct) out[entry] += ownTerm(own, entry, weights)
  }

  private exact(user: Float32Array, queries: Queries, q: number, top: TopK, skipped: Set<number>): Scored[] {
    this.scoreOne(user, queries, q, this.row)
    const skip = new Uint8Array(this.entries)
    for (const entry of skipped) skip[entry] = 1
    const n = top.select(this.row, skip)
    return Array.from({ length: n }, (_, i) => ({ entry: top.entries[i], score: top.scores[i] }))
  }

  private async nearest(
    user: Float32Array,
    queries: Queries,
    q: number,
    k: number,
    skipped: Set<number>,
    seed: number,
  ): Promise<Scored[]> {
    const { vectors, width, bonus, weights, index } = this.parts
    const known = this.own.read(queries, q).size
    const found = await index!.find(user, k + known + skipped.size)
    // read again: another list may have been asked for meanwhile
    const own = this.own.read(queries, q)
    const scored: Scored[] = []
    for (const entry of new Set([...found, ...own.distinct])) {
      if (skipped.has(entry)) continue
      let s = 0
      for (let i = 0; i < width; i++) s += vectors[entry * width + i] * user[i]
      // rounded as rows of scores are
      s = Math.fround(Math.fround(s) + bonus[entry])
      scored.push({ entry, score: own.count(entry) > 0 ? Math.fround(s + ownTerm(own, entry, weights)) : s })
    }
    return scored.sort((a, b) => before(a, b, seed)).slice(0, k)
  }

  /** A user vector for every query. */
  private async vectors(queries: Queries): Promise<Float32Array[]> {
    const { width } = this.parts
    const stored = queries.vectors?.run === this.run ? queries.vectors.data : undefined
    const all = stored ?? (await this.towers?.encodeUsers(queries))
    if (!all) throw new Error(`${this.name}: it was opened without its user tower, and a query has no stored vector`)
    if (all.length !== queries.users.length * width)
      throw new Error(`${this.name}: a user vector is not of width ${width}`)
    return Array.from(queries.users, (_, q) => all.subarray(q * width, (q + 1) * width))
  }
}

interface Scored {
  entry: number
  score: number
}
