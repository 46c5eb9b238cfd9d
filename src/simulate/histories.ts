import { NEVER, historyEnd, type CatalogData, type EventData, type Snapshot } from '../features/snapshot.js'

const COLUMNS = ['eventItem', 'eventAdvertiser', 'eventType', 'eventDomain', 'eventTime', 'eventSeq'] as const

/** Histories that grow: those of a snapshot up to a moment, each with room for what is to come. */
export class Histories {
  /** rows [offsets[u], ends[u]) are what user u has done */
  readonly events: EventData
  readonly ends: Int32Array

  /** @param room [users] rows that may be added at most */
  constructor(
    private readonly snapshot: Snapshot,
    private readonly until: number,
    room: ArrayLike<number>,
  ) {
    const { users } = snapshot
    const offsets = new Uint32Array(users + 1)
    this.ends = new Int32Array(users)
    for (let u = 0; u < users; u++) {
      const known = historyEnd(snapshot, u, until) - snapshot.offsets[u]
      this.ends[u] = offsets[u] + known
      offsets[u + 1] = offsets[u] + known + room[u]
    }
    this.events = roomFor(users, offsets)
    for (const name of COLUMNS)
      for (let u = 0; u < users; u++) {
        const from = snapshot.offsets[u]
        this.events[name].set(snapshot[name].subarray(from, from + this.ends[u] - offsets[u]), offsets[u])
      }
  }

  /** All that was done so far, to count tables of; what was not known by `until` is first seen as it was lived. */
  asSnapshot(): Snapshot {
    const { events, ends, snapshot } = this
    const { users } = events
    const offsets = new Uint32Array(users + 1)
    for (let u = 0; u < users; u++) offsets[u + 1] = offsets[u] + ends[u] - events.offsets[u]
    const done = roomFor(users, offsets)
    for (const name of COLUMNS)
      for (let u = 0; u < users; u++) done[name].set(events[name].subarray(events.offsets[u], ends[u]), offsets[u])
    return { ...snapshot, ...done, ...this.firstSeen(done) }
  }

  private firstSeen(done: EventData): Pick<CatalogData, 'itemFirstSeen' | 'advertiserFirstSeen'> {
    const { snapshot, until } = this
    const known = (first: Uint32Array): Uint32Array => first.map((time) => (time <= until ? time : NEVER))
    const itemFirstSeen = known(snapshot.itemFirstSeen)
    const advertiserFirstSeen = known(snapshot.advertiserFirstSeen)
    done.eventTime.forEach((time, row) => {
      const [item, advertiser] = [done.eventItem[row], done.eventAdvertiser[row]]
      if (item >= 0 && time < itemFirstSeen[item]) itemFirstSeen[item] = time
      if (advertiser >= 0 && time < advertiserFirstSeen[advertiser]) advertiserFirstSeen[advertiser] = time
    })
    return { itemFirstSeen, advertiserFirstSeen }
  }

  /** Adds what a user did; times must not go back. @param type @param domain codes as stored */
  add(user: number, item: number, advertiser: number, type: number, domain: number, time: number): void {
    const row = this.ends[user]
    const { events } = this
    if (row === events.offsets[user + 1]) throw new Error(`there is no room for more events of user ${user}`)
    if (row > events.offsets[user] && events.eventTime[row - 1] > time)
      throw new Error(`an event of user ${user} at ${time} comes before their last`)
    events.eventItem[row] = item
    events.eventAdvertiser[row] = advertiser
    events.eventType[row] = type
    events.eventDomain[row] = domain
    events.eventTime[row] = time
    this.ends[user] = row + 1
  }
}

/** Events of nothing, as many as the offsets leave room for. */
function roomFor(users: number, offsets: Uint32Array): EventData {
  const rows = offsets[users]
  return {
    users,
    offsets,
    eventItem: new Int32Array(rows).fill(-1),
    eventAdvertiser: new Int32Array(rows).fill(-1),
    eventType: new Uint8Array(rows),
    eventDomain: new Uint8Array(rows),
    eventTime: new Uint32Array(rows),
    eventSeq: new Uint32Array(rows),
  }
}
