import { describe, expect, it } from 'vitest'
import { UserError } from '../../src/core/errors.js'
import { userText } from '../../src/inspect/text/user-text.js'
import { inspectUser, randomUser } from '../../src/inspect/user.js'
import { fixtureSubject } from './fixture.js'

const DAY = 86_400
const options = { k: 10, events: 20 }

describe('inspecting a user', () => {
  it('shows the history up to the moment, latest first, and nothing after it', async () => {
    const view = await inspectUser(fixtureSubject(), 'ann', options)
    expect(view.history.map((r) => [r.time / DAY, r.type, r.item])).toEqual([
      [99, 'checkout', 'butter'],
      [90, 'checkout', 'milk'],
      [10, 'view', 'milk'],
    ])
    expect(view.historyEvents).toBe(3)
    expect((await inspectUser(fixtureSubject(), 'ann', { k: 1, events: 2 })).history).toHaveLength(2)
  })

  it('retrieves by cosine, without what the catalog did not have yet, and marks what was bought before and next', async () => {
    const { items } = await inspectUser(fixtureSubject(), 'ann', options)
    // ann's vector lies along milk, milk, butter
    expect(items.map((i) => i.item)).toEqual(['milk', 'butter', 'bare', 'saw', 'drill'])
    expect(items.map((i) => i.boughtNext)).toEqual([true, false, false, true, false])
    expect(items.map((i) => i.boughtBefore)).toEqual([1, 1, 0, 0, 0])
    const mean = [2.96, 0.28].map((x) => x / Math.hypot(2.96, 0.28))
    expect(items[0].score).toBeCloseTo(mean[0], 6)
  })

  it('lists what was converted on in the window, once an item, by rank, with hits at 10', async () => {
    const view = await inspectUser(fixtureSubject(), 'ann', options)
    expect(view.next.map((n) => [n.item, n.type, n.conversions, n.rank, n.repeat])).toEqual([
      ['milk', 'checkout', 1, 1, true],
      ['saw', 'add_to_cart', 2, 4, false],
      [null, 'signup', 1, null, false],
    ])
    // the signup is a conversion, but on no item
    expect(view.nextConversions).toBe(4)
    expect(view.hits).toEqual({ 10: 3, 100: 3 })
    expect(view.next[2].advertiser).toBe('tools')
    expect(view.next[2].advertiserRank).toBe(2)
  })

  it('gives no rank to a purchase that the catalog did not have at the moment', async () => {
    const view = await inspectUser(fixtureSubject(), 'bob', options)
    expect(view.next.map((n) => [n.item, n.rank])).toEqual([['future', null]])
    expect(view.items.map((i) => i.item)).not.toContain('future')
  })

  it('says what is missing instead of inventing it', async () => {
    const none = await inspectUser(fixtureSubject(), 'nil', options)
    expect([none.history, none.items, none.next]).toEqual([[], [], []])
    const untrained = await inspectUser(fixtureSubject(false), 'ann', options)
    expect(untrained.hits).toBeNull()
    expect(userText(untrained, 100).join('\n')).toContain('adseq train item')
    await expect(inspectUser(fixtureSubject(), 'zoe', options)).rejects.toThrow(UserError)
  })

  it('prints a page no wider than asked', async () => {
    const view = await inspectUser(fixtureSubject(), 'ann', options)
    const text = userText(view, 80)
    for (const line of text) expect(line.length).toBeLessThanOrEqual(80)
    const page = text.join('\n')
    expect(page).toMatch(/^ *1 +✓ +1× +Whole milk .* 1\.50 +0\.996 +milk$/m)
    expect(page).toContain('4 conversions in 30 days: 3 in the top 10, 3 in the top 100')
    // eslint-disable-next-line no-control-regex
    expect(page).not.toMatch(/\u001B/)
  })
})

it('of what is served now nothing is said to have been bought next', async () => {
  const served = { generation: 'generation-x', advertisers: () => [{ id: 0, rank: 1, score: 0.5 }] }
  const view = await inspectUser({ ...fixtureSubject(), served }, 'ann', options)
  expect(view).toMatchObject({ generation: 'generation-x', next: [], nextConversions: 0 })
  const page = userText(view, 100).join('\n')
  expect(page).toContain('RECOMMENDED ADVERTISERS by generation-x')
  expect(page).not.toMatch(/cutoff|next|✓/i)
})

describe('a random user', () => {
  it('has a history and a conversion in the window', () => {
    const subject = fixtureSubject()
    const drawn = new Set(Array.from({ length: 40 }, (_, i) => randomUser(subject, i)))
    expect([...drawn].sort()).toEqual(['ann', 'bob'])
    expect(randomUser(subject, 7)).toBe(randomUser(subject, 7))
  })

  it('has at least a history where nobody has bought next, and is refused where nobody has one', () => {
    expect(['ann', 'bob', 'eve']).toContain(randomUser({ ...fixtureSubject(), moment: 140 * DAY }, 1))
    expect(() => randomUser({ ...fixtureSubject(), moment: 0 }, 1)).toThrow(UserError)
  })
})
