import { describe, expect, it } from 'vitest'
import { resolveCutoff } from '../../src/protocol/cutoff.js'
import { DAY, madeSnapshot, START } from '../features/made-snapshot.js'

const snapshot = madeSnapshot({
  users: 1,
  items: [{}],
  events: [
    { user: 0, item: 0, day: 1 },
    { user: 0, item: 0, day: 50 },
  ],
})
const empty = madeSnapshot({ users: 0, items: [], events: [] })

describe('the cutoff', () => {
  it('is the last event minus the window by default', () => {
    expect(resolveCutoff(snapshot, { cutoff: 'auto', windowDays: 30 })).toBe(START + 20 * DAY)
  })

  it('is a date or unix seconds when given', () => {
    expect(resolveCutoff(snapshot, { cutoff: '2026-01-11', windowDays: 30 })).toBe(START + 10 * DAY)
    expect(resolveCutoff(snapshot, { cutoff: START + 2 * DAY + 7, windowDays: 30 })).toBe(START + 2 * DAY + 7)
    // after the last event: there is all the data to train on, and nothing to evaluate
    expect(resolveCutoff(snapshot, { cutoff: START + 50 * DAY, windowDays: 30 })).toBe(START + 50 * DAY)
  })

  it('must have events on both sides', () => {
    expect(() => resolveCutoff(snapshot, { cutoff: START, windowDays: 30 })).toThrow('nothing to train on')
    expect(() => resolveCutoff(snapshot, { cutoff: 'auto', windowDays: 50 })).toThrow('less than the 50 days')
    expect(() => resolveCutoff(empty, { cutoff: 'auto', windowDays: 30 })).toThrow('no events')
    expect(() => resolveCutoff(snapshot, { cutoff: 'soon', windowDays: 30 })).toThrow('no date')
  })
})
