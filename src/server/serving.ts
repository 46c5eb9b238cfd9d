import type { Generation } from '../store/generations.js'
import { UserError } from '../core/errors.js'
import { notReady } from './problem.js'
import type { Retrieval } from './retrieval.js'

/** Seconds after which what could not be loaded is tried again; doubled each time, up to the last. */
const RETRY = { first: 5, last: 60 }

/** A generation that is warm and answers requests. */
export interface ServedGeneration {
  row: Generation
  retrieval: Retrieval
}

export interface ServingOptions {
  current: () => Generation | undefined
  load: (row: Generation) => Promise<Retrieval>
  /** changes when the files of a generation do: what could not be loaded is then tried again at once */
  filesOf?: (row: Generation) => string
  /** a newly published generation could not be loaded: the old one goes on */
  onLoadFailure?: (row: Generation, error: Error) => void
  onLoaded?: (row: Generation) => void
  /** milliseconds */
  now?: () => number
}

interface Held extends ServedGeneration {
  readers: number
  retired: boolean
}

/** What could not be loaded, and when it is tried again. */
interface Refused {
  id: string
  files: string
  seconds: number
  /** milliseconds */
  until: number
}

/**
 * The generation being served. A newly published one is loaded beside it and swapped in when it is warm; requests under
 * way keep the one they began with, which is closed after the last of them.
 */
export class Serving {
  private held: Held
  private loading: Promise<void> | undefined
  private refused: Refused | undefined
  private closed = false

  private constructor(
    private readonly options: ServingOptions,
    first: ServedGeneration,
  ) {
    this.held = this.hold(first)
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

  /** Whether requests can be answered; false from the moment that the retrieval thread ends. */
  get ready(): boolean {
    return !this.closed && !this.held.retrieval.dead
  }

  /**
   * Runs `work` with one generation from its first read to its last.
   * @throws Problem when its thread has ended, or ends meanwhile
   */
  async use<T>(work: (generation: ServedGeneration) => Promise<T>): Promise<T> {
    const { held } = this
    if (held.retrieval.dead) throw notReady()
    held.readers++
    try {
      return await work(held)
    } catch (error) {
      throw held.retrieval.dead ? notReady() : error
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
    if (this.closed || !row || this.isRefused(row)) return
    if (row.id === this.held.row.id && !this.held.retrieval.dead) return
    const files = this.filesOf(row)
    try {
      const old = this.held
      this.held = this.hold({ row, retrieval: await this.options.load(row) })
      this.refused = undefined
      old.retired = true
      this.closeIfDone(old)
      this.options.onLoaded?.(row)
    } catch (error) {
      const again = this.refused?.id === row.id ? Math.min(RETRY.last, this.refused.seconds * 2) : RETRY.first
      this.refused = { id: row.id, files, seconds: again, until: this.now() + again * 1000 }
      this.options.onLoadFailure?.(row, error as Error)
    }
  }

  private hold(generation: ServedGeneration): Held {
    generation.retrieval.onEnd(() => {
      if (!this.closed && this.held.retrieval === generation.retrieval) void this.refresh()
    })
    return { ...generation, readers: 0, retired: false }
  }

  private isRefused(row: Generation): boolean {
    const { refused } = this
    return refused?.id === row.id && refused.files === this.filesOf(row) && this.now() < refused.until
  }

  private filesOf(row: Generation): string {
    return this.options.filesOf?.(row) ?? ''
  }

  private now(): number {
    return (this.options.now ?? Date.now)()
  }

  private closeIfDone(held: Held): void {
    if (held.retired && held.readers === 0) void held.retrieval.close()
  }
}
