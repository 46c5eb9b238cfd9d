import { describe, expect, it } from 'vitest'
import {
  CONTROL_GRID,
  RECENCY_CONTROL_GRID,
  canFit,
  fitBlend,
  validationSet,
  type Grid,
} from '../../src/retrieve/fit.js'
import { measure } from '../../src/evaluate/measure.js'
import { evaluationSet, levelOf } from '../../src/protocol/evaluation-set.js'
import { Blend } from '../../src/retrieve/blend.js'
import { logPopularity } from '../../src/retrieve/popularity.js'
import { day, snapshotOf, type FixtureEvent } from '../fixtures/histories.js'
import { Rule } from '../fixtures/rule.js'
import { protocol, snapshot } from '../evaluate/favourites.js'

const cutoff = day(40)
const set = validationSet(snapshot, ['item', 'advertiser'], protocol)

/** Scores by a rule with many equal values. */
const base = (entries: number): Rule => new Rule(entries, (q, e, { users }) => ((users[q] + e) % 7) / 8)

describe('fitting', () => {
  it.each([
    ['own history alone', { own: 3, recent: 0, popularity: 1, days: 30 as number | undefined }, false],
    ['all time', { own: 0.5, recent: 0, popularity: 1, days: undefined }, false],
    ['what was done lately', { own: 1, recent: 4, popularity: 1, days: 30 }, false],
    ['a model and popularity', { own: 0.1, recent: 0.05, popularity: 0.02, days: 30 }, true],
    ['a model alone, full of ties', { own: 0, recent: 0, popularity: 0, days: 30 }, true],
  ])(
    'counts the hits that an evaluation of the same blend counts: %s',
    async (_name, { own, recent, popularity, days }, withBase) => {
      for (const level of ['item', 'advertiser'] as const) {
        if (withBase && level !== 'item') continue
        const { catalog } = levelOf(set, level)
        const model = withBase ? base(catalog.size) : undefined
        const point: Grid = { own: [own], recent: [recent], popularity: [popularity], popularityDays: [days] }
        const fitted = await fitBlend(snapshot, set, level, point, model)
        const blend = new Blend(
          'blend',
          'baseline',
          catalog,
          logPopularity(snapshot, catalog, cutoff, days),
          { own, recent, popularity },
          model,
        )
        const [{ metrics, perUser }] = await measure(snapshot, set, blend, { bootstrap: { samples: 0, seed: 1 } })
        // users without a history are no part of what weights are fitted on
        const found = levelOf(set, level).counts.reduce((a, b) => a + b, 0)
        for (const [k, column] of [
          ['10', 1],
          ['100', 3],
        ] as const) {
          const hits = perUser.hits[column].reduce((a, b) => a + b, 0)
          expect(fitted.recall[k]).toBeCloseTo(hits / found, 12)
          expect(hits).toBeCloseTo(metrics.recall[k] * metrics.positives, 6)
        }
      }
    },
  )

  it('goes beyond the edges of the grid, and between its points', async () => {
    const narrow: Grid = { ...CONTROL_GRID, own: [0, 0.5] }
    const [low, wide] = [
      await fitBlend(snapshot, set, 'item', narrow),
      await fitBlend(snapshot, set, 'item', CONTROL_GRID),
    ]
    expect(low.own).toBeGreaterThan(0.5)
    const coarse = await fitBlend(snapshot, set, 'item', { ...CONTROL_GRID, own: [wide.own] })
    expect(wide.recall['10'] + wide.recall['100']).toBeGreaterThanOrEqual(coarse.recall['10'] + coarse.recall['100'])
  })

  it('never does worse with what was done lately than without, where the count alone is in its grid', async () => {
    const total = (recall: Record<string, number>): number => recall['10'] + recall['100']
    const control = await fitBlend(snapshot, set, 'item', { ...CONTROL_GRID, own: RECENCY_CONTROL_GRID.own })
    const recency = await fitBlend(snapshot, set, 'item', RECENCY_CONTROL_GRID)
    expect(total(recency.recall)).toBeGreaterThanOrEqual(total(control.recall) - 1e-12)
  })

  it('finds the weight of recency where only what was bought lately is bought again', async () => {
    // items 0..29: everyone bought some items often long ago, and one lately, which is what comes next
    const events: FixtureEvent[] = Array.from({ length: 30 }, (_, i): FixtureEvent => [40, i, 1])
    for (let user = 0; user < 40; user++) {
      for (let d = 1; d <= 6; d++) events.push([user, user % 11, d], [user, 11 + (user % 9), d + 10])
      events.push([user, 20 + (user % 10), 195], [user, 20 + (user % 10), 205])
      for (let k = 0; k < 3; k++) events.push([user, (user + k) % 20, 190])
    }
    const late = snapshotOf(events, { advertisers: Array(30).fill(0) as number[] })
    const window = validationSet(late, ['item'], { ...protocol, cutoff: day(210), windowDays: 10 })
    const fitted = await fitBlend(late, window, 'item', RECENCY_CONTROL_GRID)
    expect(fitted.recent).toBeGreaterThan(0)
  })

  it('says at which levels there is something to fit on', () => {
    expect(canFit(set, 'advertiser')).toBe(true)
    const none = evaluationSet(
      snapshotOf(
        [
          [0, 0, 1],
          [0, -1, 42, 'signup', 0],
        ],
        { advertisers: [-1], categories: ['a'] },
      ),
      ['item', 'advertiser'],
      { ...protocol, cutoff },
    )
    expect(canFit(none, 'item')).toBe(false)
  })
})
