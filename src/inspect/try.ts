import { UserError } from '../core/errors.js'
import type { MadeUpEvent } from '../embed/made-up-history.js'
import type { Grouping } from '../evaluate/influence.js'
import { conversionsByEntry } from './activity.js'
import { advertiserCard, card, indexOf } from './catalog.js'
import { bounds, historyRows } from './history.js'
import { resolveHistory } from './history-spec.js'
import { eventsOf, madeUpQuery } from './made-up.js'
import { absentAt } from './moment.js'
import { Ranking } from './ranking.js'
import type { RetrievalModel, Subject, TryView, WhyView } from './types.js'
import { whyIn } from './why.js'

export interface TryRequest {
  /** a made-up history: "view:ITEM,add_to_cart:ITEM@2d" */
  history?: string
  /** what to compare the made-up history with; default: what is popular */
  against?: string
  /** edit this user's history instead */
  user?: string
  /** events to add to it */
  add?: string
  /** latest events to leave out of it, before adding */
  drop?: number
  k: number
}

interface Side {
  label: string
  /** undefined: no history, what is popular */
  events?: MadeUpEvent[]
}

interface Rankings {
  items?: Ranking
  advertisers?: Ranking
}

/**
 * What is retrieved for a history that nobody has, beside what is retrieved without the change.
 * @throws UserError for a wrong spec, an unknown id, a history left empty, or when no model is trained
 */
export async function tryHistory(subject: Subject, request: TryRequest): Promise<TryView> {
  const { snapshot, names } = subject
  if (!subject.item && !subject.advertiser)
    throw new UserError('There is no trained model to try a history on.', 'Train one first: adseq train item')
  const [before, after] = sides(subject, request)
  const absent = {
    items: absentAt(snapshot, 'item', subject.moment),
    advertisers: absentAt(snapshot, 'advertiser', subject.moment),
  }
  const old = await rankings(subject, before, absent)
  const now = await rankings(subject, after, absent)
  const side = (own: Side, mine: Rankings, other: Rankings): TryView['before'] => {
    const shown = madeUpQuery(snapshot, own.events ?? []).snapshot
    return {
      label: own.label,
      history: historyRows(shown, names, 0, shown.eventTime.length, 50),
      items: moved(mine.items, other.items, request.k).map(({ entry, ...row }) => ({ ...row, ...card(names, entry) })),
      advertisers: moved(mine.advertisers, other.advertisers, request.k).map(({ entry, ...row }) => ({
        ...row,
        ...advertiserCard(names, entry),
      })),
    }
  }
  return {
    itemRun: subject.item?.run ?? null,
    advertiserRun: subject.advertiser?.run ?? null,
    moment: subject.moment,
    windowDays: subject.windowDays,
    before: side(before, old, now),
    after: side(after, now, old),
  }
}

/**
 * Which events of the tried history pull an entry up. @param entry an item's id, or advertiser:ID
 * @throws UserError as tryHistory, and for an unknown entry
 */
export async function whyTried(subject: Subject, request: TryRequest, entry: string, by: Grouping): Promise<WhyView> {
  const [, { label, events = [] }] = sides(subject, request)
  const { snapshot } = madeUpQuery(subject.snapshot, events)
  return whyIn(
    subject,
    `the ${label}`.replace(/^the user/, 'user'),
    { snapshot, user: 0, end: events.length },
    entry,
    by,
  )
}

function sides(subject: Subject, request: TryRequest): [Side, Side] {
  return request.user === undefined ? madeUp(subject, request) : edited(subject, request.user, request)
}

function madeUp({ snapshot, names, moment }: Subject, { history, against, add, drop }: TryRequest): [Side, Side] {
  if (add !== undefined || drop !== undefined)
    throw new UserError(
      '--add and --drop edit the history of a user, and none is named.',
      'Name one: adseq try --user ID --add "view:ITEM"',
    )
  if (history === undefined)
    throw new UserError(
      'There is no history to try.',
      'Give one, adseq try "view:ITEM,add_to_cart:ITEM@2d", or edit a real one: adseq try --user ID --drop 1',
    )
  const after = { label: 'made-up history', events: resolveHistory(history, snapshot, names, moment) }
  if (against === undefined) return [{ label: 'what is popular' }, after]
  return [{ label: 'the other history', events: resolveHistory(against, snapshot, names, moment) }, after]
}

function edited(subject: Subject, externalId: string, { history, against, add, drop = 0 }: TryRequest): [Side, Side] {
  if (history !== undefined || against !== undefined)
    throw new UserError(
      'A made-up history and --user exclude each other.',
      'To add events to a user, write --user ID --add "view:ITEM".',
    )
  if (add === undefined && drop === 0)
    throw new UserError(
      'Nothing is changed in the history.',
      'Add events (--add "view:ITEM@1h") or leave out the latest ones (--drop 3).',
    )
  const { snapshot, names, moment, windowDays } = subject
  const { start, end } = bounds(snapshot, indexOf(names, 'user', externalId), moment, windowDays)
  const events = eventsOf(snapshot, start, end)
  if (drop > events.length)
    throw new UserError(
      `User ${externalId} has only ${events.length} events up to the cutoff, so ${drop} cannot be dropped.`,
      `Drop at most ${events.length}.`,
    )
  const added = add === undefined ? [] : resolveHistory(add, snapshot, names, moment)
  const changed = [...events.slice(0, events.length - drop), ...added]
  if (changed.length === 0)
    throw new UserError(
      'The edited history is empty, so there is nothing to encode.',
      'Drop fewer events, or add some with --add.',
    )
  const words = [drop > 0 ? `last ${drop} dropped` : '', added.length > 0 ? `${added.length} added` : '']
  // a user whose history is empty as it stands gets what is popular
  return [
    { label: `user ${externalId}`, events: events.length > 0 ? events : undefined },
    { label: `user ${externalId}, ${words.filter(Boolean).join(', ')}`, events: changed },
  ]
}

async function rankings(
  subject: Subject,
  side: Side,
  absent: { items: Uint8Array; advertisers: Uint8Array },
): Promise<Rankings> {
  const one = async (
    model: RetrievalModel | undefined,
    level: 'item' | 'advertiser',
    gone: Uint8Array,
  ): Promise<Ranking | undefined> => {
    if (model === undefined) return undefined
    if (side.events === undefined) return popular(subject, level, gone)
    const { snapshot, query } = madeUpQuery(subject.snapshot, side.events)
    return Ranking.of(await model.users(query, subject.moment, snapshot), await model.entries(subject.moment), gone)
  }
  return {
    items: await one(subject.item, 'item', absent.items),
    advertisers: await one(subject.advertiser, 'advertiser', absent.advertisers),
  }
}

/** Shares of all conversions up to the moment: what someone without a history would get. */
function popular({ snapshot, moment }: Subject, level: 'item' | 'advertiser', absent: Uint8Array): Ranking {
  const counts = conversionsByEntry(snapshot, level, moment)
  const total = Math.max(
    1,
    counts.reduce((sum, n) => sum + n, 0),
  )
  return Ranking.ofScores(
    Float32Array.from(counts, (n) => n / total),
    absent,
  )
}

function moved(
  own: Ranking | undefined,
  other: Ranking | undefined,
  k: number,
): { entry: number; rank: number; score: number; other: number | null }[] {
  if (own === undefined) return []
  const top = own.top(k)
  const ranks = other?.ranks(top.map((t) => t.entry)) ?? []
  return top.map((t, i) => ({ ...t, other: ranks[i] ?? null }))
}
