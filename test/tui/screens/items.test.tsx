import { describe, expect, it } from 'vitest'
import { KEYS, failingLookup, fixtureLookup } from '../frames.js'
import { placeOf, start } from '../start.js'

const open = (over: Parameters<typeof start>[0] = {}) => start(over, placeOf('Items'))

describe('the items screen', () => {
  it('searches as words are typed, and opens what is found', async () => {
    const { press, shows } = open()
    await press('/', 's', 'a', 'l', 't')
    await shows(/❯ butter +Butter, salted/)
    await press(KEYS.enter, KEYS.enter)
    const frame = await shows('Butter, salted  item butter')
    expect(frame).toContain('Dairy & Sons · FOOD/DAIRY · 2.25')
    // cosines of butter (.96, .28): milk .96, bare (.96 + .28) / √2, saw .96 · .28 · 2
    expect(frame).toMatch(/^❯ 1 +- +0\.960 Whole milk/m)
    expect(frame).toMatch(/^ {2}2 +- +0\.877 bare/m)
    expect(frame).toMatch(/^ {2}3 +- +0\.538 Circular saw/m)
    expect(frame).toContain('1 event of 1 user')
  })

  it('goes from an item to a neighbour, to its advertiser, and back', async () => {
    const { press, shows } = open()
    await press('/', 'butter')
    await shows(/❯ butter/)
    await press(KEYS.enter, KEYS.enter)
    await shows('item butter')
    await press(KEYS.enter)
    await shows('Whole milk  item milk')
    await press('a')
    const frame = await shows('Dairy & Sons  advertiser dairy')
    expect(frame).toMatch(/^2 items, median price 1\.88$/m)
    expect(frame).toMatch(/^❯ +2 Whole milk/m)
    await press(KEYS.right)
    await shows('▸ NEAREST ADVERTISERS')
    await press(KEYS.escape)
    await shows('Whole milk  item milk')
    await press(KEYS.escape)
    await shows('Butter, salted  item butter')
    await press(KEYS.escape)
    await shows('What fits “butter”')
  })

  it('leads from who bought an item to that user', async () => {
    const asked: string[] = []
    const { press, shows } = open({ lookup: fixtureLookup(asked) })
    await press('/', 'milk')
    await shows('search: milk')
    await press(KEYS.enter, KEYS.enter)
    await shows('item milk')
    await press('h', KEYS.enter)
    await shows('user ann')
    expect(asked).toContain('user ann by latest')
  })

  it('says what is wrong where there is no data', async () => {
    const { press, shows } = open({ lookup: failingLookup })
    await press()
    await shows('✗ There is no data in /w')
  })
})
