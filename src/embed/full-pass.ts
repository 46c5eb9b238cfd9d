import { existsSync, readFileSync, rmSync } from 'node:fs'
import { writeFileAtomic } from '../core/atomic.js'

/**
 * How far an `infer --full` has come, in a file beside the run. Incremental passes need no such note (each user's
 * latest vector says whether they are due), but a full pass redoes users who are up to date, so a killed one could not
 * tell them from those it has done.
 */
export class FullPass {
  /** @param path runs/<id>/full-pass.json @param seq the pass's ingest number: a note of another one is stale */
  constructor(
    private readonly path: string,
    private readonly seq: number,
  ) {}

  /** First user index that is not done; 0 where no such pass was begun. */
  next(): number {
    if (!existsSync(this.path)) return 0
    try {
      const note = JSON.parse(readFileSync(this.path, 'utf8')) as { seq?: number; next?: number }
      return note.seq === this.seq && Number.isInteger(note.next) ? Number(note.next) : 0
    } catch {
      return 0
    }
  }

  /** Call it after the block's transaction: a kill in between redoes one block. */
  done(next: number): void {
    writeFileAtomic(this.path, JSON.stringify({ seq: this.seq, next }))
  }

  finish(): void {
    rmSync(this.path, { force: true })
  }
}
