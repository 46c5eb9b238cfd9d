import { describe, expect, it } from 'vitest'
import { fillContexts, hasContext, SearchReader } from '../../src/features/context.js'
import { titleTokens } from '../../src/features/snapshot-build.js'
import { titleBucket } from '../../src/features/vocabulary.js'
import { madeSnapshot } from './made-snapshot.js'

const snapshot = madeSnapshot({
  users: 1,
  items: [
    { category: 'Home/Storage/Moving boxes', title: 'Red box' },
    { category: 'Tools', title: 'Steel hammer' },
    { category: 'Tools/Storage', title: 'Red shelf' },
  ],
  events: [{ user: 0, item: 0, day: 0 }],
})
const path = (name: string): number => snapshot.categories.indexOf(name)

describe('the input of the context layers', () => {
  it('by hand: a category level by level, words, page, price, hour and day; zeros where there is none', () => {
    const features = { categoryRow: Int32Array.of(11, 12, 13, 14, 15) }
    const words = titleTokens('red hammer')
    // 2026-01-01 was a Thursday, the fourth day from Monday on
    const time = Date.parse('2026-01-01T13:30:00Z') / 1000
    const filled = fillContexts(
      features,
      64,
      [{ categories: [0, 2], words, item: 5, price: 0.1, time }, undefined, { time }],
      4,
    )
    expect([...filled['context.present']]).toEqual([1, 0, 0, 0])
    expect([...filled['context.category']]).toEqual([11, 13, 0, ...new Array<number>(9).fill(0)])
    expect([...filled['context.title'].slice(0, 3)]).toEqual([...words.map((word) => titleBucket(word, 64)), 0])
    expect([...filled['context.item']]).toEqual([6, 0, 0, 0])
    // the lowest bucket of a known price
    expect([...filled['context.price']]).toEqual([1, 0, 0, 0])
    expect([...filled['context.hour']]).toEqual([14, 0, 0, 0])
    expect([...filled['context.weekday']]).toEqual([4, 0, 0, 0])
  })

  it('is no context where only the time is known', () => {
    expect(hasContext({ time: 0 })).toBe(false)
    expect(hasContext({ categories: [], words: [] })).toBe(false)
    for (const known of [{ categories: [0] }, { words: [1] }, { item: 0 }, { price: 0 }])
      expect(hasContext(known)).toBe(true)
  })
})

describe('a search', () => {
  const reader = new SearchReader(snapshot)

  it('is a category, by its path or by its name, in any case', () => {
    const boxes = [path('Home'), path('Home/Storage'), path('Home/Storage/Moving boxes')]
    for (const text of ['Home/Storage/Moving boxes', ' moving BOXES '])
      expect(reader.read(text)).toEqual({ category: 'Home/Storage/Moving boxes', context: { categories: boxes } })
    expect(reader.read('tools/storage').context.categories).toEqual([path('Tools'), path('Tools/Storage')])
    // two categories have the name: the one that the catalog has first
    expect(reader.read('storage').category).toBe('Home/Storage')
  })

  it('is else the words of it that stand in titles; the others are told', () => {
    expect(reader.read('Red, red hammer of gold')).toEqual({
      words: ['red', 'hammer'],
      unknown: ['of', 'gold'],
      context: { words: titleTokens('red hammer') },
    })
    expect(hasContext(reader.read('nothing of it').context)).toBe(false)
  })
})
