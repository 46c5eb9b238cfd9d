import type Database from 'better-sqlite3'
import { folded } from '../text/words.js'

/** A user, item or advertiser as it is found: the id it has outside, and its title or name where it has one. */
export interface Match {
  id: string
  text: string | null
}

const TEXT = { users: 'NULL', items: 'title', advertisers: 'name' } as const

/** Looks the catalog up for people who type: the first that fit, in order of import. Reads through a table. */
export class CatalogSearch {
  constructor(private readonly db: Database.Database) {}

  /**
   * Those whose id, or title or name, has all the words: the one with just that id first. Users are looked for by how
   * their id begins. Without words the first of the table.
   */
  find(table: 'users' | 'items' | 'advertisers', words: readonly string[], limit: number): Match[] {
    const select = `SELECT external_id id, ${TEXT[table]} text FROM ${table}`
    if (words.length === 0) return this.db.prepare(`${select} ORDER BY rowid LIMIT ?`).all(limit) as Match[]
    const whole = this.db.prepare(`${select} WHERE external_id = ?`).all(words.join(' ')) as Match[]
    const others = table === 'users' ? this.usersFrom(select, words, limit) : this.withAll(table, select, words, limit)
    return [...whole, ...others.filter(({ id }) => id !== whole[0]?.id)].slice(0, limit)
  }

  /** The first items of an advertiser (id of the store), and how many there are. */
  itemsOf(advertiser: number, limit: number): { total: number; first: Match[] } {
    const of = 'FROM items WHERE advertiser = ?'
    return {
      total: this.db.prepare(`SELECT count(*) ${of}`).pluck().get(advertiser) as number,
      first: this.db
        .prepare(`SELECT external_id id, title text ${of} ORDER BY rowid LIMIT ?`)
        .all(advertiser, limit) as Match[],
    }
  }

  private usersFrom(select: string, words: readonly string[], limit: number): Match[] {
    const from = words.join(' ')
    const sql = `${select} WHERE external_id >= ? AND external_id < ? ORDER BY external_id LIMIT ?`
    return this.db.prepare(sql).all(from, `${from}\u{10ffff}`, limit) as Match[]
  }

  private withAll(table: 'items' | 'advertisers', select: string, words: readonly string[], limit: number): Match[] {
    const text = `folded(external_id || ' ' || ifnull(${TEXT[table]}, ''))`
    const fits = words.map(() => `instr(${text}, ?) > 0`).join(' AND ')
    return this.db
      .prepare(`${select} WHERE ${fits} ORDER BY rowid LIMIT ?`)
      .all(...words.map(folded), limit + 1) as Match[]
  }
}
