import type Database from 'better-sqlite3'

/**
 * Version 3: users whose events came one by one while a generation was served. What is read of them goes up to `seq`,
 * also where the generation is older.
 * @param where TEMP makes the table beside a database that cannot be written
 */
export const liveSchema = (where: '' | 'TEMP'): string => `
CREATE ${where} TABLE live (
  user INTEGER PRIMARY KEY,
  seq INTEGER NOT NULL                -- the last ingest number that came this way
) STRICT;
`

/** Users whose events came one by one. */
export class LiveUsers {
  private readonly one: Database.Statement
  private readonly raise: Database.Statement

  constructor(db: Database.Database) {
    this.one = db.prepare('SELECT seq FROM live WHERE user = ?').pluck()
    this.raise = db.prepare(
      'INSERT INTO live VALUES (?, ?) ON CONFLICT (user) DO UPDATE SET seq = max(seq, excluded.seq)',
    )
  }

  /** The last ingest number of a user's events that came one by one; 0 where none did. */
  seqOf(user: number): number {
    return (this.one.get(user) as number | undefined) ?? 0
  }

  /** Keeps it, inside the transaction of the events. Never goes down. */
  set(user: number, seq: number): void {
    this.raise.run(user, seq)
  }
}
