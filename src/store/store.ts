import type Database from 'better-sqlite3'
import { sha256 } from '../core/hash.js'
import { AdSearch } from './ad-search.js'
import { Ads } from './ads.js'
import { Candidates, type CandidateList } from './candidates.js'
import {
  Catalog,
  type AdvertiserRecord,
  type Found,
  type ItemRecord,
  type ItemRow,
  type UserRecord,
} from './catalog.js'
import { CatalogSearch } from './catalog-search.js'
import { Embeddings, type UserEmbedding, type UserEmbeddings } from './embeddings.js'
import { EventLog, type EventColumns, type EventRow } from './events.js'
import { Generations, type Generation } from './generations.js'
import { Imports } from './imports.js'
import { LiveUsers } from './live.js'
import { BulkWriter } from './writer.js'

export interface Counts {
  users: number
  items: number
  advertisers: number
  events: number
}

/**
 * The feature store of a workspace. Ids of users, items and advertisers are integers from 1 on, dense and never
 * deleted; external ids are looked up at the edges. Everything is synchronous.
 */
export class Store {
  private readonly catalog: Catalog
  private readonly events: EventLog
  private readonly embeddings: Embeddings
  private readonly lists: Candidates
  private readonly generations: Generations
  /** what was imported, and how far */
  readonly imports: Imports
  /** campaigns, ads, spend and impressions */
  readonly ads: Ads
  /** users whose events came one by one since the generation that is served */
  readonly live: LiveUsers
  /** ads as people look them up */
  readonly adSearch: AdSearch
  /** users, items and advertisers as people look them up */
  readonly catalogSearch: CatalogSearch

  constructor(
    private readonly db: Database.Database,
    readonly folder: string,
  ) {
    this.catalog = new Catalog(db)
    this.events = new EventLog(db)
    this.embeddings = new Embeddings(db)
    this.lists = new Candidates(db)
    this.generations = new Generations(db)
    this.imports = new Imports(db)
    this.ads = new Ads(db)
    this.live = new LiveUsers(db)
    this.adSearch = new AdSearch(db)
    this.catalogSearch = new CatalogSearch(db)
  }

  close(): void {
    this.db.close()
  }

  /** How long a transaction waits for another process that writes, in milliseconds. */
  setPatience(ms: number): void {
    this.db.pragma(`busy_timeout = ${Math.ceil(ms)}`)
  }

  /** Runs `work` in one transaction: all of its writes are seen, or none. */
  transaction<T>(work: () => T): T {
    return this.db.transaction(work).immediate()
  }

  /** Runs reading `work` on the data as it is at one moment, whatever others write meanwhile. */
  read<T>(work: () => T): T {
    return this.db.transaction(work).deferred()
  }

  /** Appends events and catalog entries in transactions of the caller's size. One writer at a time. */
  writer(): BulkWriter {
    return new BulkWriter(this.db)
  }

  // --- events ---

  /** The highest ingest number; 0 when there are no events. */
  lastSeq(): number {
    return this.events.lastSeq()
  }

  counts(): Counts {
    return {
      users: this.catalog.count('users'),
      items: this.catalog.count('items'),
      advertisers: this.catalog.count('advertisers'),
      events: this.events.count(),
    }
  }

  /** Names the data: any event or catalog row added or changed gives another hash; ads do not. 16 hex characters. */
  dataHash(): string {
    const digest = this.db.prepare("SELECT value FROM meta WHERE key = 'digest'").pluck().get() as string | undefined
    return sha256(JSON.stringify([digest ?? '', this.lastSeq(), this.counts()])).slice(0, 16)
  }

  /** Names the ads inventory: raised by every change of campaigns, ads, spend or impressions; 0 before the first. */
  adsVersion(): number {
    return this.ads.version()
  }

  /** [seq, user, item, advertiser, type, domain, time] of every event past an ingest number, in that order. */
  scanEvents(after = 0): Generator<EventRow, void> {
    return this.events.scan(after)
  }

  /** Whether any event is of an item with an id above `after`, up to `to`. Reads all events where none is. */
  hasEventsOfItems(after: number, to: number): boolean {
    return this.events.hasItems(after, to)
  }

