import { silent } from '../core/progress.js'
import { serveThread } from '../core/thread.js'
import type { LookupOptions } from './lookup.js'
import { openSubject, type OpenedSubject } from './open.js'
import type { UserView } from './types.js'
import { inspectUser, randomUser } from './user.js'

/** Items retrieved and events shown of a user: more than a screen, to be scrolled. */
const SHOWN = { k: 100, events: 500 }

let opened: OpenedSubject

const methods = {
  async open(options: LookupOptions): Promise<void> {
    opened = await openSubject({ ...options, progress: silent })
  },
  user: (externalId: string): Promise<UserView> => inspectUser(opened.subject, externalId, SHOWN),
  random: (draw: number): string => randomUser(opened.subject, draw),
  close: (): Promise<void> => opened.close(),
}

export type LookupThread = typeof methods
serveThread(methods)
