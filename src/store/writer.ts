import type Database from 'better-sqlite3'
import { UserError, hasCode } from '../core/errors.js'
import { faultPoint } from '../core/fault.js'
import { AdsWriter } from './ads-writer.js'
import { DataDigest } from './data-digest.js'
import { Interner } from './interner.js'
import { EVENTS_INDEX } from './schema.js'

/** Ids as stored (from 1); item or advertiser 0 = none. */
export interface NewEvent {
  user: number
  item: number
  advertiser: number
  /** index into EVENT_TYPES */
  type: number
  /** index into DOMAINS */
  domain: number
  /** unix seconds */
  time: number
}

/** What is known of an item; fields left out stay as they are. */
export interface ItemFields {
  /** advertiser id */
  advertiser?: number
  category?: string
  price?: number
  title?: string
  /** unix seconds */
  launched?: number
}

const NOTHING: ItemFields = {}

/** Events of one statement: a call of SQLite costs as much as a row. */
const TOGETHER = 50
const EVENT_COLUMNS = 7

/**
 * Appends to a store. A transaction begins with the first write and ends with `commit`; nothing of it is seen before.
 * After a write that threw, `rollback` undoes the transaction; the writer can then go on from the last commit.
 */
export class BulkWriter {
  /** writes the ads inventory in the same transactions */
  readonly ads: AdsWriter
  private readonly users: Interner
  private readonly items: Interner
  private readonly advertisers: Interner
  private readonly insertEvent: Database.Statement
  private readonly insertEvents: Database.Statement
  private readonly updateItem: Database.Statement
  private readonly updateUser: Database.Statement
  private readonly updateAdvertiser: Database.Statement
  private readonly digestNow: Database.Statement
  private readonly saveDigest: Database.Statement
  private readonly lastEvent: Database.Statement
  private readonly lastOfUser: Database.Statement
  private readonly ownerOfItem: Database.Statement
  private digest = new DataDigest()
  private seq = 0
  /** what the item in hand gets where it is new */
  private ifNew: ItemFields = NOTHING
  private open = false
  /** columns of the events, row by row, that the next statement writes */
  private pending: (number | null)[] = []

