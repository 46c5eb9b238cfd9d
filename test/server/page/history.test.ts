import { describe, expect, it } from 'vitest'
import { EditedHistory, moves } from '../../../src/server/page/history.js'

const event = (item: string | null, time: string, advertiser = 'a1') => ({
  seq: 1,
  time,
  type: 'view',
  domain: 'offsite',
  item,
  title: item && `Title of ${item}`,
  advertiser,
})
/** latest first, as the server lists them */
const LATEST = [event('i3', 't3'), event(null, 't2'), event('i1', 't1')]
const SENT = [
  { type: 'view', item: 'i1', advertiser: undefined, domain: 'offsite', time: 't1' },
  { type: 'view', item: undefined, advertiser: 'a1', domain: 'offsite', time: 't2' },
  { type: 'view', item: 'i3', advertiser: undefined, domain: 'offsite', time: 't3' },
]

describe('a history that is edited', () => {
  it('is sent in order of time: an event about an item by the item, another by its advertiser', () => {
    const history = new EditedHistory(LATEST)
    expect([history.edited, history.sent()]).toEqual([false, SENT])
  })

  it('leaves out and takes back, adds as the latest, and remembers what was stored', () => {
    const history = new EditedHistory(LATEST)
    history.toggle(history.events[1])
    history.add('checkout', 'i9', null)
    expect([history.edited, history.events[0].title]).toEqual([true, 'i9'])
    expect(history.sent()).toEqual([SENT[0], SENT[2], { type: 'checkout', item: 'i9' }])
    expect(history.sent(true)).toEqual(SENT)
    // one that was added is gone when it is left out
    history.toggle(history.events[0])
    expect(history.events).toHaveLength(3)
    history.reset()
    expect([history.edited, history.sent()]).toEqual([false, SENT])
  })
})

describe('how a list moved', () => {
  it('places up, places down, new, gone', () => {
    expect(moves(['a', 'b', 'c', 'd'], ['c', 'a', 'x', 'd'])).toEqual({ moved: [2, -1, 'new', 0], gone: ['b'] })
  })
})
