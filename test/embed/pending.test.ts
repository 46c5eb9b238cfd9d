import { describe, expect, it } from 'vitest'
import { lastEventTime, pendingUsers, usersWithEvents, type Histories } from '../../src/embed/pending.js'

// user 0: events 1 and 4; user 1: none; user 2: events 3 and 2 (in order of time, not of ingestion)
const histories: Histories = {
  users: 3,
  offsets: Uint32Array.of(0, 2, 2, 4),
  eventItem: Int32Array.of(0, 1, 0, 1),
  eventAdvertiser: new Int32Array(4),
  eventType: new Uint8Array(4),
  eventDomain: new Uint8Array(4),
  eventSeq: Uint32Array.of(1, 4, 3, 2),
  eventTime: Uint32Array.of(10, 20, 5, 30),
  lastSeq: 4,
}
const nothing = (): undefined => undefined

describe('pendingUsers', () => {
  it('takes users with an event past the watermark, whatever its time', () => {
    expect([...pendingUsers(histories, 0, nothing)]).toEqual([0, 2])
    expect([...pendingUsers(histories, 2, nothing)]).toEqual([0, 2])
    expect([...pendingUsers(histories, 3, nothing)]).toEqual([0])
    expect([...pendingUsers(histories, 4, nothing)]).toEqual([])
  })

  it('leaves out whom an unfinished pass has encoded since their last event', () => {
    expect([...pendingUsers(histories, 0, (user) => [4, undefined, 2][user])]).toEqual([2])
    expect([...pendingUsers(histories, 0, (user) => [3, undefined, 3][user])]).toEqual([0])
  })

  it('never takes a user without events', () => {
    expect([...usersWithEvents(histories)]).toEqual([0, 2])
  })

  it("takes the data's last event as the anchor", () => {
    expect(lastEventTime(histories)).toBe(30)
    expect(() => lastEventTime({ eventTime: new Uint32Array(0) })).toThrow('no events')
  })
})
