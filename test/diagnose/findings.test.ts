import { describe, expect, it } from 'vitest'
import {
  cutShare,
  meanCosine,
  paddingOf,
  type ResultsEvidence,
  type TrainingEvidence,
} from '../../src/diagnose/evidence.js'
import { findings } from '../../src/diagnose/findings.js'
import { day, queriesAt, snapshotOf } from '../fixtures/histories.js'
import type { StepRecord, ValidationRecord } from '../../src/runs/records.js'

const step = (n: number, loss: number, tau = 0.05): StepRecord => ({
  type: 'step',
  phase: 'select',
  step: n,
  loss,
  tau,
  learningRate: 0.001,
  gradientNorm: 0.5,
  rowsPerSecond: 1,
  seconds: n,
})
const validation = (n: number, score: number, best: boolean): ValidationRecord => ({
  type: 'validation',
  phase: 'select',
  step: n,
  recall: { '10': score, '100': score },
  score,
  best,
})
const training = (change: Partial<TrainingEvidence> = {}): TrainingEvidence => ({
  train: { steps: 400, logq: { positive: 1, negative: 1 }, learningRate: 0.002, uniformNegatives: 64 },
  steps: [step(1, 6), step(10, 5), step(20, 4), step(30, 3)],
  validations: [validation(100, 0.1, true), validation(200, 0.2, true), validation(300, 0.15, false)],
  ...change,
})
const results = (change: Partial<ResultsEvidence> = {}): ResultsEvidence => ({
  kind: 'item',
  users: 100,
  recall: { model: 0.1, popularity: 0.05, ownRepeats: 0.04 },
  alike: 0.3,
  distinctLists: 98,
  bands: Array.from({ length: 11 }, () => 1 / 11),
  cold: 0.05,
  padding: 0.4,
  length: 64,
  cut: 0.02,
  ...change,
})
const bands = (first: number, last: number): number[] => [first, ...Array(9).fill((1 - first - last) / 9), last]
const causes = (...args: Parameters<typeof findings>): string[] => findings(...args).map(({ cause }) => cause)

describe('of a run', () => {
  it('that is as it should be nothing is found', () => {
    expect(findings(training(), results())).toEqual([])
    expect(findings(training())).toEqual([])
  })

  it('that was cut off while it still rose: too few steps', () => {
    const rising = [validation(200, 0.1, true), validation(400, 0.2, true)]
    const [found] = findings(training({ validations: rising }))
    expect(found).toMatchObject({ cause: 'too few steps', advice: expect.stringContaining('train.steps=800') })
    expect(found.evidence).toContain('at step 400 of 400, was the best: .200, after .100')
    // the best at its last step, but of fewer than it was allowed
    expect(causes(training({ validations: [validation(100, 0.1, true), validation(200, 0.2, true)] }))).toEqual([])
  })

  it('whose temperature stands at a bound', () => {
    const at = (tau: number): string[] => causes(training({ steps: [step(1, 6), step(9, 5), step(10, 3, tau)] }))
    expect(at(0.01)).toEqual(['temperature at its bound'])
    expect(at(1)).toEqual(['temperature at its bound'])
    expect(at(0.012)).toEqual([])
  })

  it('whose loss did not fall', () => {
    const flat = [6, 6.1, 6, 6.05].map((loss, i) => step(10 * i + 1, loss))
    expect(causes(training({ steps: flat }))).toEqual(['the towers learn nothing'])
  })

  it('that gives everyone the same', () => {
    expect(causes(training(), results({ alike: 0.995 }))).toEqual(['all users get the same results'])
    expect(causes(training(), results({ distinctLists: 5 }))).toEqual(['all users get the same results'])
  })

  it('that fell into popularity, and what a wrong log-Q has to do with it', () => {
    const collapsed = results({ bands: bands(0.8, 0), recall: { model: 0.04, popularity: 0.05, ownRepeats: 0 } })
    expect(causes(training(), collapsed)).toEqual(['popularity collapse', 'worse than best sellers'])
    expect(findings(training(), collapsed)[0].evidence).toMatch(/^80 % of the results .* 10 % of all conversions/)
    const none = training({ train: { ...training().train, logq: { positive: 0, negative: 0 } } })
    expect(findings(none, collapsed)[0].advice).toContain('train.logq=standard')
    expect(causes(none, results({ bands: bands(0, 0.7) }))).toEqual(['popularity is corrected away'])
  })

  it('whose users buy again what they bought, or what has no past', () => {
    expect(causes(training(), results({ recall: { model: 0.1, popularity: 0, ownRepeats: 0.2 } }))).toEqual([
      'repeats are what counts here',
    ])
    expect(causes(training(), results({ cold: 0.4 }))).toEqual(['cold items'])
  })
})

describe('what stands around the model', () => {
  it('sequences that are hardly filled', () => {
    const [found] = findings(training(), results({ padding: 0.95 }))
    expect(found.cause).toBe('padding')
    // 64 places, of which one in twenty is filled; four times that is asked for
    expect(found.evidence).toContain('histories fill 3.2')
    expect(found.advice).toContain('model.length=13')
  })

  it('visits that the cutoff cuts', () => {
    expect(causes(training(), results({ cut: 0.3 }))).toEqual(['leakage'])
  })

  it('an index that finds less than is asked of it', () => {
    const index = { generation: 'g1', recall: 0.9, at: 100, queries: 200, wanted: 0.98 }
    expect(causes(training(), results(), index)).toEqual(['the index misses what exact search finds'])
    expect(causes(training(), results(), { ...index, recall: 0.985 })).toEqual([])
  })
})

it('padding and cut visits are counted over histories', () => {
  const hour = 1 / 24
  // user 0: a cart in the visit that the cutoff cuts (10 minutes on), a purchase in the next one; user 1: another day
  const snapshot = snapshotOf(
    [
      [0, 0, 1, 'view'],
      [0, 0, 40 - hour / 6, 'view'],
      [0, 0, 40 + hour / 6, 'add_to_cart'],
      [0, 0, 40 + 3 * hour],
      [1, 1, 39, 'view'],
      [1, 1, 41],
      [1, 1, 60],
    ],
    { advertisers: [0, 0] },
  )
  const queries = queriesAt(snapshot, day(40))
  // of the three conversions of the ten days after, one
  expect(cutShare(queries, 10)).toBeCloseTo(1 / 3, 12)
  expect(cutShare(queries, 0)).toBe(0)
  // two events and one, in two sequences of eight
  expect(paddingOf(queries, 8)).toBeCloseTo(1 - 3 / 16, 12)
  expect(paddingOf(queries, 1)).toBe(0)
})

it('the mean cosine is that of all pairs of different rows', () => {
  // pairs: 0, -1, 0
  expect(meanCosine(Float32Array.of(1, 0, 0, 1, -1, 0), 2)).toBeCloseTo(-1 / 3, 6)
  expect(meanCosine(Float32Array.of(0.6, 0.8, 0.6, 0.8), 2)).toBeCloseTo(1, 6)
})
