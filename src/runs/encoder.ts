import { UserError } from '../core/errors.js'
import type { Engine, Feeds, Program, State } from '../engine/types.js'
import { fillAdvertisers, fillItems } from '../features/candidate-batch.js'
import { fillContexts, type RequestContext } from '../features/context.js'
import { fillHistories } from '../features/history-batch.js'
import { HistoryProfiles } from '../features/history-profile.js'
import type { ItemFeatures } from '../features/item-features.js'
import type { Popularity } from '../features/popularity.js'
import type { CatalogData } from '../features/snapshot.js'
import { seenAt, type Queries } from '../protocol/queries.js'
import { TEMPERATURE, parameterSpecs } from '../model/parameters.js'
import { encodeCandidates, encodeHistories, encodeInContext } from '../model/programs.js'
import { readsContext, type ModelShape } from '../model/shape.js'
import { blockFor, encodeLengths } from './encode-blocks.js'

export interface EncoderParts {
  engine: Engine
  /** holds the parameters and frozen tables of `shape`; shared, and not disposed with the encoder */
  state: State
  shape: ModelShape
  catalog: CatalogData
  features: ItemFeatures
  /** of items for an item model, of advertisers for an advertiser model; without it only users can be encoded */
  popularity?: Popularity
  /** whether histories carry the age of their events: as in training */
  ages: boolean
}

/** What cosines are divided by in the softmax that a model is trained with. */
export interface Temperatures {
  alone: number
  inContext: number
}

/** Candidates encoded at a time, and few of them. */
const CANDIDATES = 2048
const FEW_CANDIDATES = 64
/** User vectors taken into their contexts at a time, where it is more than one. */
const CONTEXTS = 256

/** Turns histories, items and advertisers into vectors of length 1 with the towers of one model. */
export class Encoder {
  private readonly programs = new Map<string, Promise<Program>>()
  private readonly lengths: number[]
  private readonly profiles: HistoryProfiles
  private learned: Promise<Temperatures> | undefined

  constructor(readonly parts: EncoderParts) {
    this.lengths = encodeLengths(parts.shape.config.length)
    this.profiles = new HistoryProfiles(parts.catalog, parts.features)
  }

  get kind(): 'item' | 'advertiser' {
    return this.parts.shape.kind
  }

  /** d, the width of the vectors. */
  get width(): number {
    return this.parts.shape.config.outputWidth
  }

  /** Latest events of a history that it reads: all of them where the model has a profile of the whole. */
  get reads(): number {
    const { profile, length } = this.parts.shape.config
    return profile ? Infinity : length
  }

  /** Items of an item model, advertisers of an advertiser model. */
  get entries(): number {
    return this.parts.shape[this.kind === 'item' ? 'items' : 'advertisers']
  }

  /** Whether it takes the context of a request in. */
  get readsContext(): boolean {
    return readsContext(this.parts.shape)
  }

  /**
   * User vectors [Q, d], of an item model in the contexts of the queries where they have any. An empty history gives a
   * finite vector, the same for all.
   * @throws UserError as inContext
   */
  async encodeUsers(queries: Queries): Promise<Float32Array> {
    const vectors = await this.encodeHistories(queries)
    return queries.contexts && this.kind === 'item' ? this.inContext(vectors, queries.contexts) : vectors
  }

  /**
   * User vectors [Q, d] in the contexts of Q requests; one without a context stays as it is. No history is read: the
   * vectors are those that are stored.
   * @throws UserError when the model was trained without context
   */
  async inContext(vectors: Float32Array, contexts: readonly (RequestContext | undefined)[]): Promise<Float32Array> {
    const { shape, features } = this.parts
    if (!this.readsContext) throw this.withoutContext()
    const out = new Float32Array(vectors.length)
    for (let at = 0; at < contexts.length;) {
      const N = contexts.length - at === 1 ? 1 : CONTEXTS
      const part = contexts.slice(at, at + N)
      const users = new Float32Array(N * this.width)
      users.set(vectors.subarray(at * this.width, (at + part.length) * this.width))
      const moved = await this.run(`context ${N}`, () => encodeInContext(shape, N), {
        users,
        ...fillContexts(features, shape.config.titleBuckets, part, N),
      })
      out.set(moved.subarray(0, part.length * this.width), at * this.width)
      at += part.length
    }
    return out
  }

