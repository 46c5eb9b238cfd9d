import type { EventTable } from '../../../src/events/world/event-table.js'

/** What a user looked at in one go: rows of views without a pause of half an hour. */
export interface Visit {
  user: number
  domain: number
  rows: number[]
}

/** Visits of a table as generated (users in order, each in order of time), from view events alone. */
export function visitsOf(events: EventTable): Visit[] {
  const visits: Visit[] = []
  let last = -1
  for (let i = 0; i < events.length; i++) {
    if (events.type[i] !== 0) continue
    const current = visits.at(-1)
    if (
      current &&
      current.user === events.user[i] &&
      current.domain === events.domain[i] &&
      events.time[i] - last < 1800
    )
      current.rows.push(i)
    else visits.push({ user: events.user[i], domain: events.domain[i], rows: [i] })
    last = events.time[i]
  }
  return visits
}
