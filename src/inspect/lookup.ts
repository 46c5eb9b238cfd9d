import type { Config } from '../config/schema.js'
import { ThreadOnDemand } from '../core/thread.js'
import type { Match } from '../store/catalog-search.js'
import type { DataView } from './data.js'
import type { LookupThread } from './lookup-thread.js'
import type { OpenOptions } from './open.js'
import type { AdvertiserView, ItemView, UserView } from './types.js'

/** What is looked through: runs by their ids (the latest finished ones otherwise), and what recommends. */
export type Through = Pick<OpenOptions, 'runs' | 'by' | 'asServed'>

/** What the screens ask of data and models. Answered off the thread that draws, one question after the other. */
export interface Lookup {
  /** @throws UserError for an unknown user */
  user(externalId: string, through: Through): Promise<UserView>
  /** external id of a user drawn at random; the same `draw` gives the same */
  random(draw: number, through: Through): Promise<string>
  /** @throws UserError for an unknown item */
  item(externalId: string, through: Through): Promise<ItemView>
  /** @throws UserError for an unknown advertiser */
  advertiser(externalId: string, through: Through): Promise<AdvertiserView>
  /** the first items and advertisers that all the words fit */
  find(words: readonly string[]): Promise<Found>
  data(): Promise<DataView>
  /** what else can recommend: names for `by`, in words */
  recommenders(): Promise<Recommended[]>
  /** the data as it is now is read from the next question on */
  renew(): Promise<void>
  close(): Promise<void>
}

export interface Recommended {
  name: string
  summary: string
}

export interface Found {
  items: Match[]
  advertisers: Match[]
}

/** Where a lookup looks. */
export interface LookupOptions {
  folder: string
  config: Config
}

/**
 * A lookup in a thread of its own, which is started by the first question: encoding blocks the thread it runs in, and a
 * screen must go on taking keys. Data and models are opened when they are first needed, and kept.
 */
export function lookupInThread(options: LookupOptions): Lookup {
  const thread = new ThreadOnDemand<LookupThread>(new URL('./lookup-thread', import.meta.url), options)
  return {
    user: (id, through) => thread.ask('user', { id, through }),
    random: (draw, through) => thread.ask('random', { draw, through }),
    item: (id, through) => thread.ask('item', { id, through }),
    advertiser: (id, through) => thread.ask('advertiser', { id, through }),
    find: (words) => thread.ask('find', words),
    data: () => thread.ask('data'),
    recommenders: () => thread.ask('recommenders'),
    renew: () => thread.ask('renew'),
    async close() {
      // what is open is given back
      if (thread.started) await thread.ask('renew').catch(() => undefined)
      await thread.stop()
    },
  }
}
