import { describe, expect, it } from 'vitest'
import { conversionMask } from '../../src/features/snapshot.js'
import { createBatchSource } from '../../src/train/batch-source.js'
import { createPositives } from '../../src/train/positives.js'
import { SlotFinder } from '../../src/train/slots.js'
import { DAY, madeSnapshot, START } from '../features/made-snapshot.js'
import { ANCHORS, LIMIT, market, OBJECTIVES, sourceOptions } from './made-options.js'

const finderOf = (...args: Parameters<typeof sourceOptions>): SlotFinder => {
  const options = sourceOptions(...args)
  return new SlotFinder(
    options.snapshot,
    createPositives(options.snapshot, options.kind, options.train.labelWeights),
    options,
  )
}

/** Event rows of a user that satisfy a condition. */
const rowsWhere = (user: number, is: (time: number, e: number) => boolean): number[] => {
  const rows: number[] = []
  for (let e = market.offsets[user]; e < market.offsets[user + 1]; e++) if (is(market.eventTime[e], e)) rows.push(e)
  return rows
}
const converts = (e: number): boolean => conversionMask[market.eventType[e]] === 1 && market.eventItem[e] >= 0
const window = sourceOptions().train.windowDays * DAY

/** The definition, event by event: [anchor, history, what can be drawn: event rows or positions with theirs]. */
function slotsByDefinition(user: number, objective: string, anchors: string): unknown[] {
  const moments = new Set<number>()
  for (const e of rowsWhere(user, () => true)) {
    if (anchors === 'event') moments.add(market.eventTime[e])
    else for (let a = START; a < START + 70 * DAY; a += DAY) if (a >= market.eventTime[e]) moments.add(a)
  }
  const windowOf = (a: number): number[] => rowsWhere(user, (time, e) => time > a && time <= a + window && converts(e))
  const slots: unknown[] = []
  for (const a of [...moments].sort((x, y) => x - y)) {
    if (a + window > LIMIT) continue
    const history = rowsWhere(user, (time) => time <= a)
    let drawn: unknown[]
    if (objective === 'dense-all-action') {
      const ends = history
        .slice(-8)
        .filter((e) => market.eventTime[e + 1] !== market.eventTime[e] || e + 1 === market.offsets[user + 1])
      drawn = ends
        .map((e) => [e, windowOf(market.eventTime[e])] as const)
        .filter(([, positives]) => positives.length > 0)
    } else {
      drawn = windowOf(a)
      if (objective === 'next-action')
        drawn = drawn.filter((e) => market.eventTime[e as number] === market.eventTime[drawn[0] as number])
    }
    if (drawn.length > 0) slots.push([a, history, drawn])
  }
  return slots
}

/** The finder's slots in the same form. */
function slotsFound(finder: SlotFinder, user: number): unknown[] {
  const { slots, positions, positives } = finder
  const rows = (first: number, last: number): number[] => [...positives.row.subarray(first, last)]
  return Array.from({ length: finder.find(user) }, (_, k) => {
    const history = rowsWhere(user, (_time, e) => e < slots.end[k])
    const drawn: unknown[] = []
    if (finder.dense)
      for (let p = slots.first[k]; p < slots.last[k]; p++)
        drawn.push([positions.row[p], rows(positions.first[p], positions.last[p])])
    else drawn.push(...rows(slots.first[k], slots.last[k]))
    return [slots.time[k], history, drawn]
  })
}

describe('anchors', () => {
  for (const objective of OBJECTIVES) {
    for (const anchors of ANCHORS) {
      it(`are those of the definition: ${objective}, ${anchors}`, () => {
        const finder = finderOf({ objective, anchors })
        let slots = 0
        for (let user = 0; user < market.users; user++) {
          const expected = slotsByDefinition(user, objective, anchors)
          expect(slotsFound(finder, user)).toEqual(expected)
          slots += expected.length
        }
        expect(slots).toBeGreaterThan(30)
      })
    }
  }

  it.each(ANCHORS)('leave so many conversions to be drawn, each counted once: %s', (anchors) => {
    let drawn = 0
    for (let user = 0; user < market.users; user++) {
      const slots = slotsByDefinition(user, 'all-action', anchors) as [number, number[], number[]][]
      drawn += new Set(slots.flatMap(([, , rows]) => rows)).size
    }
    expect(drawn).toBeGreaterThan(30)
    expect(createBatchSource(sourceOptions({ anchors })).positives).toBe(drawn)
  })

  it('never cut a basket: neither the history from its window nor the end of the window', () => {
    // two baskets of two lines, at the very end of an anchor's window and one second after
    const snapshot = madeSnapshot({
      users: 1,
      items: [{}, {}],
      events: [
        { user: 0, item: 0, day: 0 },
        { user: 0, item: 1, day: 0 },
        { user: 0, item: 0, day: 12 },
        { user: 0, item: 1, day: 12 },
        { user: 0, item: 0, day: 12 + 1 / DAY },
        { user: 0, item: 1, day: 12 + 1 / DAY },
      ],
    })
    const finder = finderOf({ anchors: 'event' }, { snapshot })
    expect(finder.find(0)).toBe(2)
    const { end, first, last } = finder.slots
    // anchor day 0: both lines of day 12 (at exactly a + K), none of those after
    expect([end[0], ...finder.positives.row.subarray(first[0], last[0])]).toEqual([2, 2, 3])
    expect([end[1], ...finder.positives.row.subarray(first[1], last[1])]).toEqual([4, 4, 5])
  })

  it('weigh half as much one half-life earlier', () => {
    const finder = finderOf({ recencyHalfLifeDays: 5 })
    for (let user = 0; user < market.users; user++) {
      const n = finder.find(user)
      for (let k = 0; k < n; k++)
        expect(finder.slots.weight[k]).toBeCloseTo(2 ** ((finder.slots.time[k] - LIMIT) / (5 * DAY)), 12)
    }
  })

  it('leave out types of weight 0, for an item model what has no item, and keep both otherwise', () => {
    const snapshot = madeSnapshot({
      users: 1,
      advertisers: 2,
      items: [{ advertiser: 1 }],
      events: [
        { user: 0, item: 0, type: 'view', day: 0 },
        { user: 0, item: 0, type: 'add_to_cart', day: 1 },
        { user: 0, item: 0, type: 'checkout', day: 2 },
        { user: 0, advertiser: 0, type: 'signup', day: 3 },
      ],
    })
    const positives = (
      kind: 'item' | 'advertiser',
      labelWeights: { checkout: number; add_to_cart: number; signup: number },
    ): number[] => {
      const finder = finderOf({ labelWeights }, { snapshot, kind })
      finder.find(0)
      return [...finder.positives.row.subarray(0, finder.positives.count)]
    }
    expect(positives('item', { checkout: 1, add_to_cart: 1, signup: 1 })).toEqual([1, 2])
    expect(positives('advertiser', { checkout: 1, add_to_cart: 1, signup: 1 })).toEqual([1, 2, 3])
    expect(positives('advertiser', { checkout: 1, add_to_cart: 0, signup: 1 })).toEqual([2, 3])
    expect(() => positives('item', { checkout: 0, add_to_cart: 0, signup: 0 })).toThrow('nothing to learn from')
  })
})
