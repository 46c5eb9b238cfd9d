import { DOMAINS, EVENT_TYPES, type EventType } from '../../store/event-types.js'
import type { Catalog } from './catalog.js'

/** Seconds without an event that end a visit: no pause within one is as long (152), none between two as short. */
const PAUSE = 300

/** A view of an offsite visit. */
export interface SeenView {
  item: number
  category: number
  time: number
  carted: boolean
  /** it followed from what was put into the cart before it */
  complement: boolean
}

/** A visit as its events show it. */
export interface SeenVisit {
  onsite: boolean
  /** of its first event, unix seconds */
  time: number
  /** offsite: bought at once on coming, put off from the visit before */
  postponed: number[]
  /** offsite: items looked at, put into the cart and bought before anything else: used up by then */
  again: number[]
  /** of an onsite visit in the order of its events, without its search */
  views: SeenView[]
  /** offsite: bought at the end, of what was put into the cart */
  bought: number[]
  /** all checkouts, in order */
  checkouts: { item: number; time: number }[]
  /** onsite: the category that was searched, or undefined */
  searched?: number
}

/** Events of one user as columns, in the order in which they were made. */
export type SeenEvents = Readonly<Record<'item' | 'type' | 'domain' | 'time', ArrayLike<number>>>

const codeOf = (type: EventType): number => EVENT_TYPES.indexOf(type)
const [VIEW, CART, CHECKOUT, SEARCH] = [codeOf('view'), codeOf('add_to_cart'), codeOf('checkout'), codeOf('search')]
const ONSITE = DOMAINS.indexOf('onsite')

/** Takes the rows [from, to) of a user apart into the visits that offsiteVisit and onsiteVisit made of them. */
export function seenVisits(catalog: Catalog, events: SeenEvents, from: number, to: number): SeenVisit[] {
  const visits: SeenVisit[] = []
  if (from === to) return visits
  const read = (start: number, end: number): SeenVisit =>
    events.domain[start] === ONSITE ? onsite(catalog, events, start, end) : offsite(catalog, events, start, end)
  let start = from
  for (let row = from + 1; row <= to; row++) {
    const goesOn =
      row < to && events.domain[row] === events.domain[start] && events.time[row] - events.time[row - 1] <= PAUSE
    if (goesOn) continue
    visits.push(read(start, row))
    start = row
  }
  return visits
}

function onsite(catalog: Catalog, events: SeenEvents, from: number, to: number): SeenVisit {
  const visit = emptyVisit(true, events.time[from])
  for (let row = from; row < to; row++) {
    const category = catalog.itemCategory[events.item[row]]
    if (events.type[row] === SEARCH) visit.searched = category
    if (events.type[row] === VIEW) visit.views.push(viewOf(events, row, category))
  }
  return visit
}

function offsite(catalog: Catalog, events: SeenEvents, from: number, to: number): SeenVisit {
  const visit = emptyVisit(false, events.time[from])
  const lastView = lastRow(events, VIEW, from, to)
  let row = from
  for (; row < to && events.type[row] === CHECKOUT; row++) visit.postponed.push(events.item[row])
  // whatever is bought before the last view was used up: the cart is emptied after it
  const again = lastRow(events, CHECKOUT, row, lastView)
  for (; row <= again; row++) if (events.type[row] === CHECKOUT) visit.again.push(events.item[row])
  for (; row < to; row++) {
    const [type, item] = [events.type[row], events.item[row]]
    const before = visit.views.at(-1)
    if (type === VIEW) {
      const view = viewOf(events, row, catalog.itemCategory[item])
      view.complement = before?.carted === true && catalog.complement[before.category] === view.category
      visit.views.push(view)
    }
    if (type === CART && before) before.carted = true
    if (type === CHECKOUT) visit.bought.push(item)
  }
  for (let r = from; r < to; r++)
    if (events.type[r] === CHECKOUT) visit.checkouts.push({ item: events.item[r], time: events.time[r] })
  return visit
}

const emptyVisit = (isOnsite: boolean, time: number): SeenVisit => ({
  onsite: isOnsite,
  time,
  postponed: [],
  again: [],
  views: [],
  bought: [],
  checkouts: [],
})

const viewOf = (events: SeenEvents, row: number, category: number): SeenView => ({
  item: events.item[row],
  category,
  time: events.time[row],
  carted: false,
  complement: false,
})

/** The last of the rows [from, to) of this type; -1 where there is none. */
function lastRow({ type }: SeenEvents, wanted: number, from: number, to: number): number {
  for (let row = to - 1; row >= from; row--) if (type[row] === wanted) return row
  return -1
}
