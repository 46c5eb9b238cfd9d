import type { Config } from '../config/schema.js'
import { Thread } from '../core/thread.js'
import type { RunNames } from '../runs/manifest.js'
import type { LookupThread } from './lookup-thread.js'
import type { OpenOptions } from './open.js'
import type { UserView } from './types.js'

/** What the users screen asks: views of users, by the models of two runs. Answered off the thread that draws. */
export interface Lookup {
  /** @throws UserError for an unknown user */
  user(externalId: string): Promise<UserView>
  /** external id of a user drawn at random; the same `draw` gives the same */
  random(draw: number): Promise<string>
  close(): Promise<void>
}

/** Opens data and models. @throws UserError when there is no data, or a named run is not there */
export type OpenLookup = (runs: RunNames) => Promise<Lookup>

/** What a lookup looks through. */
export interface LookupOptions extends OpenOptions {
  folder: string
  config: Config
}

/**
 * A lookup in a thread of its own: encoding blocks the thread it runs in, and a screen must go on taking keys.
 * @throws UserError as openSubject
 */
export async function lookupInThread(options: LookupOptions): Promise<Lookup> {
  const thread = new Thread<LookupThread>(new URL('./lookup-thread', import.meta.url))
  try {
    await thread.ask('open', options)
  } catch (error) {
    await thread.stop()
    throw error
  }
  return {
    user: (externalId) => thread.ask('user', externalId),
    random: (draw) => thread.ask('random', draw),
    async close() {
      await thread.ask('close').catch(() => undefined)
      await thread.stop()
    },
  }
}
