import { describe, expect, it } from 'vitest'
import { KEYS, fixtureFunnel, fixtureLookup } from '../frames.js'
import { placeOf, start } from '../start.js'

const open = (over: Parameters<typeof start>[0] = {}) => start(over, placeOf('Funnel'))

describe('the funnel screen', () => {
  it('takes a request through every stage, with counts by generator and where each ad ended', async () => {
    const { press, shows } = open()
    await press()
    const frame = await shows('ADS FOUND  3, best score first')
    expect(frame).toContain('12 ads → 10 may be shown → 3 found → 2 kept → 1 handed on')
    expect(frame).toMatch(/^› item-model items done +8 +2 +2 +1 1\.5$/m)
    expect(frame).toMatch(/^❯ 1 +1 ✓ handed on Red lamp +Reed +popular 1 \+1 +0\.500$/m)
    expect(frame).toMatch(/^ {2}2 +- beyond k +Blue lamp/m)
    expect(frame).toMatch(/^ {2}3 +- quota +Old lamp/m)
    expect(frame).toContain('ad1 · handed on in place 1 · found by popular 1, item-model 2')
  })

  it('tells why the ad under the cursor ended where it did, until the cursor moves', async () => {
    const { press, shows } = open()
    await press()
    await shows('ADS FOUND')
    await press(KEYS.down)
    await shows('ad2 · left out: beyond k · found by item-model 1')
    await press(KEYS.enter)
    const frame = await shows('This is why ad2 ended.')
    expect(frame).toMatch(/^ {2}popular +2 +9 +0\.500 +0\.250 yes$/m)
    await press('j')
    await shows('ad3 · left out: quota')
    // one that no generator found is followed by its name
    await press('f', 'ad9', KEYS.enter)
    await shows('This is why ad9 ended.')
  })

  it("shows one generator's ads alone", async () => {
    const { press, shows } = open()
    await press()
    await shows('ADS FOUND')
    await press('h', KEYS.down, KEYS.enter)
    const frame = await shows('ADS FOUND  2 by popular')
    expect(frame).not.toContain('Blue lamp')
    await press(KEYS.enter)
    await shows('Blue lamp')
  })

  it('goes to another user, keeps what is on show when there is none, and leads to the history', async () => {
    const asked: string[] = []
    const { press, shows } = open({ funnel: fixtureFunnel(asked), lookup: fixtureLookup(asked) })
    await press('/', 'nobody', KEYS.enter)
    expect(await shows('✗ There is no user nobody.')).toContain('Use an id')
    await press('/', 'bob', KEYS.enter)
    await shows(/^user bob {2}2026-01-31T12:00:00Z · generation-1$/m)
    await press('u')
    await shows('BOUGHT NEXT')
    expect(asked).toContain('user bob by latest')
  })
})
