import { overlapOf } from '../core/overlap.js'
import type { AdsQuestion } from './ads-answer.js'
import type { Serving } from './serving.js'

/** What becomes known of a shadow. */
export interface ShadowWatcher {
  /** share of the ads answered that the shadow would have answered too */
  overlap(share: number): void
  failed(error: Error): void
}

/**
 * Another generation that answers the same requests in the background, in a thread of its own, one at a time: what
 * comes while it is busy is left out. Answers never wait for it, and it never fails one. Where its thread dies another
 * is started.
 */
export class Shadow {
  private serving: Serving | undefined
  private busy = false
  private readonly opened: Promise<void>

  /** @param open the generation; where it cannot be opened the watcher is told, and there is no shadow */
  constructor(
    open: () => Promise<Serving>,
    private readonly watcher: ShadowWatcher,
  ) {
    this.opened = open().then(
      (serving) => void (this.serving = serving),
      (error: Error) => watcher.failed(error),
    )
  }

  /** Asks what was answered, where it has time. */
  ask(question: AdsQuestion, ads: readonly string[]): void {
    const { serving } = this
    if (this.busy || !serving) return
    // dead: another is started, or tried again when that is due
    if (!serving.ready) return void serving.refresh()
    this.busy = true
    const { body, now } = question
    serving
      .use(({ retrieval }) => retrieval.ads({ body: { ...body, trace: false }, now }))
      .then((shadow) => this.watcher.overlap(overlapOf(ads, shadow.ads)))
      .catch((error: Error) => this.watcher.failed(error))
      .finally(() => (this.busy = false))
  }

  async close(): Promise<void> {
    await this.opened
    await this.serving?.close()
  }
}
