import { describe, expect, it } from 'vitest'
import { Rng } from '../../src/core/rng.js'
import type { RequestContext } from '../../src/features/context.js'
import { titleTokens } from '../../src/features/snapshot-build.js'
import { createBatchSource } from '../../src/train/batch-source.js'
import { PseudoContexts } from '../../src/train/pseudo-context.js'
import { DAY, madeSnapshot, START } from '../features/made-snapshot.js'
import { sourceOptions } from './made-options.js'

const BOUGHT = 2.25
const snapshot = madeSnapshot({
  users: 3,
  items: [
    { category: 'A/B/C', title: 'red box', price: 7 },
    { category: 'A/B/C', title: 'blue box' },
    { category: 'A/B/C', launched: 9 },
    { category: 'D' },
    {},
  ],
  events: [
    { user: 0, item: 3, type: 'view', day: 0 },
    { user: 0, item: 0, day: BOUGHT },
    // a search that may have led to the purchase, and one before the anchor of the test
    { user: 1, item: 3, type: 'search', day: 0.5 },
    { user: 1, item: 1, type: 'search', day: 1.5 },
    { user: 1, item: 0, day: BOUGHT },
    { user: 2, item: 4, day: BOUGHT },
  ],
})
const contexts = new PseudoContexts(snapshot)
const path = (...names: string[]): number[] => names.map((name) => snapshot.categories.indexOf(name))

/** Contexts of 4,000 rows with one positive. @param anchor days after START */
function drawn(user: number, event: number, anchor = 1): (RequestContext | undefined)[] {
  const rows = 4000
  return contexts.draw(
    {
      event: new Uint32Array(rows).fill(event),
      moment: new Float64Array(rows).fill(START + anchor * DAY),
      rows: { users: new Uint32Array(rows).fill(user), ends: new Uint32Array(rows) },
    },
    new Rng(1),
  )
}
const shareOf = (all: readonly unknown[], which: (one: never) => boolean): number =>
  all.filter(which as (one: unknown) => boolean).length / all.length

describe('pseudo-contexts', () => {
  const all = drawn(0, 1) as RequestContext[]

  it('are projected from the positive: category down to a level, words, a neighbour, price and hour', () => {
    const words = titleTokens('red box')
    for (const context of all) {
      const { categories, item, price, time } = context
      if (categories) expect([1, 2, 3].map((n) => path('A', 'A/B', 'A/B/C').slice(0, n))).toContainEqual(categories)
      for (const word of context.words ?? []) expect(words).toContain(word)
      // not the positive itself, and not item 2, which came later
      expect([undefined, 1]).toContain(item)
      expect([undefined, 7]).toContain(price)
      expect([undefined, START + BOUGHT * DAY]).toContain(time)
    }
  })

  it('have each part as often as they should, and never nothing', () => {
    const within = (found: number, wanted: number): void => expect(Math.abs(found - wanted)).toBeLessThan(0.03)
    // item 1 is one of three of the category: four draws find it but in (2/3)^4 of the cases
    const item = 0.3 * (1 - (2 / 3) ** 4)
    // of two words each is kept in half of the cases: none in a quarter
    const words = 0.3 * 0.75
    const rest = (1 - words) * (1 - item) * (1 - 0.2)
    within(
      shareOf(all, ({ price }: RequestContext) => price !== undefined),
      0.2,
    )
    within(
      shareOf(all, ({ time }: RequestContext) => time !== undefined),
      0.5,
    )
    within(
      shareOf(all, (one: RequestContext) => one.item !== undefined),
      item,
    )
    within(
      shareOf(all, (one: RequestContext) => Boolean(one.words?.length)),
      words,
    )
    // where nothing else is drawn, the category is told
    within(
      shareOf(all, ({ categories }: RequestContext) => categories !== undefined),
      0.6 + 0.4 * rest,
    )
    for (const depth of [1, 2, 3]) {
      const told = all.filter(({ categories }) => categories)
      within(
        shareOf(told, ({ categories }: RequestContext) => categories!.length === depth),
        1 / 3,
      )
    }
  })

  it('are half of the time the search that came before, if it came after the anchor', () => {
    const searched = (of: readonly (RequestContext | undefined)[], day: number): number =>
      shareOf(of, (one: RequestContext | undefined) => one?.time === START + day * DAY && one.item === undefined)
    // the row of the purchase, after two searches of the same user
    const near = drawn(1, 4)
    expect(Math.abs(searched(near, 1.5) - 0.5)).toBeLessThan(0.03)
    expect(searched(near, 0.5)).toBe(0)
    expect(searched(drawn(1, 4, 2), 1.5)).toBe(0)
    const search = near.find((one) => one?.time === START + 1.5 * DAY)
    expect(search!.categories).toEqual(path('A', 'A/B', 'A/B/C'))
  })

  it('are none where nothing is known of the positive', () => {
    expect(new Set(drawn(2, 5))).toEqual(new Set([undefined]))
  })
})

describe('batches of a model with context', () => {
  const { model } = sourceOptions()

  it('are those of a model without, and contexts beside them', () => {
    const plain = createBatchSource(sourceOptions()).batch(3)
    const { feeds } = createBatchSource(sourceOptions({}, { model: { ...model, context: true } })).batch(3)
    for (const [name, feed] of Object.entries(plain.feeds)) expect(feeds[name]).toEqual(feed)
    expect(feeds['context.present'].length).toBe(plain.R)
    expect(Math.max(...feeds['context.present'])).toBe(1)
  })

  it('have none where the model is of advertisers', () => {
    const { feeds } = createBatchSource(
      sourceOptions({}, { kind: 'advertiser', model: { ...model, context: true } }),
    ).batch(0)
    expect(Object.keys(feeds).filter((name) => name.startsWith('context.'))).toEqual([])
  })
})