  /** Ids of the users with events past an ingest number, ascending. */
  usersWithEventsAfter(seq: number): Int32Array {
    return this.events.users(seq)
  }

  /**
   * The latest events of a user, oldest first. @param options until: unix seconds; atSeq: ingest number; limit: rows
   */
  history(user: number, options?: { until?: number; atSeq?: number; limit?: number }): EventColumns {
    return this.events.history(user, options)
  }

  // --- catalog ---

  /** [id, external id, advertiser (0 = none), category, price, title, launched] of every item, in order of id. */
  scanItems(): Generator<ItemRow, void> {
    return this.catalog.scanItems()
  }

  /** [id, value] of an attribute of every user who has it, in order of id. */
  scanUserAttribute(name: string): Generator<[number, string], void> {
    return this.catalog.scanUserAttribute(name)
  }

  userId(externalId: string): number | undefined {
    return this.catalog.id('users', externalId)
  }

  itemId(externalId: string): number | undefined {
    return this.catalog.id('items', externalId)
  }

  advertiserId(externalId: string): number | undefined {
    return this.catalog.id('advertisers', externalId)
  }

  /** Items by words of their title, advertisers by words of their name, those with most events first. */
  named(table: 'items' | 'advertisers', words: readonly string[], limit: number): { total: number; found: Found[] } {
    return this.catalog.named(table, words, limit)
  }

  user(id: number): UserRecord | undefined {
    return this.catalog.user(id)
  }

  item(id: number): ItemRecord | undefined {
    return this.catalog.item(id)
  }

  advertiser(id: number): AdvertiserRecord | undefined {
    return this.catalog.advertiser(id)
  }

  /** External ids of a table: entry i belongs to id i + 1. */
  externalIds(table: 'users' | 'items' | 'advertisers'): string[] {
    return this.catalog.externalIds(table)
  }

  // --- user vectors ---

  /**
   * Stores user vectors [ids.length * width] in one transaction; call `setWatermark` when the last block is in.
   * @param asOf anchor time, unix seconds @param seq the ingest number that the histories reach to
   */
  putUserEmbeddings(run: string, asOf: number, seq: number, ids: ArrayLike<number>, vectors: Float32Array): void {
    this.embeddings.put(run, asOf, seq, ids, vectors)
  }

  /** A user's latest vector at or below an ingest number. */
  userEmbedding(run: string, userId: number, atSeq?: number): UserEmbedding | undefined {
    return this.embeddings.get(run, userId, atSeq)
  }

  /** The latest vector of every user at or below an ingest number. */
  userEmbeddings(run: string, atSeq?: number): UserEmbeddings {
    return this.embeddings.all(run, atSeq)
  }

  /** The highest ingest number up to which every user of a run is encoded; 0 before the first inference. */
  watermark(run: string): number {
    return this.embeddings.watermark(run)
  }

  setWatermark(run: string, seq: number): void {
    this.embeddings.setWatermark(run, seq)
  }

  // --- stored candidates ---

  /** Stores lists [users.length * K] of advertiser ids (best first, 0 ends a shorter list) with their cosines. */
  putCandidates(
    run: string,
    seq: number,
    users: ArrayLike<number>,
    advertisers: Int32Array,
    scores: Float32Array,
  ): void {
    this.lists.put(run, seq, users, advertisers, scores)
  }

  /** A user's latest list at or below an ingest number. */
  candidates(run: string, userId: number, atSeq?: number): CandidateList | undefined {
    return this.lists.get(run, userId, atSeq)
  }

  // --- generations ---

  /** Inserts a generation and serves it, in one durable transaction. Its files must be fsynced before. */
  publishGeneration(generation: Generation): void {
    this.generations.publish(generation)
  }

  /** Serves an earlier generation again. @throws UserError when there is none of that name */
  setCurrentGeneration(id: string): void {
    this.generations.setCurrent(id)
  }

  currentGeneration(): Generation | undefined {
    return this.generations.current()
  }

  generation(id: string): Generation | undefined {
    return this.generations.get(id)
  }

  /** Newest first. */
  listGenerations(): Generation[] {
    return this.generations.all()
  }
}
