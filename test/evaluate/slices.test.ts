import { describe, expect, it } from 'vitest'
import { evaluate } from '../../src/evaluate/evaluate.js'
import { measure } from '../../src/evaluate/measure.js'
import { evaluationSet, levelOf, type ProtocolOptions } from '../../src/protocol/evaluation-set.js'
import { dimensionsOf } from '../../src/evaluate/slices.js'
import { byTypeText, slicesText } from '../../src/evaluate/slices-text.js'
import { day, snapshotOf, type FixtureEvent } from '../fixtures/histories.js'
import { Rule } from '../fixtures/rule.js'
import { model, options as favourites, snapshot as world } from './favourites.js'

const options: ProtocolOptions = { cutoff: day(100), windowDays: 10, indexSize: 0, history: 'kept', seed: 1 }

/** Conversions up to the cutoff: item 0 six times, 1 three times, 2 twice, 3 once, 4 never (a view); 5 comes later. */
const history: FixtureEvent[] = [
  [0, 0, 2],
  [1, 0, 3],
  [1, 0, 4],
  [2, 0, 5],
  [2, 0, 6],
  [2, 0, 7],
  [1, 1, 8],
  [2, 1, 9],
  [2, 1, 20],
  [2, 2, 80],
  [2, 2, 81],
  [2, 3, 95],
  [2, 4, 99, 'view'],
]
const wanted: FixtureEvent[] = [
  [0, 0, 101],
  [0, 4, 102],
  [1, 2, 101],
  [1, 2, 103],
  [1, 3, 104],
  [2, 1, 105],
  [2, 5, 106],
  [3, 0, 107],
]
const snapshot = snapshotOf([...history, ...wanted], { advertisers: [0, 0, 1, 1, 1, 2] })

async function slices(level: 'item' | 'advertiser') {
  const set = evaluationSet(snapshot, ['item', 'advertiser'], options)
  const of = levelOf(set, level)
  // entry e is ranked e + 1 for everyone
  const descending = new Rule(of.catalog.size, (_q, entry) => -entry, level, 'baseline')
  const [{ metrics }] = await measure(snapshot, set, descending, {
    dimensions: { [level]: dimensionsOf(snapshot, set.queries, of, options.cutoff) },
    bootstrap: { samples: 0, seed: 1 },
  })
  return Object.fromEntries(
    Object.entries(metrics.slices!).map(([name, parts]) => [
      name,
      parts.map(({ label, users, positives, recall }) => ({
        label,
        users,
        positives,
        hits: Math.round(recall['1'] * positives),
      })),
    ]),
  )
}

describe('slices', () => {
  it('part positives by activity, popularity and age, and count users, conversions and hits of each', async () => {
    const { activity, popularity, age } = await slices('item')
    // users with 1, 3 and 9 events; only item 0 is a hit at 1
    expect(activity).toEqual([
      { label: 'under 3 events', users: 1, positives: 2, hits: 1 },
      { label: '3 to 8', users: 1, positives: 3, hits: 0 },
      { label: '9 or more', users: 1, positives: 2, hits: 0 },
    ])
    // of 12 conversions item 0 has the first 6; item 1 (from 6) and item 2 (from 9) are below 10.8; item 3 begins at 11
    expect(popularity).toEqual([
      { label: 'head (1)', users: 1, positives: 1, hits: 1 },
      { label: 'torso (2)', users: 2, positives: 3, hits: 0 },
      { label: 'tail (2)', users: 2, positives: 2, hits: 0 },
      { label: 'not known', users: 1, positives: 1, hits: 0 },
    ])
    // first seen 98, 92, 20, 5 and 1 days before the cutoff
    expect(age).toEqual([
      { label: 'up to 7 days', users: 2, positives: 2, hits: 0 },
      { label: '7 to 30 days', users: 1, positives: 2, hits: 0 },
      { label: 'over 90 days', users: 2, positives: 2, hits: 1 },
      { label: 'not known', users: 1, positives: 1, hits: 0 },
    ])
  })

  it('take the age of an advertiser from the first of its items', async () => {
    const { age } = await slices('advertiser')
    expect(age.map(({ label, positives }) => [label, positives])).toEqual([
      ['7 to 30 days', 4],
      ['over 90 days', 2],
      ['not known', 1],
    ])
  })

  it('stand in the report when asked for, sum up to its recall, and print as tables', async () => {
    const { report } = await evaluate(world, favourites([model()], { slices: true }))
    for (const row of report.rows) {
      for (const parts of Object.values(row.slices!)) {
        const positives = parts.reduce((n, part) => n + part.positives, 0)
        expect(parts.reduce((n, part) => n + part.recall['10'] * part.positives, 0) / positives).toBeCloseTo(
          row.recall['10'],
          12,
        )
      }
    }
    const text = slicesText(report)
    expect(text.match(/^(Items|Advertisers|Categories), by /gm)).toHaveLength(9)
    expect(text).toMatch(/^transformer \+ history +\.\d+/m)
    expect(text + byTypeText(report)).not.toContain('NaN')
    expect(byTypeText(report)).toMatch(/add_to_cart .*checkout/)
    expect((await evaluate(world, favourites([]))).report.rows[0].slices).toBeUndefined()
  })
})
