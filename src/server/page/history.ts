import type { SentEvent, User } from './api.js'

/** An event of the history that is edited. */
export interface Told extends SentEvent {
  title: string | null
  /** left out by whoever looks */
  out: boolean
  /** not in the store: put in by whoever looks */
  added: boolean
}

/** A history, latest first, as it is stored and as it is edited. */
export class EditedHistory {
  readonly events: Told[]

  constructor(latest: User['latest'] = []) {
    this.events = latest.map(({ type, item, advertiser, domain, time, title }) => ({
      type,
      ...(item === null ? advertiser !== null && { advertiser } : { item }),
      domain,
      time,
      title: title ?? item ?? advertiser,
      out: false,
      added: false,
    }))
  }

  get edited(): boolean {
    return this.events.some(({ out, added }) => out || added)
  }

  /** Puts an event before all others: it is the latest. */
  add(type: string, item: string, title: string | null): void {
    this.events.unshift({ type, item, title: title ?? item, out: false, added: true })
  }

  /** Leaves an event out or takes it back in; one that was added goes. */
  toggle(event: Told): void {
    if (event.added) this.events.splice(this.events.indexOf(event), 1)
    else event.out = !event.out
  }

  reset(): void {
    for (const event of this.events.filter(({ added }) => added)) this.toggle(event)
    for (const event of this.events) event.out = false
  }

  /** As it is posted, in order of time; with `stored`, what was there before any edit. */
  sent(stored = false): SentEvent[] {
    return this.events
      .filter(({ out, added }) => (stored ? !added : !out))
      .map(({ type, item, advertiser, domain, time }) => ({ type, item, advertiser, domain, time }))
      .reverse()
  }
}

/** How an entry of a list moved: places up (below 0 down), or that it is new. */
export type Move = number | 'new'

/** What became of each id of `now`, and which of `before` are gone. */
export function moves(before: readonly string[], now: readonly string[]): { moved: Move[]; gone: string[] } {
  const places = new Map(before.map((id, i) => [id, i]))
  return {
    moved: now.map((id, i) => (places.has(id) ? places.get(id)! - i : 'new')),
    gone: before.filter((id) => !now.includes(id)),
  }
}
