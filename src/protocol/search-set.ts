import { UserError } from '../core/errors.js'
import { DAY } from '../core/time.js'
import type { RequestContext } from '../features/context.js'
import { EVENT_TYPES, categoriesOf, conversionMask, historyEnd, type Snapshot } from '../features/snapshot.js'
import { day } from '../text/moments.js'
import { levelSet, protocolOf, type EvaluationSet, type ProtocolOptions, type Window } from './evaluation-set.js'
import type { Queries } from './queries.js'

const SEARCH = EVENT_TYPES.indexOf('search')

/** What is bought after searches: a query a search. */
export interface SearchSet extends EvaluationSet {
  /** the same queries, each with the history up to the search and the search itself */
  anew: Queries
  /** what is searched: the category of the search's item */
  searched: RequestContext[]
  /** the category of the first item that is converted on after it: the best context there could be */
  bought: RequestContext[]
  /** searches in the window, those that led to no conversion of an item included */
  searches: number
}

/**
 * The searches in (cutoff, cutoff + windowDays], with the conversions that follow each of them within `days` and before
 * the user's next search. The history ends at the midnight (UTC) before the search, as that of a vector that is made
 * anew every day; the catalog is what is known at the cutoff. Searches without a history or without such a conversion
 * are left out.
 * @throws UserError when nothing is left
 */
export function searchSet(snapshot: Snapshot, days: number, options: ProtocolOptions): SearchSet {
  const { cutoff, windowDays } = options
  const { eventTime, eventType, eventItem } = snapshot
  const windowEnd = cutoff + windowDays * DAY
  const window: Window = { users: [], ends: [], firsts: [], lasts: [], newcomers: [] }
  const midnights: number[] = []
  const [searched, bought]: RequestContext[][] = [[], []]
  let searches = 0
  for (let user = 0; user < snapshot.users; user++) {
    const end = historyEnd(snapshot, user, windowEnd)
    for (let row = historyEnd(snapshot, user, cutoff); row < end; row++) {
      if (eventType[row] !== SEARCH || eventItem[row] < 0) continue
      searches++
      const time = eventTime[row]
      const midnight = Math.floor((time - 1) / DAY) * DAY
      const before = historyEnd(snapshot, user, midnight)
      let last = row + 1
      while (last < end && eventTime[last] <= time + days * DAY && eventType[last] !== SEARCH) last++
      const first = firstConversion(snapshot, row + 1, last)
      if (before === snapshot.offsets[user] || first < 0) continue
      window.users.push(user)
      window.ends.push(before)
      window.firsts.push(row + 1)
      window.lasts.push(last)
      midnights.push(midnight)
      searched.push({ categories: categoriesOf(snapshot, eventItem[row]), time })
      bought.push({ categories: categoriesOf(snapshot, eventItem[first]), time })
    }
  }
  if (window.users.length === 0)
    throw new UserError(
      searches === 0
        ? `There is no search between ${day(cutoff)} and ${day(windowEnd)}.`
        : `None of ${searches} searches is followed by the conversion of an item within ${days} days.`,
      'Import events of type search that name an item, or try a world that has them: adseq generate-data.',
    )
  const users = Int32Array.from(window.users)
  const queries = { events: snapshot, users, ends: Int32Array.from(window.ends), moment: Float64Array.from(midnights) }
  const anew = { ...queries, ends: Int32Array.from(window.firsts), moment: timesOf(searched) }
  return {
    protocol: protocolOf(options),
    queries,
    levels: { item: levelSet(snapshot, 'item', window, windowEnd, options) },
    anew,
    searched,
    bought,
    searches,
  }
}

const timesOf = (contexts: readonly RequestContext[]): Float64Array => Float64Array.from(contexts, ({ time }) => time!)

function firstConversion(snapshot: Snapshot, from: number, to: number): number {
  for (let row = from; row < to; row++)
    if (conversionMask[snapshot.eventType[row]] === 1 && snapshot.eventItem[row] >= 0) return row
  return -1
}
