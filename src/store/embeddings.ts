import type Database from 'better-sqlite3'

export interface UserEmbedding {
  /** the ingest number the history was encoded at */
  seq: number
  /** the anchor time, unix seconds */
  asOf: number
  vector: Float32Array
}

export interface UserEmbeddings {
  /** user ids, ascending */
  ids: Int32Array
  /** [ids.length * width] */
  vectors: Float32Array
  width: number
}

/** User vectors of runs: append-only, read at or below an ingest number, so that a rollback is exact. */
export class Embeddings {
  private readonly insert: Database.Statement
  private readonly one: Database.Statement
  private readonly latest: Database.Statement
  private readonly getWatermark: Database.Statement
  private readonly raiseWatermark: Database.Statement

  constructor(private readonly db: Database.Database) {
    this.insert = db.prepare(
      'INSERT OR REPLACE INTO user_embeddings (run, user, seq, as_of, vector) VALUES (?, ?, ?, ?, ?)',
    )
    this.one = db.prepare(
      'SELECT seq, as_of asOf, vector FROM user_embeddings WHERE run = ? AND user = ? AND seq <= ? ORDER BY seq ' +
        'DESC LIMIT 1',
    )
    // bare columns beside max() come from the row that holds the maximum (documented by SQLite)
    this.latest = db
      .prepare(
        'SELECT user, vector, max(seq) FROM user_embeddings WHERE run = ? AND seq <= ? GROUP BY user ORDER BY user',
      )
      .raw()
    this.getWatermark = db.prepare('SELECT seq FROM watermarks WHERE run = ?').pluck()
    this.raiseWatermark = db.prepare(
      'INSERT INTO watermarks VALUES (?, ?) ON CONFLICT (run) DO UPDATE SET seq = max(seq, excluded.seq)',
    )
  }

  /**
   * Stores vectors of users, in one transaction. Does not move the watermark: call `setWatermark` when the last block
   * is in.
   * @param seq the ingest number that the histories reach to @param asOf their anchor time, unix seconds
   * @param ids user ids @param vectors [ids.length * width]
   */
  put(run: string, asOf: number, seq: number, ids: ArrayLike<number>, vectors: Float32Array): void {
    const width = ids.length === 0 ? 0 : vectors.length / ids.length
    if (!Number.isInteger(width))
      throw new Error(`put embeddings: ${vectors.length} numbers are not ${ids.length} vectors`)
    this.db.transaction(() => {
      for (let i = 0; i < ids.length; i++) {
        this.insert.run(
          run,
          ids[i],
          seq,
          asOf,
          Buffer.from(vectors.buffer, vectors.byteOffset + i * width * 4, width * 4),
        )
      }
    })()
  }

  /** A user's latest vector at or below an ingest number (default: the latest of all). */
  get(run: string, user: number, atSeq = Number.MAX_SAFE_INTEGER): UserEmbedding | undefined {
    const row = this.one.get(run, user, atSeq) as { seq: number; asOf: number; vector: Buffer } | undefined
    return row && { seq: row.seq, asOf: row.asOf, vector: floats(row.vector) }
  }

  /** The latest vector of every user at or below an ingest number. */
  all(run: string, atSeq = Number.MAX_SAFE_INTEGER): UserEmbeddings {
    const rows = this.latest.all(run, atSeq) as [number, Buffer, number][]
    const width = rows.length === 0 ? 0 : rows[0][1].length / 4
    const ids = new Int32Array(rows.length)
    const vectors = new Float32Array(rows.length * width)
    rows.forEach(([user, vector], i) => {
      ids[i] = user
      vectors.set(floats(vector), i * width)
    })
    return { ids, vectors, width }
  }

  /** The highest ingest number up to which every user is encoded; 0 before the first inference. */
  watermark(run: string): number {
    return (this.getWatermark.get(run) as number | undefined) ?? 0
  }

  /** Says that every user with events up to `seq` is encoded. Never goes down. */
  setWatermark(run: string, seq: number): void {
    this.raiseWatermark.run(run, seq)
  }
}

/** A copy with its own, aligned memory: a Buffer may lie anywhere in a pool. */
function floats(blob: Buffer): Float32Array {
  return new Float32Array(blob.buffer.slice(blob.byteOffset, blob.byteOffset + blob.byteLength) as ArrayBuffer)
}
