import type Database from 'better-sqlite3'

/** How far a file is imported. Saved in the transaction that holds the rows it speaks of. */
export interface ImportRecord {
  /** SHA-256 of the file as it lies on disk: what tells files apart */
  hash: string
  name: string
  /** csv ... */
  format: string
  /** events, items, users, advertisers */
  kind: string
  /** how it is read: mapping, time unit, delimiter */
  options: Record<string, unknown>
  status: 'running' | 'done'
  /** decompressed bytes whose rows are committed */
  offset: number
  /** lines committed */
  line: number
  /** rows committed, without skipped and rejected ones */
  rows: number
  skipped: number
  rejected: number
  /** rejected rows by reason */
  reasons: Record<string, number>
  rejectsFile?: string
  /** unix seconds */
  started: number
  finished?: number
}

/** The command that goes on with an import of a format, without its files. */
export const importCommand = (format: string): string =>
  format === 'world' ? 'adseq generate-data' : `adseq import ${format}`

/** Why another process is the one that imports this file. */
export class ImportConflict extends Error {}

/** What was imported: the reason why importing a file twice adds no row. */
export class Imports {
  private readonly one: Database.Statement
  private readonly named: Database.Statement
  private readonly list: Database.Statement
  private readonly insert: Database.Statement
  private readonly update: Database.Statement
  private readonly end: Database.Statement
  private readonly getMemory: Database.Statement
  private readonly setMemory: Database.Statement

  constructor(db: Database.Database) {
    const columns =
      'hash, name, format, kind, options, status, offset, line, rows, skipped, rejected, reasons, rejects_file ' +
      'rejectsFile, started, finished'
    this.one = db.prepare(`SELECT ${columns} FROM imports WHERE hash = ?`)
    this.named = db.prepare(`SELECT ${columns} FROM imports WHERE name = ? AND hash <> ? ORDER BY id DESC LIMIT 1`)
    this.list = db.prepare(`SELECT ${columns} FROM imports ORDER BY id`)
    this.insert =
      db.prepare(`INSERT INTO imports (hash, name, format, kind, options, status, offset, line, rows, skipped, rejected, reasons, rejects_file, started, finished)
      VALUES (:hash, :name, :format, :kind, :options, :status, :offset, :line, :rows, :skipped, :rejected, :reasons, :rejectsFile, :started, :finished)`)
    this.update =
      db.prepare(`UPDATE imports SET status = :status, offset = :offset, line = :line, rows = :rows, skipped = :skipped,
      rejected = :rejected, reasons = :reasons, rejects_file = :rejectsFile, finished = :finished WHERE hash = :hash AND offset = :before AND status = 'running'`)
    this.end = db.prepare("UPDATE imports SET status = 'done' WHERE hash = ? AND offset = ? AND status = 'running'")
    this.getMemory = db.prepare('SELECT value FROM meta WHERE key = ?').pluck()
    this.setMemory = db.prepare('INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value')
  }

  /** What the reader of a file knew at its last commit, or undefined. */
  memory(hash: string): unknown {
    const text = this.getMemory.get(`import:${hash}`) as string | undefined
    return text === undefined ? undefined : JSON.parse(text)
  }

  /** Keeps what a reader must know to go on, inside the transaction of the rows. */
  saveMemory(hash: string, memory: unknown): void {
    this.setMemory.run(`import:${hash}`, JSON.stringify(memory))
  }

  find(hash: string): ImportRecord | undefined {
    return record(this.one.get(hash))
  }

  /** The latest import of a file of this name with other content. */
  findOther(name: string, hash: string): ImportRecord | undefined {
    return record(this.named.get(name, hash))
  }

  all(): ImportRecord[] {
    return this.list.all().map((row) => record(row)!)
  }

  /**
   * Ends a begun import where it stands, because another one goes on from there, inside the transaction of its rows.
   * @throws ImportConflict when it stands elsewhere by now
   */
  close(hash: string, offset: number): void {
    if (this.end.run(hash, offset).changes !== 1) throw new ImportConflict()
  }

  /**
   * Records progress, inside the transaction of the rows.
   * @param before the offset of the last save, or undefined for the first one
   * @throws ImportConflict when the record is not where this process left it: another one imports the same file
   */
  save(state: ImportRecord, before: number | undefined): void {
    const row = {
      ...state,
      options: JSON.stringify(state.options),
      reasons: JSON.stringify(state.reasons),
      rejectsFile: state.rejectsFile ?? null,
      finished: state.finished ?? null,
    }
    if (before === undefined) {
      if (this.one.get(state.hash)) throw new ImportConflict()
      this.insert.run(row)
    } else if (this.update.run({ ...row, before }).changes !== 1) {
      throw new ImportConflict()
    }
  }
}

function record(row: unknown): ImportRecord | undefined {
  if (!row) return undefined
  const fields = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as Record<
    string,
    unknown
  >
  return {
    ...fields,
    options: JSON.parse(String(fields.options)),
    reasons: JSON.parse(String(fields.reasons)),
  } as ImportRecord
}
