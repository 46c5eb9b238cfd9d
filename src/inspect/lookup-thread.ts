import { oneAfterTheOther } from '../core/in-turn.js'
import { serveThread, threadData } from '../core/thread.js'
import { BASELINES } from '../retrieve/baselines.js'
import { Workspace } from '../workspace/workspace.js'
import { inspectAdvertiser } from './advertiser.js'
import { dataView, type DataView } from './data.js'
import { inspectItem } from './item.js'
import type { Found, LookupOptions, Recommended, Through } from './lookup.js'
import { openSubject, runsToLookAt } from './open.js'
import type { AdvertiserView, ItemView, Subject, UserView } from './types.js'
import { inspectUser, randomUser } from './user.js'

/** Items recommended and events shown of a user: more than a screen, to be scrolled. */
const SHOWN = { k: 100, events: 500 }
/** Neighbours, buyers and items of an advertiser; what a search finds of each kind. */
const LISTED = 50

const { folder, config } = threadData<LookupOptions>()
let workspace: Workspace | undefined
let counted: DataView | undefined
const subjects = new Map<string, Promise<Subject>>()

const opened = (): Workspace => (workspace ??= new Workspace(folder, { config, readonly: true }))

/** What is looked through, by the runs that are meant now: a run that has been finished since is another one. */
async function subject({ runs, by, asServed }: Through): Promise<Subject> {
  const now = opened()
  const named = runsToLookAt(folder, runs ?? {}, ['item', 'advertiser'])
  const key = JSON.stringify([asServed ? now.store.currentGeneration()?.id : named, by])
  let made = subjects.get(key)
  if (!made) subjects.set(key, (made = openSubject(now, { runs: named, by, asServed })))
  made.catch(() => subjects.delete(key))
  return made
}

/** Models are opened once, and an encoder has one question at a time. */
const inTurn = oneAfterTheOther()

interface Named {
  id: string
  through: Through
}

const methods = {
  user: ({ id, through }: Named): Promise<UserView> =>
    inTurn(async () => inspectUser(await subject(through), id, SHOWN)),
  random: ({ draw, through }: { draw: number; through: Through }): Promise<string> =>
    inTurn(async () => randomUser(await subject(through), draw)),
  item: ({ id, through }: Named): Promise<ItemView> =>
    inTurn(async () => inspectItem(await subject(through), id, LISTED)),
  advertiser: ({ id, through }: Named): Promise<AdvertiserView> =>
    inTurn(async () => inspectAdvertiser(await subject(through), id, LISTED)),
  find: (words: readonly string[]): Promise<Found> =>
    inTurn(() => {
      const { catalogSearch } = opened().store
      return {
        items: catalogSearch.find('items', words, LISTED),
        advertisers: catalogSearch.find('advertisers', words, LISTED),
      }
    }),
  data: (): Promise<DataView> => inTurn(() => (counted ??= dataView(opened().snapshot))),
  recommenders: (): Recommended[] => [
    { name: 'towers', summary: 'the model alone, without own history and popularity' },
    ...BASELINES.filter(({ slow }) => !slow).map(({ name, summary }) => ({ name, summary })),
  ],
  renew: (): Promise<void> =>
    inTurn(async () => {
      subjects.clear()
      counted = undefined
      const before = workspace
      workspace = undefined
      await before?.close()
    }),
}

export type LookupThread = typeof methods
serveThread(methods)
