import type Database from 'better-sqlite3'

/** Advertisers of a user, best first. */
export interface CandidateList {
  /** the ingest number of the history they were retrieved for */
  seq: number
  /** advertiser ids */
  advertisers: Int32Array
  /** cosines, same order */
  scores: Float32Array
}

/** The stored best advertisers of users: append-only, read at or below an ingest number. */
export class Candidates {
  private readonly insert: Database.Statement
  private readonly one: Database.Statement

  constructor(private readonly db: Database.Database) {
    this.insert = db.prepare(
      'INSERT OR REPLACE INTO candidates (run, user, seq, advertisers, scores) VALUES (?, ?, ?, ?, ?)',
    )
    this.one = db.prepare(
      'SELECT seq, advertisers, scores FROM candidates WHERE run = ? AND user = ? AND seq <= ? ORDER BY seq DESC ' +
        'LIMIT 1',
    )
  }

  /**
   * Stores the lists of users, in one transaction.
   * @param users user ids @param advertisers [users.length * K] advertiser ids, best first; 0 ends a shorter list
   * @param scores [users.length * K] cosines
   */
  put(run: string, seq: number, users: ArrayLike<number>, advertisers: Int32Array, scores: Float32Array): void {
    const k = users.length === 0 ? 0 : advertisers.length / users.length
    if (!Number.isInteger(k) || scores.length !== advertisers.length)
      throw new Error(`put candidates: ${advertisers.length} ids and ${scores.length} scores for ${users.length} users`)
    this.db.transaction(() => {
      for (let u = 0; u < users.length; u++) {
        let n = 0
        while (n < k && advertisers[u * k + n] > 0) n++
        const ids = advertisers.subarray(u * k, u * k + n)
        // nine digits bring a float32 back exactly
        const cosines = Array.from(scores.subarray(u * k, u * k + n), (score) => Number(score.toPrecision(9)))
        this.insert.run(run, users[u], seq, `[${ids.join(',')}]`, JSON.stringify(cosines))
      }
    })()
  }

  /** A user's latest list at or below an ingest number (default: the latest of all). */
  get(run: string, user: number, atSeq = Number.MAX_SAFE_INTEGER): CandidateList | undefined {
    const row = this.one.get(run, user, atSeq) as { seq: number; advertisers: string; scores: string } | undefined
    return (
      row && {
        seq: row.seq,
        advertisers: Int32Array.from(JSON.parse(row.advertisers) as number[]),
        scores: Float32Array.from(JSON.parse(row.scores) as number[]),
      }
    )
  }
}
