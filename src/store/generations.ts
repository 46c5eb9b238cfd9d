import type Database from 'better-sqlite3'
import { UserError } from '../core/errors.js'
import { faultPoint } from '../core/fault.js'

/** What serving reads: runs, an ingest number, and the files of index/<id>/ by checksum. */
export interface Generation {
  id: string
  /** unix seconds */
  created: number
  advertiserRun?: string
  itemRun?: string
  /** user vectors and candidates are read at or below this ingest number */
  seq: number
  /** SHA-256 of the item vectors file */
  vectorsHash?: string
  /** SHA-256 of the ANN index file */
  indexHash?: string
  /** index parameters, measured recall ... */
  info: Record<string, unknown>
}

interface Row extends Omit<Generation, 'info'> {
  info: string
}

/** Published generations and the one that is served. */
export class Generations {
  private readonly insert: Database.Statement
  private readonly flip: Database.Statement
  private readonly served: Database.Statement
  private readonly list: Database.Statement
  private readonly one: Database.Statement

  constructor(private readonly db: Database.Database) {
    const columns =
      'g.id, created, advertiser_run advertiserRun, item_run itemRun, seq, vectors_hash vectorsHash, index_hash ' +
      'indexHash, info'
    this.insert = db.prepare(
      'INSERT INTO generations (id, created, advertiser_run, item_run, seq, vectors_hash, index_hash, info) ' +
        'VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    )
    this.flip = db.prepare(
      'INSERT INTO current VALUES (1, ?) ON CONFLICT (slot) DO UPDATE SET generation = excluded.generation',
    )
    this.served = db.prepare(`SELECT ${columns} FROM generations g JOIN current ON current.generation = g.id`)
    this.list = db.prepare(`SELECT ${columns} FROM generations g ORDER BY created DESC, g.rowid DESC`)
    this.one = db.prepare(`SELECT ${columns} FROM generations g WHERE id = ?`)
  }

  /** Inserts a generation and makes it the served one, in one durable transaction. Its files must be fsynced before. */
  publish(generation: Generation): void {
    const { id, created, advertiserRun, itemRun, seq, vectorsHash, indexHash, info } = generation
    this.durably(() => {
      this.insert.run(
        id,
        created,
        advertiserRun ?? null,
        itemRun ?? null,
        seq,
        vectorsHash ?? null,
        indexHash ?? null,
        JSON.stringify(info),
      )
      faultPoint('publish generation')
      this.flip.run(id)
    })
    faultPoint('published generation')
  }

  /** Serves an earlier generation again. @throws UserError when there is none of that name */
  setCurrent(id: string): void {
    if (!this.one.get(id))
      throw new UserError(`There is no generation ${id}.`, 'See the published ones with: adseq generations')
    this.durably(() => this.flip.run(id))
  }

  current(): Generation | undefined {
    return record(this.served.get() as Row | undefined)
  }

  get(id: string): Generation | undefined {
    return record(this.one.get(id) as Row | undefined)
  }

  /** Newest first. */
  all(): Generation[] {
    return (this.list.all() as Row[]).map((row) => record(row)!)
  }

  /** synchronous = FULL: the commit is on the disk when this returns, so files that it replaces may be swept. */
  private durably(write: () => void): void {
    this.db.pragma('synchronous = FULL')
    try {
      this.db.transaction(write).immediate()
    } finally {
      this.db.pragma('synchronous = NORMAL')
    }
  }
}

function record(row: Row | undefined): Generation | undefined {
  if (!row) return undefined
  const { info, ...rest } = row
  return {
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null)),
    info: JSON.parse(info),
  } as Generation
}
