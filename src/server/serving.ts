import type { Generation } from '../store/generations.js'
import { UserError } from '../core/errors.js'
import type { Retrieval } from './retrieval.js'

/** A generation that is warm and answers requests. */
export interface ServedGeneration {
  row: Generation
  retrieval: Retrieval
}

export interface ServingOptions {
  current: () => Generation | undefined
  load: (row: Generation) => Promise<Retrieval>
  /** a newly published generation could not be loaded: the old one goes on */
  onLoadFailure?: (row: Generation, error: Error) => void
  onLoaded?: (row: Generation) => void
}

interface Held extends ServedGeneration {
  readers: number
  retired: boolean
}

/**
 * The generation being served. A newly published one is loaded beside it and swapped in when it is warm; requests under
 * way keep the one they began with, which is closed after the last of them.
 */
export class Serving {
  private held: Held
  private loading: Promise<void> | undefined
  /** a generation that failed to load is not tried again until another one is published */
  private refused: string | undefined
  private closed = false

  private constructor(
    private readonly options: ServingOptions,
    first: ServedGeneration,
  ) {
    this.held = { ...first, readers: 0, retired: false }
  }

  /** @throws UserError when nothing is published, or what is published is damaged */
  static async open(options: ServingOptions): Promise<Serving> {
    const row = options.current()
    if (!row) throw new UserError('There is no generation to serve.', 'Publish one: adseq infer, then adseq index.')
    return new Serving(options, { row, retrieval: await options.load(row) })
  }

  get generation(): ServedGeneration {
    return this.held
  }

  /** Runs `work` with one generation from its first read to its last. */
  async use<T>(work: (generation: ServedGeneration) => Promise<T>): Promise<T> {
    const held = this.held
    held.readers++
    try {
      return await work(held)
    } finally {
      held.readers--
      this.closeIfDone(held)
    }
  }

  /** Looks whether another generation is current, and if so loads and swaps it in (or the same again, where its
   * thread has died). Cheap when there is nothing to do. */
  refresh(): Promise<void> {
    this.loading ??= this.reload().finally(() => {
      this.loading = undefined
    })
    return this.loading
  }

  async close(): Promise<void> {
    this.closed = true
    await this.loading
    await this.held.retrieval.close()
  }

  private async reload(): Promise<void> {
    const row = this.options.current()
    if (this.closed || !row || row.id === this.refused) return
    if (row.id === this.held.row.id && !this.held.retrieval.dead) return
    try {
      const next = { row, retrieval: await this.options.load(row), readers: 0, retired: false }
      const old = this.held
      this.held = next
      this.refused = undefined
      old.retired = true
      this.closeIfDone(old)
      this.options.onLoaded?.(row)
    } catch (error) {
      this.refused = row.id
      this.options.onLoadFailure?.(row, error as Error)
    }
  }

  private closeIfDone(held: Held): void {
    if (held.retired && held.readers === 0) void held.retrieval.close()
  }
}
