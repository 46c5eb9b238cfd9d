import { Thread } from '../core/thread.js'
import type { Encoded, EventsThread, Post, Stored } from './events-thread.js'
import { received } from './problem.js'

/** The one writing connection of a server, in a thread of its own: a write waits for the disk and for others. */
export class EventLog {
  private constructor(private readonly thread: Thread<EventsThread>) {}

  /** @throws UserError when the workspace cannot be written */
  static async open(folder: string): Promise<EventLog> {
    const thread = new Thread<EventsThread>(new URL('./events-thread', import.meta.url))
    try {
      await thread.ask('open', { folder })
      return new EventLog(thread)
    } catch (error) {
      await thread.stop()
      throw error
    }
  }

  /** Resolves when the events are on the disk. @throws Problem when nothing was stored */
  async append(post: Post): Promise<Stored> {
    return received(await this.thread.ask('append', post))
  }

  /** Stores what a user's history is encoded to. @throws Problem when it could not be stored */
  async keep(encoded: Encoded): Promise<void> {
    received(await this.thread.ask('keep', encoded))
  }

  async close(): Promise<void> {
    if (!this.thread.ended) await this.thread.ask('close')
    await this.thread.stop()
  }
}
