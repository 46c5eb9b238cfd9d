import { describe, expect, test } from 'vitest'
import { Rng } from '../../../src/core/rng.js'
import { Calibration, sigmoid } from '../../../src/funnel/l1/calibration.js'
import { ReliabilityCounter } from '../../../src/funnel/l1/reliability.js'

describe('calibration', () => {
  test('pools what is out of order: shares 0, 1/2 and 1 of logits 0, 1 and 2, 3', () => {
    const { logits, shares } = Calibration.fit([0, 1, 2, 3], [0, 1, 0, 1], [1, 1, 1, 1])
    expect([...logits]).toEqual([0, 1.5, 3])
    // none of one, and one of one: half a row more of 1 + 1
    expect([...shares]).toEqual([0.25, 0.5, 0.75])
  })

  test('rows count by their weight', () => {
    const { shares } = Calibration.fit([0, 1, 2], [1, 0, 1], [1, 3, 1])
    expect([...shares]).toEqual([0.25, 0.75])
  })

  test('keeps the order of logits, within and beyond its steps', () => {
    const rng = new Rng(5)
    const logits = Array.from({ length: 500 }, () => rng.normal())
    const fitted = Calibration.fit(
      logits,
      logits.map((z) => (rng.uniform() < sigmoid(z - 2) ? 1 : 0)),
      logits.map(() => 1),
    )
    const at = Array.from({ length: 200 }, (_, i) => fitted.probability(-5 + i / 20))
    for (let i = 1; i < at.length; i++) expect(at[i]).toBeGreaterThan(at[i - 1])
    expect(at[0]).toBeGreaterThan(0)
    expect(at.at(-1)).toBeLessThan(1)
  })

  test('undoes a shift of the logits', () => {
    const rng = new Rng(7)
    const rows = Array.from({ length: 60_000 }, () => {
      const z = rng.normal() - 1
      return { z: z + 1.5, label: rng.uniform() < sigmoid(z) ? 1 : 0 }
    })
    const fitted = Calibration.fit(
      rows.map(({ z }) => z),
      rows.map(({ label }) => label),
      rows.map(() => 1),
    )
    for (const z of [-1, 0, 1, 2]) expect(fitted.probability(z)).toBeCloseTo(sigmoid(z - 1.5), 1)
  })

  test('without a conversion there is nothing to fit: the logistic function', () => {
    expect(Calibration.fit([0, 1], [0, 0], [1, 1]).probability(0.3)).toBe(sigmoid(0.3))
  })
})

describe('reliability', () => {
  test('saying the mean share always: normalised entropy 1, no calibration error', () => {
    const counter = new ReliabilityCounter()
    for (let i = 0; i < 40; i++) counter.add(0.25, i % 4 === 0 ? 1 : 0)
    const { normalisedEntropy, calibrationError, ratio, rows, positives } = counter.report()
    expect([rows, positives]).toEqual([40, 10])
    expect(normalisedEntropy).toBeCloseTo(1, 10)
    expect(calibrationError).toBeCloseTo(0, 10)
    expect(ratio).toBeCloseTo(1, 10)
  })

  test('by hand: .9 and .1, one right and one wrong', () => {
    const counter = new ReliabilityCounter()
    counter.add(0.9, 1)
    counter.add(0.1, 0)
    counter.add(0.9, 0)
    counter.add(0.1, 1)
    const entropy = -(2 * Math.log(0.9) + 2 * Math.log(0.1)) / 4
    const { normalisedEntropy, calibrationError } = counter.report()
    expect(normalisedEntropy).toBeCloseTo(entropy / Math.log(2), 10)
    // four bins of one row each: |.1 - 0|, |.1 - 1|, |.9 - 1|, |.9 - 0|
    expect(calibrationError).toBeCloseTo((0.1 + 0.9 + 0.1 + 0.9) / 4, 10)
  })

  test('promises twice what happens: ratio 2; nothing happened: null', () => {
    const counter = new ReliabilityCounter()
    for (let i = 0; i < 10; i++) counter.add(0.4, i < 2 ? 1 : 0)
    expect(counter.report().ratio).toBeCloseTo(2, 10)
    const none = new ReliabilityCounter()
    none.add(0.4, 0)
    expect(none.report()).toMatchObject({ ratio: null, normalisedEntropy: null })
  })
})
