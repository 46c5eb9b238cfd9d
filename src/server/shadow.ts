import type { AdsAnswer, AdsQuestion } from './ads-answer.js'
import type { Retrieval } from './retrieval.js'

/** What becomes known of a shadow. */
export interface ShadowWatcher {
  /** share of the ads answered that the shadow would have answered too */
  overlap(share: number): void
  failed(error: Error): void
}

/**
 * Another generation that answers the same requests in the background, in a thread of its own, one at a time: what
 * comes while it is busy is left out. Answers never wait for it, and it never fails one.
 */
export class Shadow {
  private retrieval: Retrieval | undefined
  private busy = true
  private readonly opened: Promise<void>

  /** @param load opens the generation; where it cannot, the watcher is told, and there is no shadow */
  constructor(
    load: () => Promise<Retrieval>,
    private readonly watcher: ShadowWatcher,
  ) {
    this.opened = load().then(
      (retrieval) => {
        this.retrieval = retrieval
        this.busy = false
      },
      (error: Error) => watcher.failed(error),
    )
  }

  /** Asks what was answered, where it has time. */
  ask(question: AdsQuestion, { ads }: AdsAnswer): void {
    if (this.busy || !this.retrieval || this.retrieval.dead) return
    this.busy = true
    const { body, now } = question
    this.retrieval
      .ads({ body: { ...body, trace: false }, now })
      .then(({ answer }) => this.watcher.overlap(overlapOf(ads, answer.ads)))
      .catch((error: Error) => this.watcher.failed(error))
      .finally(() => (this.busy = false))
  }

  async close(): Promise<void> {
    await this.opened
    await this.retrieval?.close()
  }
}

/** Ads that both have, of those that the longer has; 1 where neither has any. */
export function overlapOf(one: readonly { ad: string }[], other: readonly { ad: string }[]): number {
  const most = Math.max(one.length, other.length)
  if (most === 0) return 1
  const names = new Set(one.map(({ ad }) => ad))
  return other.filter(({ ad }) => names.has(ad)).length / most
}
