import { rowsOf } from './looking.js'
import { UserError } from '../core/errors.js'
import { MOST_GROUPS, eventGroups, explain, leaveOut, type Grouping, type History } from '../evaluate/influence.js'
import { EVENT_TYPES } from '../features/snapshot.js'
import { advertiserCard, card, indexOf } from './catalog.js'
import type { PulledBy, Subject, WhyView } from './types.js'

const ADVERTISER = 'advertiser:'

/**
 * Which past events of a user pull an entry up: its score and rank with the history less one group of events at a time.
 * @param entry an item's id, or advertiser:ID
 * @throws UserError for an unknown id, without a model of the kind, without a history, or for what the catalog did not
 *   have yet
 */
export async function whyRetrieved(subject: Subject, user: string, entry: string, by: Grouping): Promise<WhyView> {
  const queries = subject.history(indexOf(subject.names, 'user', user))
  const { from, to } = rowsOf(queries)
  if (to === from)
    throw new UserError(
      `User ${user} has no event up to the cutoff, so nothing is retrieved.`,
      'Choose another user: `adseq tui` picks one at random.',
    )
  return whyIn(subject, `user ${user}`, { events: queries.events, user: queries.users[0], end: to }, entry, by)
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
  const looking = subject[kind]
  if (!looking) throw new UserError(`There is no trained ${kind} model.`, `Train one: adseq train ${kind}`)
  const { recommender, catalog, reads } = looking
  if (catalog.entryOf[index] < 0)
    throw new UserError(
      `The catalog did not have ${kind} ${entry} yet at the cutoff, so it is not retrieved.`,
      'Choose one of the list that inspect user shows.',
    )
  const historyEvents = history.end - history.events.offsets[history.user]
  // own history counts all events about an entry, also those that the tower no longer reads
  const all = eventGroups(history, by, reads, kind === 'item' ? [index] : [])
  const groups = all.slice(0, MOST_GROUPS)
  const variants = leaveOut(history, groups, moment)
  const [{ score, rank, pulls }] = await explain(variants, recommender, Int32Array.of(catalog.entryOf[index]))
  return {
    whose,
    run: looking.run ?? recommender.name,
    moment,
    kind,
    by,
    score,
    rank,
    of: catalog.size,
    entry: kind === 'item' ? card(names, index) : { ...card(names, -1, index), ...advertiserCard(names, index) },
    reads: Math.min(reads, historyEvents),
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

function about(
  { names }: Subject,
  { events }: History,
  rows: number[],
  by: Grouping,
): Omit<PulledBy, 'pull' | 'rankWithout'> {
  const last = rows[rows.length - 1]
  const several = by === 'basket' && new Set(rows.map((row) => events.eventItem[row])).size > 1
  return {
    events: rows.length,
    last: events.eventTime[last],
    types: [...new Set(rows.map((row) => EVENT_TYPES[events.eventType[row]]))],
    ...(several
      ? {
          ...card(names, -1),
          title: basket(
            rows.map((row) => card(names, events.eventItem[row], events.eventAdvertiser[row]).title ?? '(no title)'),
          ),
        }
      : card(names, events.eventItem[last], events.eventAdvertiser[last])),
  }
}

/** "BREAD, MILK and 7 more" */
function basket(titles: string[]): string {
  const more = titles.length - 2
  return `${titles.slice(0, 2).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
