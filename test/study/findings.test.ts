import { describe, expect, it } from 'vitest'
import { configFor } from '../../src/config/kind.js'
import { DEFAULTS } from '../../src/config/defaults.js'
import { claims, type Claim } from '../../src/study/claims.js'
import { findings, type Finding, type Reproduction } from '../../src/study/findings.js'
import { Ledger, schedule, type Arm, type ReproduceState } from '../../src/study/reproduce.js'
import { reproduceRequest } from '../../src/study/request.js'
import { reproductionMarkdown, reproductionText } from '../../src/study/reproduce-text.js'
import type { Settings } from '../../src/study/settings.js'
import type { WorkspaceData } from '../../src/study/workspace-data.js'

const data: WorkspaceData = {
  hash: 'd',
  users: 100,
  items: 5000,
  advertisers: 640,
  cutoff: 1_700_000_000,
  windowDays: 30,
  selectionCutoff: 0,
  longest: 400,
  middle: 50,
}
const config = configFor(DEFAULTS, 'item')
const all = claims('item', config, data)
const claim = (id: string): Claim => all.find((one) => one.id === id)!

/** A ledger that is filled by hand. */
class Made {
  readonly state: ReproduceState = { version: 1, identity: '', spentSeconds: 0, arms: {}, pairs: {} }
  readonly ledger = new Ledger({ folder: '/nowhere', kind: 'item', set: [] }, data, this.state, 1, false)

  arm(settings: Settings, seed: number, recall: number, coverage: number): void {
    const level = {
      entries: 5000,
      users: 100,
      positives: 500,
      recall: { 10: recall, 100: 2 * recall },
      interval: {},
      coverage: { 10: coverage, 100: coverage },
      byType: { checkout: { 10: recall, 100: recall } },
    }
    this.state.arms[this.ledger.key(settings, seed)] = {
      settings,
      levels: { item: level, advertiser: level },
      seconds: 10,
      relative: 1,
      training: {
        run: `r${Object.keys(this.state.arms).length}`,
        steps: 100,
        rising: false,
        seconds: 8,
        validation: {},
        reused: false,
      },
    } satisfies Arm
  }

  pair(more: Settings, less: Settings, seed: number, at10: [number, number, number], at100 = at10): void {
    const difference = {
      from: 'b',
      recall: { 10: at10[0], 100: at100[0] },
      interval: { 10: at10.slice(1) as [number, number], 100: at100.slice(1) as [number, number] },
      recallNew: {},
      intervalNew: {},
    }
    this.state.pairs[`${this.ledger.key(more, seed)} ${this.ledger.key(less, seed)}`] = {
      item: difference,
      advertiser: difference,
    }
  }

  result(wanted: Claim[], seeds = 1): Reproduction {
    return findings({ ledger: this.ledger, id: 's', wanted, seeds, budget: 600, spent: 100, failed: new Map(), config })
  }
}

const found = (result: Reproduction, id: string): Finding => result.claims[0].findings.find((one) => one.id === id)!

describe('claims', () => {
  it('have sides that differ, and settings that the configuration takes', () => {
    const { ledger } = new Made()
    for (const { of, seed } of schedule(all, 1))
      expect(new Set(of.map((one) => ledger.key(one, seed))).size).toBe(of.length)
  })

  it('are seen once each, then as points of curves, then with other seeds', () => {
    const order = [...schedule(all, 2)]
    const statements = all.flatMap((one) => one.statements).filter((one) => !one.impossible).length
    expect(order.slice(0, statements).every(({ seed, of }) => seed === 0 && of.length > 1)).toBe(true)
    expect(order[statements]).toEqual({ of: [{ 'model.length': 16 }], seed: 0 })
    expect(order.filter(({ seed }) => seed === 1)).toHaveLength(statements)
  })

  it('about lengths say so where no history is so long, and never ask for more than the longest', () => {
    const length = (longest: number): Claim =>
      claims('item', config, { ...data, longest }).find(({ id }) => id === 'length')!
    expect(length(400).statements[2]).toMatchObject({
      beyond: { 'model.length': 512 },
      doublings: [2, 2],
      impossible: undefined,
    })
    expect(length(200).statements[2]).toMatchObject({ beyond: { 'model.length': 256 }, doublings: [2, 1] })
    expect(length(100).statements.map(({ impossible }) => impossible)).toEqual([
      undefined,
      undefined,
      'the longest history has 100 events',
    ])
    expect(length(400).points.map(([label]) => label)).toEqual(['length 16', 'length 64', 'length 256'])
  })

  it('are named on the command line', () => {
    expect(reproduceRequest({ budget: '30m', claims: ['pooling'], seeds: 1 })).toMatchObject({
      seconds: 1800,
      claims: ['pooling'],
    })
    expect(() => reproduceRequest({ budget: '30m', claims: ['poolin'], seeds: 1 })).toThrow(
      'There is no claim called poolin',
    )
  })
})

