import { describe, expect, it } from 'vitest'
import { UserError } from '../../src/core/errors.js'
import { whyText } from '../../src/inspect/text/why-text.js'
import { whyTried } from '../../src/inspect/try.js'
import { whyRetrieved } from '../../src/inspect/why.js'
import { MOMENT, fixtureSubject } from './fixture.js'

describe('why something is retrieved', () => {
  it('tells what score and place lose without the events of one item', async () => {
    const view = await whyRetrieved(fixtureSubject(), 'ann', 'milk', 'item')
    // the history is milk, milk, butter: the user lies along (2.96, .28), butter along (.96, .28), milk along (1, 0)
    const score = 2.96 / Math.hypot(2.96, 0.28)
    expect(view).toMatchObject({
      rank: 1,
      of: 5,
      kind: 'item',
      historyEvents: 3,
      tried: 2,
      groups: 2,
      whose: 'user ann',
    })
    expect(view.score).toBeCloseTo(score, 6)
    expect(view.pulls.map(({ item, events, types }) => [item, events, types])).toEqual([
      ['milk', 2, ['view', 'checkout']],
      ['butter', 1, ['checkout']],
    ])
    expect(view.pulls[0].pull).toBeCloseTo(score - 0.96, 6)
    expect(view.pulls[0].rankWithout).toBe(2)
    expect(view.pulls[1].pull).toBeCloseTo(score - 1, 6)
    expect(view.pulls[0].last).toBe(MOMENT - 10 * 86_400)
  })

  it('takes baskets, advertisers and made-up histories', async () => {
    const subject = fixtureSubject()
    const baskets = await whyRetrieved(subject, 'ann', 'milk', 'basket')
    expect(baskets.pulls.map(({ events, title }) => [events, title]).sort()).toEqual([
      [1, 'Butter, salted'],
      [1, 'Whole milk'],
      [1, 'Whole milk'],
    ])
    const seller = await whyRetrieved(subject, 'ann', 'advertiser:dairy', 'item')
    expect(seller).toMatchObject({
      kind: 'advertiser',
      rank: 1,
      of: 2,
      entry: { advertiser: 'dairy', advertiserName: 'Dairy & Sons' },
    })
    const tried = await whyTried(
      subject,
      { history: 'view:drill,view:milk@3d,view:butter@3d', k: 3 },
      'drill',
      'basket',
    )
    expect(tried.whose).toBe('the made-up history')
    expect(tried.pulls.map(({ events, title }) => [events, title])).toEqual([
      [1, 'Cordless drill 18 V'],
      [2, 'Whole milk, Butter, salted'],
    ])
    // without the drill: along (1.96, .28), at right angles to nothing but near to nothing else of the drill's
    expect(tried.pulls[0].rankWithout).toBe(5)
  })

  it('prints what pulls up and what pushes down within the width', async () => {
    const text = whyText(await whyRetrieved(fixtureSubject(), 'ann', 'milk', 'item'), 80)
    for (const line of text) expect(line.length).toBeLessThanOrEqual(80)
    expect(text.join('\n')).toMatch(/^PULLED UP BY\n.*\n\+0\.036 +2 +2 +1970-04-01 .*Whole milk/m)
    expect(text.join('\n')).toMatch(/^PUSHED DOWN BY\n.*\n-0\.004 +same +1 .*Butter, salted/m)
  })

  it('refuses what it cannot answer, with a way on', async () => {
    const refused = (user: string, entry: string, models = true): Promise<void> =>
      expect(whyRetrieved(fixtureSubject(models), user, entry, 'item')).rejects.toThrow(UserError)
    await refused('zoe', 'milk')
    await refused('nil', 'milk')
    await refused('ann', 'cheese')
    await refused('ann', 'advertiser:nobody')
    await refused('ann', 'future')
    await refused('ann', 'milk', false)
  })
})
