import { expect, test } from 'vitest'
import { METRICS, compare, trueLift } from '../../src/simulate/metrics.js'
import { noOutcomes, type Outcomes } from '../../src/simulate/outcomes.js'

const metric = (name: string) => METRICS.find((one) => one.name === name)!
const outcomes = (changed: Partial<Record<keyof Outcomes, number[]>>): Outcomes => ({
  ...noOutcomes(4),
  ...Object.fromEntries(Object.entries(changed).map(([name, values]) => [name, Float64Array.from(values)])),
})

test('true lifts by hand: of a sum, and of a ratio of sums', () => {
  const none = outcomes({ conversions: [1, 0, 1, 0], spend: [4, 0, 4, 0] })
  const all = outcomes({ conversions: [1, 1, 1, 0], spend: [4, 1, 4, 0] })
  expect(trueLift(metric('conversions'), all, none)).toBeCloseTo(0.5, 12)
  // 9 / 3 against 8 / 2
  expect(trueLift(metric('CPA'), all, none)).toBeCloseTo(-0.25, 12)
  expect(trueLift(metric('users converting'), all, none)).toBeCloseTo(0.5, 12)
})

test('arms compared by hand, and what nobody has is no finding', () => {
  const of = outcomes({ conversions: [1, 3, 4, 6], spend: [2, 6, 4, 6] })
  const groups = { control: Int32Array.of(0, 1), treatment: Int32Array.of(2, 3), covariate: new Float64Array(4) }
  const [conversions, cpa, clicks] = compare(of, groups, [metric('conversions'), metric('CPA'), metric('clicks')])
  expect(conversions).toMatchObject({ control: 2, treatment: 5, lift: 1.5 })
  // 8 / 4 and 10 / 10, in every user alike: no spread, so it is certain
  expect(cpa).toMatchObject({ control: 2, treatment: 1, lift: -0.5, p: 0, found: true })
  expect(clicks.lift).toBeNaN()
  expect(clicks.found).toBe(false)
})