  /**
   * The learned temperatures of an item model: of scores without a context, and of those in one.
   * @throws UserError as inContext
   */
  temperatures(): Promise<Temperatures> {
    return (this.learned ??= this.readTemperatures())
  }

  private async readTemperatures(): Promise<Temperatures> {
    const { shape, state } = this.parts
    if (!this.readsContext) throw this.withoutContext()
    const { parameters } = await state.read(['parameters'])
    const of = (name: string): number =>
      Math.exp(parameters[parameterSpecs(shape).find((spec) => spec.name === name)!.offset])
    return { alone: of('temperature'), inContext: Math.max(TEMPERATURE.min, of('context.temperature')) }
  }

  private withoutContext(): UserError {
    return new UserError(
      `This ${this.kind} model was trained without context, so it cannot take one in.`,
      'Train one that can: adseq train item --set model.context=true',
    )
  }

  private async encodeHistories(queries: Queries): Promise<Float32Array> {
    const { events, users, ends } = queries
    const out = new Float32Array(users.length * this.width)
    for (const [length, rows] of this.byLength(queries)) {
      for (let at = 0; at < rows.length;) {
        const block = blockFor(rows.length - at, length)
        const part = rows.slice(at, at + block.rows)
        const drawn = {
          users: part.map((q) => users[q]),
          ends: part.map((q) => ends[q]),
          anchors: part.map((q) => seenAt(queries, q)),
        }
        const feeds = {
          ...fillHistories(events, this.parts.features, drawn, block.rows, length, this.parts.ages),
          ...(this.parts.shape.config.profile ? this.profiles.fill(events, drawn, block.rows) : {}),
        }
        const vectors = await this.run(
          `users ${block.rows} ${length}`,
          () => encodeHistories(this.parts.shape, block.rows, length),
          feeds,
        )
        part.forEach((q, i) => out.set(vectors.subarray(i * this.width, (i + 1) * this.width), q * this.width))
        at += part.length
      }
    }
    return out
  }

  /**
   * Vectors [ids.length, d] of items of an item model, of advertisers of an advertiser model.
   * @param asOf unix seconds: popularity is as of then
   */
  async encodeEntries(ids: Int32Array, asOf: number): Promise<Float32Array> {
    const { shape, features, popularity } = this.parts
    if (!popularity) throw new Error('this encoder was opened without events: it encodes users alone')
    const fill = this.kind === 'item' ? fillItems : fillAdvertisers
    const out = new Float32Array(ids.length * this.width)
    for (let at = 0; at < ids.length;) {
      const C = ids.length - at <= FEW_CANDIDATES ? FEW_CANDIDATES : CANDIDATES
      const part = ids.subarray(at, at + C)
      const vectors = await this.run(
        `candidates ${C}`,
        () => encodeCandidates(shape, C),
        fill(features, popularity, part, asOf, C),
      )
      out.set(vectors.subarray(0, part.length * this.width), at * this.width)
      at += part.length
    }
    return out
  }

  /** Frees the compiled programs; the state stays with its owner. */
  async dispose(): Promise<void> {
    const programs = await Promise.all(this.programs.values())
    this.programs.clear()
    for (const program of programs) program.dispose()
  }

  private async run(key: string, spec: () => Parameters<Engine['compile']>[0], feeds: Feeds): Promise<Float32Array> {
    let program = this.programs.get(key)
    if (!program) this.programs.set(key, (program = this.parts.engine.compile(spec(), this.parts.state)))
    const { vectors } = await (await program).run(feeds)
    return vectors.data as Float32Array
  }

  /** Query numbers by the shortest length that holds their history. */
  private byLength({ events, users, ends }: Queries): Map<number, number[]> {
    const groups = new Map<number, number[]>()
    for (let q = 0; q < users.length; q++) {
      const n = ends[q] - events.offsets[users[q]]
      const length = this.lengths.find((l) => l >= n) ?? this.lengths[this.lengths.length - 1]
      const group = groups.get(length)
      if (group) group.push(q)
      else groups.set(length, [q])
    }
    return groups
  }
}
