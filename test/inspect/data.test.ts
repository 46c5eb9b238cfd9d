import { expect, test } from 'vitest'
import { dataView } from '../../src/inspect/data.js'
import { dataText } from '../../src/inspect/text/data-text.js'
import { START, madeSnapshot } from '../features/made-snapshot.js'

// user 0 views items 0 and 1, carts and buys item 0, and buys it again; user 1 buys item 1 unseen and views it later;
// user 2 does nothing
const snapshot = madeSnapshot({
  users: 3,
  advertisers: 2,
  items: [{ advertiser: 0 }, { advertiser: 1 }],
  events: [
    { user: 0, item: 0, advertiser: 0, type: 'view', domain: 1, day: 0 },
    { user: 0, item: 1, advertiser: 1, type: 'view', domain: 1, day: 0 },
    { user: 0, item: 0, advertiser: 0, type: 'add_to_cart', day: 1 },
    { user: 0, item: 0, advertiser: 0, type: 'checkout', day: 2 },
    { user: 0, item: 0, advertiser: 0, type: 'checkout', day: 4 },
    { user: 1, item: 1, advertiser: 1, type: 'checkout', day: 1 },
    { user: 1, item: 1, advertiser: 1, type: 'view', day: 3 },
  ],
})

test('a log is counted', () => {
  const view = dataView(snapshot)
  expect(view).toMatchObject({
    users: 3,
    events: 7,
    first: START,
    last: START + 4 * 86_400,
    byType: { view: 3, add_to_cart: 1, checkout: 3 },
    onsite: 2 / 7,
    // three pairs were viewed; user 1 bought before they looked
    steps: [
      { from: 'viewed', to: 'put in the cart', pairs: 3, share: 1 / 3 },
      { from: 'viewed', to: 'bought', pairs: 3, share: 1 / 3 },
      { from: 'put in the cart', to: 'bought', pairs: 1, share: 1 },
    ],
    // START is a midnight; user 0 has 5 events, user 1 has 2
    perDay: [2, 2, 1, 1, 1],
    lengths: [
      { from: 1, users: 0 },
      { from: 2, users: 1 },
      { from: 4, users: 1 },
    ],
    // item 0: a cart and two checkouts; item 1: one checkout
    bestSelling: [
      { items: 1, share: 3 / 4 },
      { items: 2, share: 1 },
    ],
    eventsOfUser: { p10: 2, median: 2, p90: 5, most: 5 },
    conversionsOfUser: { median: 1, most: 3 },
    daysOfUser: { median: 2, most: 4 },
    // of four conversions two came more than a day after user 0 had seen the item; the cart just a day after
    repeats: { item: 2 / 4, advertiser: 2 / 4 },
    popular: { convertedItems: 2, percent: 3 / 4, hundred: 1 },
    together: 2 / 7,
  })
  expect(view.hard[0]).toBe(
    'Own repeats: 50 % of conversions are on items that the user had dealt with more than a day before.',
  )
})

test('and told in lines of at most 80 columns', () => {
  const lines = dataText(dataView(snapshot))
  expect(lines.join('\n')).toContain('viewed: later bought')
  expect(Math.max(...lines.filter((line) => !line.startsWith('  ')).map((line) => line.length))).toBeLessThanOrEqual(80)
  expect(dataText(dataView(madeSnapshot({ users: 1, items: [], events: [] })))).toEqual(['There are no events.'])
})
