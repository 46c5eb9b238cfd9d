import { describe, expect, it } from 'vitest'
import { KEYS, failingLookup, fixtureLookup } from '../frames.js'
import { placeOf, start } from '../start.js'

describe('the users screen', () => {
  it('shows a history beside what is retrieved, and what was bought next', async () => {
    const { press, shows } = start({}, placeOf('Users'))
    await press()
    expect(await shows('BOUGHT NEXT')).toContain(' Users]')
    await press('/', 'ann', KEYS.enter)
    const frame = await shows('user ann  3 events up to the cutoff 1970-04-11')
    // the latest event of the history on the left, the best item on the right
    const line = frame.split('\n').find((text) => text.includes('✓↻ Whole milk'))
    expect(line).toMatch(/^› +24 h checkout Butter, salted .*❯ 1 ✓↻ Whole milk .* 1\.50 0\.996$/)
    expect(frame).toContain('4 conversions in 30 days: 3 in the top 10, 3 in the top 100')
    expect(frame).toMatch(/^ +4 +10 d add_to_cart 2× Circular saw/m)
    expect(frame).toContain('Whole milk · item milk · advertiser Dairy & Sons · 1.50 · FOOD/DAIRY · ↻ bought 1× before')
  })

  it('moves between panes and rows, and says all of the row', async () => {
    const { press, shows } = start({}, placeOf('Users'))
    await press('/', 'ann', KEYS.enter)
    await shows('user ann')
    await press(KEYS.right, KEYS.down)
    expect(await shows('▸ BOUGHT NEXT')).toContain('1970-04-21 00:00 UTC · add_to_cart · Circular saw')
    await press(KEYS.right, KEYS.down)
    expect(await shows('▸ HISTORY')).toContain('1970-04-01 00:00 UTC · checkout · Whole milk')
    await press('a')
    expect(await shows('RETRIEVED ADVERTISERS')).toMatch(/1 ✓↻ Dairy & Sons/)
  })

  it('takes keys as text while an id is typed, and keeps the user on show when it is unknown', async () => {
    const { press, shows } = start({}, placeOf('Users'))
    await press('/', 'ann', KEYS.enter)
    await shows('user ann')
    await press('/', 'q', 'r')
    await shows('user id: qr')
    await press(KEYS.enter)
    const failed = await shows('✗ There is no user qr in this workspace.')
    expect(failed).toContain('Whole milk')
    await press('/', 'bo')
    await shows('user id: bo')
    await press(KEYS.escape)
    await shows(/^(?![^]*user id:)/)
    // pasted with its line end
    await press('/', 'bob\r')
    await shows('user bob')
  })

  it('draws users with r', async () => {
    const asked: string[] = []
    const { press, shows } = start({ lookup: fixtureLookup(asked) }, placeOf('Users'))
    await press()
    await shows('BOUGHT NEXT')
    for (let i = 0; i < 12 && new Set(asked.filter((a) => a.startsWith('user'))).size < 2; i++) {
      await press('r')
      await shows(/user (ann|bob)/)
    }
    expect(asked).toEqual(expect.arrayContaining(['user ann by latest', 'user bob by latest']))
  })

  it('says what is wrong where there is no data', async () => {
    const { press, shows } = start({ lookup: failingLookup }, placeOf('Users'))
    await press()
    expect(await shows('✗ There is no data in /w')).toContain('adseq import csv')
  })
})

describe('two ways of looking at a user', () => {
  it('shows a second list beside the first, and both ranks of what was bought next', async () => {
    const asked: string[] = []
    const { press, shows } = start({ lookup: fixtureLookup(asked) }, placeOf('Users'))
    await press('/', 'ann', KEYS.enter)
    await shows('user ann')
    await press('b')
    await shows(/popularity +conversions of all time/)
    await press(KEYS.down, KEYS.enter)
    const frame = await shows('POPULARITY  ✓ 1/4 @10  1/4 @100')
    expect(asked).toContain('user ann by popularity')
    expect(frame).toContain('RETRIEVED ITEMS  ✓ 3/4 @10  3/4 @100')
    expect(frame).not.toContain('HISTORY')
    // of the fixture milk is first by the model, and last the other way round
    expect(frame).toMatch(/^❯ 1 ✓↻ Whole milk .*› 1 +(?!✓↻ Whole milk)/m)
    expect(frame).toMatch(/^ +4 +5 +10 d add_to_cart 2× Circular saw/m)
    // the second list has a cursor, too
    await press('l', 'j')
    await shows(/▸ POPULARITY[^]*^ {2}2 .*❯ 2/m)
    // and it follows to another user
    await press('/', 'bob', KEYS.enter)
    await shows('user bob')
    await shows('POPULARITY')
    expect(asked).toContain('user bob by popularity')
    await press('b', KEYS.enter)
    await shows('HISTORY')
  })

  it('opens the item under the cursor, and the funnel of the user', async () => {
    const { press, shows } = start({}, placeOf('Users'))
    await press('/', 'ann', KEYS.enter)
    await shows('user ann')
    await press(KEYS.enter)
    await shows('Whole milk  item milk')
    await press(placeOf('Users'), 'f')
    await shows(/user ann {2}2026-01-31T12:00:00Z/)
  })
})
