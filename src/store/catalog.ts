import type Database from 'better-sqlite3'
import { folded } from '../text/words.js'

export interface ItemRecord {
  id: number
  externalId: string
  /** id of the advertiser; undefined where unknown */
  advertiser?: number
  advertiserExternalId?: string
  advertiserName?: string
  /** a path: GROCERY/FROZEN/ICE */
  category?: string
  price?: number
  title?: string
  /** unix seconds */
  launched?: number
}

export interface UserRecord {
  id: number
  externalId: string
  attributes: Record<string, string | number>
}

export interface AdvertiserRecord {
  id: number
  externalId: string
  name?: string
}

/** An item with its title, or an advertiser with its name. */
export interface Found {
  id: number
  externalId: string
  text: string
}

/** [id, external id, advertiser (0 = none), category, price, title, launched], null where unknown. */
export type ItemRow = [
  id: number,
  externalId: string,
  advertiser: number,
  category: string | null,
  price: number | null,
  title: string | null,
  launched: number | null,
]

const PAGE = 10_000

/** Users, items and advertisers: external ids at the edge, dense integer ids within. */
export class Catalog {
  private readonly ids: Record<'users' | 'items' | 'advertisers', Database.Statement>
  private readonly counts: Record<'users' | 'items' | 'advertisers', Database.Statement>
  private readonly names: Record<'users' | 'items' | 'advertisers', Database.Statement>
  private readonly oneItem: Database.Statement
  private readonly oneUser: Database.Statement
  private readonly oneAdvertiser: Database.Statement
  private readonly itemPage: Database.Statement
  private readonly attributes: Database.Statement

  constructor(private readonly db: Database.Database) {
    this.attributes = db
      .prepare("SELECT id, attributes ->> ('$.' || json_quote(?)) FROM users WHERE attributes IS NOT NULL ORDER BY id")
      .raw()
    const each = (sql: (table: string) => string) => ({
      users: db.prepare(sql('users')).pluck(),
      items: db.prepare(sql('items')).pluck(),
      advertisers: db.prepare(sql('advertisers')).pluck(),
    })
    this.ids = each((table) => `SELECT id FROM ${table} WHERE external_id = ?`)
    this.counts = each((table) => `SELECT coalesce(max(id), 0) FROM ${table}`)
    this.names = each((table) => `SELECT external_id FROM ${table} ORDER BY id`)
    this.oneItem = db.prepare(`SELECT i.id, i.external_id externalId, i.advertiser, a.external_id advertiserExternalId,
      a.name advertiserName, i.category, i.price, i.title, i.launched
      FROM items i LEFT JOIN advertisers a ON a.id = i.advertiser WHERE i.id = ?`)
    this.oneUser = db.prepare('SELECT id, external_id externalId, attributes FROM users WHERE id = ?')
    this.oneAdvertiser = db.prepare('SELECT id, external_id externalId, name FROM advertisers WHERE id = ?')
    this.itemPage = db
      .prepare(
        `SELECT id, external_id, ifnull(advertiser, 0), category, price, title, launched
      FROM items WHERE id > ? ORDER BY id LIMIT ${PAGE}`,
      )
      .raw()
  }

  /** The id of an external id, or undefined when nothing was ever seen of it. */
  id(table: 'users' | 'items' | 'advertisers', externalId: string): number | undefined {
    return this.ids[table].get(externalId) as number | undefined
  }

  /** Rows of a table; ids are 1 .. count. */
  count(table: 'users' | 'items' | 'advertisers'): number {
    return this.counts[table].get() as number
  }

  /** All external ids of a table: entry i belongs to id i + 1. */
  externalIds(table: 'users' | 'items' | 'advertisers'): string[] {
    return this.names[table].all() as string[]
  }

  item(id: number): ItemRecord | undefined {
    return present(this.oneItem.get(id)) as ItemRecord | undefined
  }

  user(id: number): UserRecord | undefined {
    const row = this.oneUser.get(id) as { id: number; externalId: string; attributes: string | null } | undefined
    return row && { ...row, attributes: JSON.parse(row.attributes ?? '{}') as UserRecord['attributes'] }
  }

  advertiser(id: number): AdvertiserRecord | undefined {
    return present(this.oneAdvertiser.get(id)) as AdvertiserRecord | undefined
  }

  /** Those whose title or name has all the words, those with most events first. Reads the table, then all events. */
  named(table: 'items' | 'advertisers', words: readonly string[], limit: number): { total: number; found: Found[] } {
    const [text, of] = table === 'items' ? ['title', 'item'] : ['name', 'advertiser']
    const fits = words.map(() => `instr(folded(t.${text}), ?) > 0`).join(' AND ')
    const matches = `FROM ${table} t WHERE t.${text} IS NOT NULL AND ${fits}`
    const values = words.map(folded)
    const total = this.db.prepare(`SELECT count(*) ${matches}`).pluck().get(values) as number
    const events = table === 'items' ? 'e.item' : 'ifnull(e.advertiser, i.advertiser)'
    const found =
      total === 0
        ? []
        : this.db
            .prepare(
              `WITH fit AS MATERIALIZED (SELECT t.id, t.external_id externalId, t.${text} text ${matches}),
              seen AS (SELECT ${events} ${of}, count(*) n FROM events e LEFT JOIN items i ON i.id = e.item
                WHERE ${events} IN (SELECT id FROM fit) GROUP BY 1)
              SELECT id, externalId, text FROM fit LEFT JOIN seen ON seen.${of} = fit.id
              ORDER BY ifnull(n, 0) DESC, id LIMIT ?`,
            )
            .all(...values, limit)
    return { total, found: found as Found[] }
  }

  /** [id, value] of an attribute of every user who has it. */
  *scanUserAttribute(name: string): Generator<[number, string], void> {
    for (const [id, value] of this.attributes.iterate(name) as IterableIterator<[number, unknown]>)
      if (value !== null) yield [id, String(value)]
  }

  /** All items in order of id. */
  *scanItems(): Generator<ItemRow, void> {
    for (let after = 0; ;) {
      const rows = this.itemPage.all(after) as ItemRow[]
      yield* rows
      if (rows.length < PAGE) return
      after = rows[rows.length - 1][0]
    }
  }
}

/** NULL columns become absent fields. */
function present(row: unknown): unknown {
  return row && Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null))
}
