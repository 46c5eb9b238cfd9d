import { describe, expect, it } from 'vitest'
import { KEYS, failingLookup, fixtureLookup } from '../frames.js'
import { placeOf, start } from '../start.js'

describe('the data screen', () => {
  it('draws counts, steps, time, lengths and popularity', async () => {
    const { press, shows } = start({}, placeOf('Data'))
    await press()
    const frame = await shows('EVENTS A DAY')
    // the fixture: 13 events of 3 of 4 users (ann 9, bob 3, eve 1) from day 10 to day 131
    expect(frame).toMatch(/^13 events of 4 users {2}1970-01-11 to 1970-05-12$/m)
    expect(frame).toMatch(/^checkout +━+─+ +8 /m)
    expect(frame).toMatch(/^1 +━+ +1 /m)
    expect(frame).toMatch(/^2 to 3 +━+ +1 /m)
    expect(frame).toMatch(/^8 or more +━+ +1$/m)
    // of nine conversions on items the drill has three
    expect(frame).toMatch(/1 item +━+─+ +\.333$/m)
    expect(frame).toMatch(/5 items +━+ +1\.00$/m)
    expect(frame).toMatch(/0 +121 days$/m)
  })

  it('says it in words, and scrolls them', async () => {
    const { press, shows } = start({}, placeOf('Data'))
    await press(KEYS.enter)
    await shows('of items that a user')
    await press(KEYS.pageDown)
    await shows(/Hard to beat here:|Nothing simple/)
    await press(KEYS.enter)
    await shows('EVENTS A DAY')
  })

  it('reads the data anew', async () => {
    let renewed = 0
    const lookup = { ...fixtureLookup(), renew: async () => void renewed++ }
    const { press, shows } = start({ lookup }, placeOf('Data'))
    await press('r')
    await shows('EVENTS A DAY')
    expect(renewed).toBe(1)
  })

  it('says what is wrong where there is no data', async () => {
    const { press, shows } = start({ lookup: failingLookup }, placeOf('Data'))
    await press()
    expect(await shows('✗ There is no data in /w')).toContain('adseq import csv')
  })
})
