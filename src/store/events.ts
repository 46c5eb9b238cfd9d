import type Database from 'better-sqlite3'

/** [seq, user, item, advertiser, type, domain, time]: ids as stored (from 1), item or advertiser 0 = none. */
export type EventRow = [
  seq: number,
  user: number,
  item: number,
  advertiser: number,
  type: number,
  domain: number,
  time: number,
]

/** Events of one user as columns, in order of (time, seq); item or advertiser 0 = none. */
export interface EventColumns {
  seq: Uint32Array
  item: Int32Array
  advertiser: Int32Array
  type: Uint8Array
  domain: Uint8Array
  /** unix seconds */
  time: Uint32Array
}

/** Rows fetched at once: between two pages the connection is free for other statements. */
const PAGE = 10_000
const COLUMNS = 'seq, user, ifnull(item, 0), ifnull(advertiser, 0), type, domain, time'

/** The append-only event log, read in the order of ingestion. */
export class EventLog {
  private readonly page: Database.Statement
  private readonly ofUser: Database.Statement
  private readonly last: Database.Statement
  private readonly rows: Database.Statement
  private readonly usersAfter: Database.Statement
  private readonly ofItems: Database.Statement

  constructor(db: Database.Database) {
    this.page = db.prepare(`SELECT ${COLUMNS} FROM events WHERE seq > ? ORDER BY seq LIMIT ${PAGE}`).raw()
    this.ofUser = db
      .prepare(
        `SELECT ${COLUMNS} FROM events WHERE user = ? AND time <= ? AND seq <= ? ORDER BY time DESC, seq DESC LIMIT ?`,
      )
      .raw()
    this.last = db.prepare('SELECT coalesce(max(seq), 0) FROM events').pluck()
    this.rows = db.prepare('SELECT count(*) FROM events').pluck()
    this.ofItems = db.prepare('SELECT EXISTS (SELECT 1 FROM events WHERE item > ? AND item <= ?)').pluck()
    this.usersAfter = db.prepare('SELECT DISTINCT user FROM events WHERE seq > ? ORDER BY user').pluck()
  }

  /** The highest ingest number; 0 for an empty log. */
  lastSeq(): number {
    return this.last.get() as number
  }

  count(): number {
    return this.rows.get() as number
  }

  /** Whether any event is of an item with an id above `after`, up to `to`. */
  hasItems(after: number, to: number): boolean {
    return this.ofItems.get(after, to) === 1
  }

  /** All events with an ingest number above `after`, in that order. About a million rows a second. */
  *scan(after = 0): Generator<EventRow, void> {
    for (;;) {
      const rows = this.page.all(after) as EventRow[]
      yield* rows
      if (rows.length < PAGE) return
      after = rows[rows.length - 1][0]
    }
  }

  /** Ids of the users with events past an ingest number, ascending. */
  users(after: number): Int32Array {
    return Int32Array.from(this.usersAfter.all(after) as number[])
  }

  /** The latest `limit` events of a user up to a moment and an ingest number, oldest first. */
  history(user: number, options: { until?: number; atSeq?: number; limit?: number } = {}): EventColumns {
    const { until = Number.MAX_SAFE_INTEGER, atSeq = Number.MAX_SAFE_INTEGER, limit = -1 } = options
    const rows = this.ofUser.all(user, until, atSeq, limit) as EventRow[]
    const n = rows.length
    const columns: EventColumns = {
      seq: new Uint32Array(n),
      item: new Int32Array(n),
      advertiser: new Int32Array(n),
      type: new Uint8Array(n),
      domain: new Uint8Array(n),
      time: new Uint32Array(n),
    }
    for (let i = 0; i < n; i++) {
      const row = rows[n - 1 - i]
      columns.seq[i] = row[0]
      columns.item[i] = row[2]
      columns.advertiser[i] = row[3]
      columns.type[i] = row[4]
      columns.domain[i] = row[5]
      columns.time[i] = row[6]
    }
    return columns
  }
}
