import { describe, expect, it } from 'vitest'
import { UserError } from '../../src/core/errors.js'
import { parseHistory, resolveHistory } from '../../src/inspect/history-spec.js'
import { move, tryText } from '../../src/inspect/text/try-text.js'
import { tryHistory } from '../../src/inspect/try.js'
import { MOMENT, fixtureNames, fixtureSnapshot, fixtureSubject } from './fixture.js'

describe('a made-up history', () => {
  it('is type:item with an optional age', () => {
    expect(parseHistory('view:a, add_to_cart:b:c@2d,checkout:d@1.5h')).toEqual([
      { type: 'view', id: 'a' },
      { type: 'add_to_cart', id: 'b:c', age: 172_800 },
      { type: 'checkout', id: 'd', age: 5400 },
    ])
  })

  it('names the part that is wrong', () => {
    expect(() => parseHistory('')).toThrow('empty')
    expect(() => parseHistory('view:a,milk')).toThrow('"milk" is not an event')
    expect(() => parseHistory('buy:milk')).toThrow('"buy" in "buy:milk"')
    expect(() => parseHistory('view:')).toThrow('names no item')
    expect(() => parseHistory('view:a@5y')).toThrow('"5y" in "view:a@5y" is no age')
    expect(parseHistory('view:me@home')[0].id).toBe('me@home')
    expect(() => resolveHistory('view:cheese', fixtureSnapshot(), fixtureNames, MOMENT)).toThrow('no item cheese')
    expect(() => resolveHistory('signup:milk', fixtureSnapshot(), fixtureNames, MOMENT)).toThrow('no advertiser milk')
  })

  it('puts events without an age an hour apart, the last an hour before the moment, and leaves others where they are', () => {
    const events = resolveHistory(
      'view:milk,view:saw@2d,checkout:butter,signup:tools@30m',
      fixtureSnapshot(),
      fixtureNames,
      MOMENT,
    )
    expect(events.map((e) => [e.item, e.advertiser, MOMENT - e.time])).toEqual([
      [0, 0, 7200],
      [3, 1, 172_800],
      [1, 0, 3600],
      [-1, 1, 1800],
    ])
  })
})

describe('trying a history', () => {
  it('compares a made-up one with what is popular', async () => {
    const view = await tryHistory(fixtureSubject(), { history: 'view:drill,view:drill,add_to_cart:saw', k: 3 })
    // conversions up to the moment: drill 2, milk 1, butter 1
    expect(view.before.label).toBe('what is popular')
    expect(view.before.items[0].item).toBe('drill')
    expect(view.after.items.map((i) => i.item)).toEqual(['drill', 'saw', 'bare'])
    expect(view.after.items[0].other).toBe(1)
    expect(view.after.history.map((h) => h.item)).toEqual(['saw', 'drill', 'drill'])
  })

  it('compares it with another one where that is given', async () => {
    const view = await tryHistory(fixtureSubject(), { history: 'view:drill', against: 'view:milk', k: 2 })
    expect(view.before.items.map((i) => [i.item, i.other])).toEqual([
      ['milk', 5],
      ['butter', 4],
    ])
    expect(view.after.items.map((i) => [i.item, i.other])).toEqual([
      ['drill', 5],
      ['saw', 4],
    ])
    expect(view.after.advertisers[0]).toMatchObject({ advertiser: 'tools', rank: 1, other: 2 })
  })

  it('edits a real one: drops the latest events up to the moment, then adds', async () => {
    const view = await tryHistory(fixtureSubject(), { user: 'ann', drop: 1, add: 'checkout:drill@1h', k: 5 })
    expect(view.before.history.map((h) => h.item)).toEqual(['butter', 'milk', 'milk'])
    expect(view.after.history.map((h) => [h.type, h.item])).toEqual([
      ['checkout', 'drill'],
      ['checkout', 'milk'],
      ['view', 'milk'],
    ])
    expect(view.after.label).toBe('user ann, last 1 dropped, 1 added')
  })

  it('refuses what changes nothing, what leaves nothing, and what it cannot read', async () => {
    const refused = (request: object): Promise<void> =>
      expect(tryHistory(fixtureSubject(), { k: 3, ...request })).rejects.toThrow(UserError)
    await refused({})
    await refused({ user: 'ann' })
    await refused({ user: 'ann', drop: 3 })
    await refused({ user: 'ann', drop: 9 })
    await refused({ user: 'ann', history: 'view:milk' })
    await refused({ drop: 1, history: 'view:milk' })
    await expect(tryHistory(fixtureSubject(false), { history: 'view:milk', k: 3 })).rejects.toThrow('no trained model')
  })

  it('says how far each row moved', () => {
    expect(move({ rank: 1, other: 4 }, 'after', 10)).toBe('↑ 3')
    expect(move({ rank: 4, other: 1 }, 'after', 10)).toBe('↓ 3')
    expect(move({ rank: 4, other: 4 }, 'after', 10)).toBe('=')
    expect(move({ rank: 4, other: 57 }, 'after', 10)).toBe('new (57)')
    expect(move({ rank: 4, other: 57 }, 'before', 10)).toBe('→ 57')
    expect(move({ rank: 4, other: 3 }, 'before', 10)).toBe('')
  })

  it('prints both lists side by side within the width', async () => {
    const view = await tryHistory(fixtureSubject(), { user: 'ann', add: 'checkout:drill@1h,checkout:saw@1h', k: 5 })
    const text = tryText(view, 100, 5)
    for (const line of text) expect(line.length).toBeLessThanOrEqual(100)
    expect(text.join('\n')).toMatch(/^BEFORE +│ AFTER\nuser ann +│ user ann, 2 added$/m)
    expect(text.join('\n')).toMatch(/│ 1 {2}↑ 2/)
  })

  it('keeps the scores of both lists where there is little room', async () => {
    const request = { history: 'checkout:milk,view:butter', against: 'checkout:drill', k: 5 }
    const text = tryText(await tryHistory(fixtureSubject(), request), 72, 5)
    for (const line of text) expect(line.length).toBeLessThanOrEqual(72)
    for (const head of text.filter((line) => line.includes(' #'))) expect(head).toMatch(/score.*│.*score/)
  })
})
