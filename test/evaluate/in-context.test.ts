import { describe, expect, it } from 'vitest'
import { evaluateInContext } from '../../src/evaluate/in-context.js'
import { inContextText } from '../../src/evaluate/in-context-text.js'
import { searchSet } from '../../src/protocol/search-set.js'
import { ExactRecommender } from '../../src/retrieve/recommender.js'
import type { Queries } from '../../src/protocol/queries.js'
import { DAY, madeSnapshot, START, type MadeEvent } from '../features/made-snapshot.js'

/** 40 items, item n of the category c(n % 2). */
const items = Array.from({ length: 40 }, (_, n) => ({ category: `c${n % 2}`, launched: 0 }))
const search = (user: number, item: number, bought: number): MadeEvent[] => [
  { user, item: 39, day: 1 },
  { user, item, type: 'search', day: 12.5 },
  { user, item: bought, day: 13 },
]
// of four users three buy of the category that they searched
const snapshot = madeSnapshot({
  users: 4,
  items,
  events: [...search(0, 0, 24), ...search(1, 1, 25), ...search(2, 0, 22), ...search(3, 0, 23)],
})
const protocol = { cutoff: START + 10 * DAY, windowDays: 20, indexSize: 0, history: 'kept', seed: 1 } as const

/** Ranks items by their number; items of a category that is told come before all others. */
class ByNumber extends ExactRecommender {
  readonly name = 'by number'
  readonly kind = 'model'
  readonly level = 'item'
  readonly entries = 40
  score({ contexts }: Queries, from: number, to: number, out: Float32Array): void {
    for (let q = from; q < to; q++)
      for (let e = 0; e < 40; e++) {
        const told = contexts?.[q]?.categories?.at(-1)
        const first = told !== undefined && snapshot.itemCategory[3 * e] === told ? 100 : 0
        out[(q - from) * 40 + e] = first + e
      }
  }
}

describe('recall in context', () => {
  const set = searchSet(snapshot, 7, protocol)
  const found = evaluateInContext(snapshot, set, [new ByNumber()], {
    at: [10, 100],
    bootstrap: { samples: 20, seed: 1 },
  })

  it('by hand: nothing told, the search told, the purchase told; each gain against the first row', async () => {
    const { rows, positives } = await found
    expect(positives).toBe(4)
    // items 22 to 25 have the places 15 to 18 of all; of their own category they are within the first ten
    expect(rows.map(({ history, context, recall }) => [history, context, recall['10']])).toEqual([
      ['stored', 'nothing', 0],
      ['stored', 'search', 0.75],
      ['anew', 'nothing', 0],
      ['anew', 'search', 0.75],
      ['stored', 'purchase', 1],
    ])
    expect(rows.map(({ gain }) => gain?.['10'])).toEqual([undefined, 0.75, 0, 0.75, 1])
    expect(rows[4].gainInterval!['10']).toEqual([1, 1])
    for (const { recall } of rows) expect(recall['100']).toBe(1)
  })

  it('is printed within 80 columns', async () => {
    const { rows, positives } = await found
    const text = inContextText({
      version: 1,
      run: 'item-20261129-043512-308d',
      protocol: set.protocol,
      data: { hash: '' },
      days: 7,
      searches: set.searches,
      followed: 4,
      positives,
      entries: 40,
      rows,
      funnel: { rankedBy: 'l1', rows: [{ context: 'nothing', itemModel: 0.5, union: 1, quota: 1, handedOn: 0.25 }] },
    })
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80)
    expect(text).toContain('4 conversions after 4 of 4 searches')
  })
})
