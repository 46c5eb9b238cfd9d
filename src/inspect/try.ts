import type { RequestContext } from '../features/context.js'
import { madeUpHistory, type MadeUpEvent } from '../features/made-up-history.js'
import type { Catalog } from '../protocol/catalog.js'
import type { Queries } from '../protocol/queries.js'
import { conversionCounts } from '../retrieve/popularity.js'
import { historyRows } from './history.js'
import { originOf, rowsOf, type Looking } from './looking.js'
import type { Subject, TryView, WhyView } from './types.js'
import { UserError } from '../core/errors.js'
import type { Grouping } from '../evaluate/influence.js'
import { advertiserCard, card, indexOf } from './catalog.js'
import { resolveContext } from './context-spec.js'
import { resolveHistory } from './history-spec.js'
import { Ranking } from './ranking.js'
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
  /** the context in which it is looked at: search=TEXT, item=ID, price=NUMBER */
  context?: readonly string[]
  k: number
}

interface Side {
  label: string
  /** undefined: no history, what is popular */
  events?: MadeUpEvent[]
  context?: RequestContext
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
  const [old, now] = [await rankings(subject, before), await rankings(subject, after)]
  const side = (own: Side, mine: Rankings, other: Rankings): TryView['before'] => {
    const events = madeUpHistory(snapshot, own.events ?? [])
    return {
      label: own.label,
      history: historyRows(events, names, 0, events.eventTime.length, 50),
      items: moved(mine.items, other.items, request.k).map(({ id, ...row }) => ({ ...row, ...card(names, id) })),
      advertisers: moved(mine.advertisers, other.advertisers, request.k).map(({ id, ...row }) => ({
        ...row,
        ...advertiserCard(names, id),
      })),
    }
  }
  return {
    ...originOf(subject),
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
  return whyIn(
    subject,
    `the ${label}`.replace(/^the user/, 'user'),
    { events: madeUpHistory(subject.snapshot, events), user: 0, end: events.length },
    entry,
    by,
  )
}

function sides(subject: Subject, request: TryRequest): [Side, Side] {
  const [before, after] = request.user === undefined ? madeUp(subject, request) : edited(subject, request.user, request)
  const { context = [], against, user } = request
  if (context.length === 0) return [before, after]
  if (subject.item?.recommender.kind === 'baseline')
    throw new UserError('A baseline takes no context in.', 'Leave out --recommender, or --context.')
  const told = resolveContext(context, subject.snapshot, subject.names, subject.moment)
  // without another history to compare with, the same without the context
  const other = user === undefined && against === undefined ? { ...after } : before
  return [other, { ...after, label: `${after.label}, ${told.label}`, context: told.context }]
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

function edited(
  subject: Subject,
  externalId: string,
  { history, against, add, drop = 0, context = [] }: TryRequest,
): [Side, Side] {
  if (history !== undefined || against !== undefined)
    throw new UserError(
      'A made-up history and --user exclude each other.',
      'To add events to a user, write --user ID --add "view:ITEM".',
    )
  if (add === undefined && drop === 0 && context.length === 0)
    throw new UserError(
      'Nothing is changed in the history.',
      'Add events (--add "view:ITEM@1h"), leave out the latest ones (--drop 3), or look at it in a context ' +
        '(--context search=CATEGORY).',
    )
  const { snapshot, names, moment } = subject
  const events = eventsOf(subject.history(indexOf(names, 'user', externalId)))
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
    { label: [`user ${externalId}`, ...words.filter(Boolean)].join(', '), events: changed },
  ]
}

async function rankings(subject: Subject, side: Side): Promise<Rankings> {
  const one = async (looking: Looking | undefined): Promise<Ranking | undefined> => {
    if (looking === undefined) return undefined
    const { recommender, catalog } = looking
    if (side.events === undefined) return popular(subject, catalog)
    return Ranking.by(recommender, catalog, madeUpQueries(subject, side))
  }
  return { items: await one(subject.item), advertisers: await one(subject.advertiser) }
}

const madeUpQueries = ({ snapshot, moment }: Subject, { events = [], context }: Side): Queries => ({
  events: madeUpHistory(snapshot, events),
  users: Int32Array.of(0),
  ends: Int32Array.of(events.length),
  moment,
  ...(context && { contexts: [context] }),
})

/** The events of a history one by one, to be edited. */
function eventsOf(queries: Queries): MadeUpEvent[] {
  const { events } = queries
  const { from, to } = rowsOf(queries)
  return Array.from({ length: to - from }, (_, i) => ({
    item: events.eventItem[from + i],
    advertiser: events.eventAdvertiser[from + i],
    type: events.eventType[from + i],
    domain: events.eventDomain[from + i],
    time: events.eventTime[from + i],
  }))
}

/** Shares of all conversions up to the moment: what someone without a history would get. */
function popular({ snapshot, moment }: Subject, catalog: Catalog): Ranking {
  const counts = conversionCounts(snapshot, catalog, moment)
  const total = Math.max(
    1,
    counts.reduce((sum, n) => sum + n, 0),
  )
  return new Ranking(
    Float32Array.from(counts, (n) => n / total),
    catalog,
  )
}

function moved(
  own: Ranking | undefined,
  other: Ranking | undefined,
  k: number,
): { id: number; rank: number; score: number; other: number | null }[] {
  if (own === undefined) return []
  const top = own.top(k)
  const ranks = other?.ranks(top.map(({ id }) => id)) ?? []
  return top.map((t, i) => ({ ...t, other: ranks[i] ?? null }))
}
