import { EVENT_TYPES } from '../../store/event-types.js'
import type { EventColumns } from './event-table.js'

/** What a world that was made holds. */
export interface WorldCounts {
  /** names the world: knobs and seed */
  world: string
  /** of the preset */
  name: string
  seed: number
  users: number
  items: number
  advertisers: number
  ads: number
  campaigns: number
  events: number
  /** events by type, onsite views and clicks apart: "view", "add_to_cart", "onsite view" ... */
  byType: Record<string, number>
  seconds: number
}

/** How many ads there are, and of how many campaigns; ads of a campaign come one after the other. */
export function countAds(all: Iterable<{ campaign: string }>): Pick<WorldCounts, 'ads' | 'campaigns'> {
  const counts = { ads: 0, campaigns: 0 }
  let last = ''
  for (const { campaign } of all) {
    counts.ads++
    if (campaign !== last) counts.campaigns++
    last = campaign
  }
  return counts
}

/** Counts what a world holds as its chunks go by. */
export class Tally {
  users = 0
  events = 0
  from = Infinity
  to = -Infinity
  private readonly counts: Record<string, number> = {}

  /** Chunks hold whole users. */
  add(events: EventColumns): void {
    let last = -1
    for (let i = 0; i < events.length; i++) {
      if (events.user[i] !== last) this.users++
      last = events.user[i]
      if (events.time[i] < this.from) this.from = events.time[i]
      if (events.time[i] > this.to) this.to = events.time[i]
      const name = `${events.domain[i] === 1 ? 'onsite ' : ''}${EVENT_TYPES[events.type[i]]}`
      this.counts[name] = (this.counts[name] ?? 0) + 1
    }
    this.events += events.length
  }

  /** Events by type, onsite ones apart: "view", "add_to_cart", "onsite view" ... */
  byType(): Record<string, number> {
    return { ...this.counts }
  }
}
