import type Database from 'better-sqlite3'
import { ownText } from '../core/own-text.js'

/** Names kept in memory a table; twice as many at most. The rest is looked up. */
const KEEP = 400_000

/**
 * External id -> dense integer id of one table, inserting what is new. Memory is bounded: recent names are cached in
 * two generations, others are read from the table.
 */
export class Interner {
  private recent = new Map<string, number>()
  private older = new Map<string, number>()
  private readonly find: Database.Statement
  private readonly last: Database.Statement
  private lastName: string | undefined
  private lastId = 0
  /** every name of the table is in `recent`: one that is not there is new */
  private complete = false
  /** rows of the table; an id above the count before the call is new */
  count = 0

  /** @param insert adds a row of that id and external id to the table */
  constructor(
    db: Database.Database,
    table: 'users' | 'items' | 'advertisers',
    private readonly insert: (id: number, name: string) => void,
    private readonly keep = KEEP,
  ) {
    this.find = db.prepare(`SELECT id FROM ${table} WHERE external_id = ?`).pluck()
    this.last = db.prepare(`SELECT coalesce(max(id), 0) FROM ${table}`).pluck()
  }

  /** At the start of a transaction: another process may have added rows since the last one. */
  refresh(): void {
    this.count = this.last.get() as number
    this.complete = this.count === this.recent.size && this.older.size === 0
  }

  /** After a rollback: cached ids may not exist. */
  forget(): void {
    this.recent.clear()
    this.older.clear()
    this.lastName = undefined
  }

  id(name: string): number {
    // rows of one user often come one after the other
    if (name === this.lastName) return this.lastId
    const id = this.recent.get(name) ?? this.remember(name)
    this.lastName = name
    this.lastId = id
    return id
  }

  /** The id of a name that is there; nothing is inserted. */
  known(name: string): number | undefined {
    const recent = this.recent.get(name)
    if (recent !== undefined) return recent
    const id = this.stored(name)
    if (id !== undefined) this.keepAtHand(ownText(name), id)
    return id
  }

  private remember(name: string): number {
    const own = ownText(name)
    const id = this.stored(own) ?? this.add(own)
    this.keepAtHand(own, id)
    return id
  }

  private stored(name: string): number | undefined {
    return this.complete ? undefined : (this.older.get(name) ?? (this.find.get(name) as number | undefined))
  }

  private keepAtHand(own: string, id: number): void {
    if (this.recent.size >= this.keep) {
      this.older = this.recent
      this.recent = new Map()
      this.complete = false
    }
    this.recent.set(own, id)
  }

  private add(name: string): number {
    this.insert(this.count + 1, name)
    return ++this.count
  }
}