describe('findings', () => {
  const [mean, max] = claim('pooling').statements
  const logq = claim('logq').statements

  it('say holds, tie, and what the budget left out', () => {
    const made = new Made()
    made.arm(mean.more, 0, 0.12, 0.3)
    made.arm(mean.less, 0, 0.1, 0.3)
    made.arm(max.less, 0, 0.11, 0.3)
    made.pair(mean.more, mean.less, 0, [0.02, 0.01, 0.03])
    made.pair(max.more, max.less, 0, [0.01, 0.002, 0.02], [0.01, -0.01, 0.03])
    const result = made.result([claim('pooling')])
    expect(found(result, 'mean')).toMatchObject({ verdict: 'holds', seeds: 1 })
    expect(found(result, 'mean').at['10'].relative).toBeCloseTo(0.2, 12)
    expect(found(result, 'mean').at['10'].relativeCheckout).toBeCloseTo(0.2, 12)
    expect(found(result, 'max')).toMatchObject({
      verdict: 'tie',
      at: { 10: { verdict: 'holds' }, 100: { verdict: 'tie' } },
    })
    expect(found(result, 'decayed-mean')).toMatchObject({ verdict: 'not enough budget', seeds: 0 })
    const text = reproductionText(result)
    expect(text).toContain(
      'HOLDS: a transformer recalls more than mean pooling\n  item recall@10 +.020 (+.010 to +.030), +20.0 %; ' +
        'checkouts alone +20.0 %',
    )
    expect(text).toContain('@10 HOLDS, @100 A TIE WITHIN THE INTERVAL: a transformer recalls more than max pooling')
    expect(text).not.toContain('come to rest')
    made.state.arms[made.ledger.key(mean.less, 0)].training.rising = true
    expect(reproductionText(made.result([claim('pooling')]))).toContain(
      'one training of each; not all had come to rest at their last step',
    )
    expect(text).toContain('Left out for the budget: a transformer recalls more than mean pooling with recency decay')
    expect(text).toContain('what another seed would change is not in the intervals')
    expect(reproductionMarkdown(result)).toContain(
      '## Transformer against pooled events\n\nThe original: "up to a 45% improvement',
    )
  })

  it('widen by the spread between seeds, so that what one seed shows may be a tie', () => {
    const made = new Made()
    for (const [seed, difference] of [
      [0, 0.02],
      [1, 0],
    ] as const) {
      made.arm(mean.more, seed, 0.1 + difference, 0.3)
      made.arm(mean.less, seed, 0.1, 0.3)
      made.pair(mean.more, mean.less, seed, [difference, difference - 0.005, difference + 0.005])
    }
    expect(found(made.result([claim('pooling')], 1), 'mean').verdict).toBe('holds')
    const two = made.result([claim('pooling')], 2)
    expect(found(two, 'mean')).toMatchObject({ verdict: 'tie', seeds: 2 })
    // two differences .02 apart: sd .02 / sqrt(2)
    expect(two.seedDeviation.item!['10']).toBeCloseTo(0.02 / Math.SQRT2, 12)
  })

  it('judge coverage from two seeds on', () => {
    const made = new Made()
    const coverage = logq.find(({ id }) => id === 'coverage-item')!
    for (const seed of [0, 1]) {
      made.arm(coverage.more, seed, 0.1, 0.5 + seed / 1000)
      made.arm(coverage.less, seed, 0.1, 0.3)
      made.pair(logq[0].more, logq[0].less, seed, [0, -0.01, 0.01])
    }
    expect(found(made.result([claim('logq')], 1), 'coverage-item')).toMatchObject({
      verdict: 'not enough budget',
      seeds: 1,
      at: { 10: { difference: 0.2 } },
    })
    expect(found(made.result([claim('logq')], 2), 'coverage-item')).toMatchObject({ verdict: 'holds', seeds: 2 })
  })

  it('judge gains by the doubling', () => {
    const made = new Made()
    const { more, less, beyond } = claim('length').statements[2]
    for (const [side, recall] of [
      [less, 0.1],
      [more, 0.18],
      [beyond!, 0.19],
    ] as const)
      made.arm(side, 0, recall, 0.3)
    made.pair(more, less, 0, [0.08, 0.07, 0.09])
    made.pair(beyond!, more, 0, [0.01, 0, 0.02])
    const result = made.result([claim('length')])
    const flatten = found(result, 'flatten')
    expect(flatten.verdict).toBe('holds')
    expect(flatten.at['10'].estimate!.mean).toBeCloseTo(0.04, 12)
    expect(flatten.at['10'].beyond!.mean).toBeCloseTo(0.005, 12)
    expect(result.claims[0].curve.map(({ label }) => label)).toEqual(['32 events', '128 events', '512 events'])
  })
})