  constructor(private readonly db: Database.Database) {
    const insertInto = (table: string): ((id: number, name: string) => void) => {
      const insert = db.prepare(`INSERT INTO ${table} (id, external_id) VALUES (?, ?)`)
      return (id, name) => void insert.run(id, name)
    }
    this.users = new Interner(db, 'users', insertInto('users'))
    this.advertisers = new Interner(db, 'advertisers', insertInto('advertisers'))
    const insertItem = db.prepare(
      'INSERT INTO items (id, external_id, advertiser, category, price, title, launched) VALUES (?, ?, ?, ?, ?, ?, ?)',
    )
    this.items = new Interner(db, 'items', (id, name) => {
      const { advertiser, category, price, title, launched } = this.ifNew
      insertItem.run(id, name, advertiser || null, category ?? null, price ?? null, title ?? null, launched ?? null)
    })
    const insert = (rows: number): Database.Statement =>
      db.prepare(
        `INSERT INTO events (seq, user, item, advertiser, type, domain, time)
        VALUES ${Array.from({ length: rows }, () => '(?, ?, ?, ?, ?, ?, ?)').join(', ')}`,
      )
    this.insertEvent = insert(1)
    this.insertEvents = insert(TOGETHER)
    this.updateItem =
      db.prepare(`UPDATE items SET advertiser = coalesce(?, advertiser), category = coalesce(?, category),
      price = coalesce(?, price), title = coalesce(?, title), launched = coalesce(?, launched) WHERE id = ?`)
    this.updateUser = db.prepare('UPDATE users SET attributes = ? WHERE id = ?')
    this.updateAdvertiser = db.prepare('UPDATE advertisers SET name = ? WHERE id = ?')
    this.digestNow = db.prepare("SELECT value FROM meta WHERE key = 'digest'").pluck()
    this.saveDigest = db.prepare(
      "INSERT INTO meta VALUES ('digest', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    )
    this.lastEvent = db.prepare('SELECT coalesce(max(seq), 0) FROM events').pluck()
    this.lastOfUser = db.prepare('SELECT max(time) FROM events WHERE user = ? AND time BETWEEN ? AND ?').pluck()
    this.ownerOfItem = db.prepare('SELECT advertiser FROM items WHERE id = ?').pluck()
    this.ads = new AdsWriter(db, () => this.begin())
  }

  /** External id -> id, inserted when new. */
  user(externalId: string): number {
    this.begin()
    return this.intern(this.users, 'users', externalId)
  }

  /** @param ifNew what is stored of an item that was not there */
  item(externalId: string, ifNew?: ItemFields): number {
    this.begin()
    const before = this.items.count
    this.ifNew = ifNew ?? NOTHING
    const id = this.intern(this.items, 'items', externalId)
    if (ifNew && id > before) this.digestItem(id, ifNew)
    return id
  }

  /** Items of the catalog so far: an id above it is one that the next `item()` call adds. */
  itemCount(): number {
    this.begin()
    return this.items.count
  }

  advertiser(externalId: string): number {
    this.begin()
    return this.intern(this.advertisers, 'advertisers', externalId)
  }

  /** The id of a user, item or advertiser that is there; nothing is inserted. */
  known(table: 'users' | 'items' | 'advertisers', externalId: string): number | undefined {
    this.begin()
    return this[table].known(externalId)
  }

  /** The advertiser of an item, as the catalog has it. */
  advertiserOf(item: number): number | undefined {
    this.begin()
    return (this.ownerOfItem.get(item) as number | null | undefined) ?? undefined
  }

  setItem(id: number, fields: ItemFields): void {
    this.begin()
    const { advertiser, category, price, title, launched } = fields
    this.updateItem.run(advertiser || null, category ?? null, price ?? null, title ?? null, launched ?? null, id)
    this.digestItem(id, fields)
  }

  setUser(id: number, attributes: Record<string, string | number>): void {
    this.begin()
    const json = JSON.stringify(attributes)
    this.updateUser.run(json, id)
    this.digest.addText('user', id, json)
  }

  setAdvertiser(id: number, fields: { name: string }): void {
    this.begin()
    this.updateAdvertiser.run(fields.name, id)
    this.digest.addText('advertiser', id, fields.name)
  }

  /** Appends an event and returns its ingest number. */
  event(event: NewEvent): number {
    this.begin()
    const { user, item, advertiser, type, domain, time } = event
    const seq = ++this.seq
    this.pending.push(seq, user, item || null, advertiser || null, type, domain, time)
    if (this.pending.length === TOGETHER * EVENT_COLUMNS) {
      this.insertEvents.run(this.pending)
      this.pending = []
    }
    this.digest.addEvent(seq, user, item, advertiser, type, domain, time)
    return seq
  }

  /** The time of a user's last event within [from, to], unix seconds. Slow before `finish` has made the index. */
  lastTime(user: number, from: number, to: number): number | undefined {
    this.begin()
    this.writePending()
    return (this.lastOfUser.get(user, from, to) as number | null) ?? undefined
  }

  /** Ends the transaction. @param also written in the same transaction: what was committed of an import */
  commit(also?: () => void): void {
    this.begin()
    try {
      this.writePending()
      this.saveDigest.run(this.digest.toString())
      this.ads.finish()
      also?.()
      faultPoint('commit rows')
      this.db.exec('COMMIT')
      this.open = false
      faultPoint('committed rows')
    } catch (error) {
      this.rollback()
      throw error
    }
  }

  /** Undoes everything since the last commit. */
  rollback(): void {
    if (this.db.inTransaction) this.db.exec('ROLLBACK')
    this.open = false
    this.pending = []
    for (const interner of [this.users, this.items, this.advertisers]) interner.forget()
  }

  /** After a bulk load: the (user, time) index, where it is not there yet. Commits first. */
  finish(): void {
    if (this.open) this.commit()
    faultPoint('index rows')
    this.db.exec(EVENTS_INDEX)
  }

  private writePending(): void {
    for (let at = 0; at < this.pending.length; at += EVENT_COLUMNS)
      this.insertEvent.run(this.pending.slice(at, at + EVENT_COLUMNS))
    this.pending = []
  }

  private digestItem(id: number, { advertiser, category, price, title, launched }: ItemFields): void {
    this.digest.addText('item', id, `${advertiser}\t${category}\t${price}\t${title}\t${launched}`)
  }

  private intern(interner: Interner, table: string, name: string): number {
    const before = interner.count
    const id = interner.id(name)
    if (id > before) this.digest.addText(table, id, name)
    return id
  }

  /** Begins a transaction, where none is open: for what is written beside the writer in the same one. */
  begin(): void {
    if (this.open) return
    try {
      this.db.exec('BEGIN IMMEDIATE')
    } catch (error) {
      if (hasCode(error, 'SQLITE_BUSY'))
        throw new UserError(
          'Another adseq process is writing to this workspace.',
          'Wait until it is done, then run the command again.',
        )
      throw error
    }
    this.open = true
    this.digest = new DataDigest(this.digestNow.get() as string | undefined)
    this.seq = this.lastEvent.get() as number
    for (const interner of [this.users, this.items, this.advertisers]) interner.refresh()
    this.ads.refresh()
  }
}
