import { dotProducts } from '../ann/dot-products.js'
import { UserError } from '../core/errors.js'
import { MOST_GROUPS, eventGroups, explain, leaveOut, type Grouping, type History } from '../evaluate/influence.js'
import { EVENT_TYPES } from '../features/snapshot.js'
import { TowerRetriever } from '../retrieve/towers.js'
import type { Retriever } from '../retrieve/types.js'
import { advertiserCard, card, indexOf } from './catalog.js'
import { bounds } from './history.js'
import { absentAt } from './moment.js'
import { LAST } from './ranking.js'
import type { PulledBy, Subject, WhyView } from './types.js'

const ADVERTISER = 'advertiser:'

/**
 * Which past events of a user pull an entry up: its score and rank with the history less one group of events at a time.
 * @param entry an item's id, or advertiser:ID
 * @throws UserError for an unknown id, without a model of the kind, without a history, or for what the catalog did not
 * have yet
 */
export async function whyRetrieved(subject: Subject, user: string, entry: string, by: Grouping): Promise<WhyView> {
  const { snapshot, names, moment, windowDays } = subject
  const index = indexOf(names, 'user', user)
  const { start, end } = bounds(snapshot, index, moment, windowDays)
  if (end === start)
    throw new UserError(
      `User ${user} has no event up to the cutoff, so nothing is retrieved.`,
      'Choose another user: `adseq tui` picks one at random.',
    )
  return whyIn(subject, `user ${user}`, { snapshot, user: index, end }, entry, by)
}

/** The same for any history, such as a made-up one. @param whose as printed */
export async function whyIn(
  subject: Subject,
  whose: string,
  history: History,
  entry: string,
  by: Grouping,
): Promise<WhyView> {
  const { names, moment } = subject
  const kind = entry.startsWith(ADVERTISER) ? 'advertiser' : 'item'
  const index = indexOf(names, kind, kind === 'advertiser' ? entry.slice(ADVERTISER.length) : entry)
  const model = subject[kind]
  if (!model) throw new UserError(`There is no trained ${kind} model.`, `Train one: adseq train ${kind}`)
  const absent = absentAt(subject.snapshot, kind, moment)
  if (absent[index] === 1)
    throw new UserError(
      `The catalog did not have ${kind} ${entry} yet at the cutoff, so it is not retrieved.`,
      'Choose one of the list that inspect user shows.',
    )
  const historyEvents = history.end - history.snapshot.offsets[history.user]
  const all = eventGroups(history, by, model.reads)
  const groups = all.slice(0, MOST_GROUPS)
  const variants = leaveOut(history, groups)
  const vectors = await model.users(variants.queries, moment, variants.snapshot)
  const tower = new TowerRetriever(
    model.run,
    kind,
    { queries: variants.queries, queryVectors: vectors, entryVectors: await model.entries(moment) },
    await dotProducts(model.width),
  )
  const [{ score, rank, pulls }] = await explain(variants, known(tower, absent), Int32Array.of(index))
  return {
    whose,
    run: model.run,
    moment,
    kind,
    by,
    score,
    rank,
    of: absent.reduce((n, gone) => n + 1 - gone, 0),
    entry: kind === 'item' ? card(names, index) : { ...card(names, -1, index), ...advertiserCard(names, index) },
    reads: Math.min(model.reads, historyEvents),
    historyEvents,
    tried: groups.length,
    groups: all.length,
    pulls: pulls.map(({ group, pull, rankWithout }) => ({
      pull,
      rankWithout,
      ...about(subject, history, groups[group], by),
    })),
  }
}

/** Entries that the catalog does not have yet come last. */
function known(tower: Retriever, absent: Uint8Array): Retriever {
  return {
    name: tower.name,
    kind: 'model',
    level: tower.level,
    entries: tower.entries,
    async score(queries, from, to, out) {
      await tower.score(queries, from, to, out)
      for (let i = 0; i < (to - from) * absent.length; i++) if (absent[i % absent.length] === 1) out[i] = LAST
    },
  }
}

function about(
  { names }: Subject,
  { snapshot }: History,
  rows: number[],
  by: Grouping,
): Omit<PulledBy, 'pull' | 'rankWithout'> {
  const last = rows[rows.length - 1]
  const several = by === 'basket' && new Set(rows.map((row) => snapshot.eventItem[row])).size > 1
  return {
    events: rows.length,
    last: snapshot.eventTime[last],
    types: [...new Set(rows.map((row) => EVENT_TYPES[snapshot.eventType[row]]))],
    ...(several
      ? {
          ...card(names, -1),
          title: basket(
            rows.map(
              (row) => card(names, snapshot.eventItem[row], snapshot.eventAdvertiser[row]).title ?? '(no title)',
            ),
          ),
        }
      : card(names, snapshot.eventItem[last], snapshot.eventAdvertiser[last])),
  }
}

/** "BREAD, MILK and 7 more" */
function basket(titles: string[]): string {
  const more = titles.length - 2
  return `${titles.slice(0, 2).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
