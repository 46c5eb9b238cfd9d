import { describe, expect, it } from 'vitest'
import { checkKnobs, setKnobs } from '../../../src/events/world/knobs.js'
import { PRESETS } from '../../../src/events/world/presets.js'

const { tutorial } = PRESETS

describe('knobs', () => {
  it('every preset is a possible world', () => {
    for (const knobs of Object.values(PRESETS)) expect(() => checkKnobs(knobs)).not.toThrow()
  })

  it('sets what is named and leaves the rest', () => {
    expect(setKnobs(tutorial, ['orderDependence=0', 'users=12', 'start=2024-02-01'])).toEqual({
      ...tutorial,
      orderDependence: 0,
      users: 12,
      start: 1706745600,
    })
  })

  it.each([
    ['orderDependance=0', /"orderDependance=0" sets no knob/],
    ['drift', /"drift" sets no knob/],
    ['noise=high', /noise is set to "high"/],
    ['noise=', /noise is set to ""/],
    ['noise=1.5', /noise is 1.5, which is not between 0 and 1/],
    ['users=0', /users is 0, which is not between 1 and/],
    ['days=2.5', /days is 2.5, which is not a whole number/],
    ['items=200', /300 advertisers cannot share 200 items/],
    ['toString=1', /sets no knob/],
  ])('refuses %s in one sentence', (setting, message) => {
    expect(() => setKnobs(tutorial, [setting])).toThrow(message)
  })

  it('refuses a catalog that cannot fill the categories', () => {
    expect(() => setKnobs(tutorial, ['items=50', 'advertisers=5'])).toThrow(/50 items cannot fill the 120 categories/)
  })
})
