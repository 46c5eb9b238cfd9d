import { serveThread } from '../core/thread.js'
import { Workspace } from '../workspace/workspace.js'
import type { LookupOptions } from './lookup.js'
import { openSubject } from './open.js'
import type { Subject, UserView } from './types.js'
import { inspectUser, randomUser } from './user.js'

/** Items recommended and events shown of a user: more than a screen, to be scrolled. */
const SHOWN = { k: 100, events: 500 }

let workspace: Workspace | undefined
let subject: Subject

const methods = {
  async open({ folder, config, ...options }: LookupOptions): Promise<void> {
    workspace = new Workspace(folder, { config, readonly: true })
    subject = await openSubject(workspace, options)
  },
  user: (externalId: string): Promise<UserView> => inspectUser(subject, externalId, SHOWN),
  random: (draw: number): string => randomUser(subject, draw),
  close: (): Promise<void> | undefined => workspace?.close(),
}

export type LookupThread = typeof methods
serveThread(methods)
