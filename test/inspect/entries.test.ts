import { describe, expect, it } from 'vitest'
import { inspectAdvertiser } from '../../src/inspect/advertiser.js'
import { inspectItem } from '../../src/inspect/item.js'
import { advertiserText, itemText } from '../../src/inspect/text/entry-text.js'
import { fixtureSubject } from './fixture.js'

const DAY = 86_400

describe('inspecting an item', () => {
  it('counts what happened to it over all of the data', async () => {
    const { activity, buyers } = await inspectItem(fixtureSubject(), 'drill', 10)
    expect(activity).toEqual({
      events: 4,
      users: 2,
      byType: { checkout: 3, view: 1 },
      conversions: 3,
      rank: 1,
      of: 6,
      firstSeen: 50 * DAY,
      lastSeen: 131 * DAY,
    })
    expect(buyers).toEqual([
      { user: 'bob', conversions: 2, last: 51 * DAY },
      { user: 'ann', conversions: 1, last: 131 * DAY },
    ])
  })

  it('finds the nearest items by cosine, itself and later launches left out', async () => {
    const { nearest } = await inspectItem(fixtureSubject(), 'drill', 3)
    expect(nearest.map((n) => [n.rank, n.item])).toEqual([
      [1, 'saw'],
      [2, 'bare'],
      [3, 'butter'],
    ])
    expect(nearest[0].score).toBeCloseTo(0.96, 6)
  })

  it('finds other neighbours by graph vectors, and tells the rank of each in the other space', async () => {
    // in the graph the drill lies with butter; bare has a vector made of metadata, and the last two have none
    const vectors = Float32Array.of(0, 1, 1, 0, 0.96, 0.28, 0.6, 0.8, 0.8, 0.6, 0, 0)
    const graph = () => ({ vectors, width: 2, warm: Uint8Array.of(1, 1, 0, 1, 0, 0) })
    const view = await inspectItem({ ...fixtureSubject(), graph }, 'drill', 4)
    // tower: saw, bare, butter, milk; graph: butter (.96), bare (.936), saw (.8), milk (.28)
    expect(view.nearest.map((n) => [n.item, n.other])).toEqual([
      ['saw', 3],
      ['bare', 2],
      ['butter', 1],
      ['milk', 4],
    ])
    expect(view.nearestInGraph!.map((n) => [n.item, n.other])).toEqual([
      ['butter', 3],
      ['bare', 2],
      ['saw', 1],
      ['milk', 4],
    ])
    expect(view.inGraph).toBe(false)
    expect(itemText(view, 80).join('\n')).toContain('(its own: from metadata)')
    const unknown = await inspectItem({ ...fixtureSubject(), graph }, 'future', 2)
    expect([unknown.nearestInGraph, unknown.inGraph]).toEqual([null, null])
    for (const line of itemText(view, 80)) expect(line.length).toBeLessThanOrEqual(80)
  })

  it('prints items without title, price, advertiser or event', async () => {
    const text = itemText(await inspectItem(fixtureSubject(), 'bare', 3), 80).join('\n')
    expect(text).toContain('item bare   (no title)')
    expect(text).toContain('advertiser unknown   category unknown   price unknown')
    expect(text).toContain('no event yet')
    expect(itemText(await inspectItem(fixtureSubject(false), 'bare', 3), 80).join('\n')).toContain('adseq train item')
  })
})

describe('inspecting an advertiser', () => {
  it('sums up its catalog and ranks its items by conversions', async () => {
    const view = await inspectAdvertiser(fixtureSubject(), 'tools', 10)
    expect(view.items).toBe(3)
    expect(view.medianPrice).toBeCloseTo(45.5)
    expect(view.categories).toEqual([{ category: 'TOOLS', items: 3 }])
    expect(view.topItems.map((i) => [i.item, i.conversions])).toEqual([
      ['drill', 3],
      ['saw', 2],
      ['future', 1],
    ])
    // the signup counts for the advertiser though it has no item
    expect(view.activity.conversions).toBe(7)
    expect(view.nearest.map((n) => n.advertiser)).toEqual(['dairy'])
    expect(advertiserText(view, 80).join('\n')).toContain('3 items, median price 45.50')
  })
})
