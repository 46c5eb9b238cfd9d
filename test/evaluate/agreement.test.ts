import { describe, expect, it } from 'vitest'
import { AgreementMeter } from '../../src/evaluate/agreement.js'
import { Lists } from '../../src/evaluate/lists.js'
import { BANDS, bandShares, popularityBands } from '../../src/evaluate/popularity-bands.js'
import { evaluationSet } from '../../src/protocol/evaluation-set.js'
import { day, snapshotOf } from '../fixtures/histories.js'

// items 0 and 1: category c0, advertisers 0 and 1; items 2 and 3: c1, advertiser 1; item 4: no category, advertiser 2
const catalog = { advertisers: [0, 1, 1, 1, 2], categories: ['c0', 'c0', 'c1', 'c1', ''] }
const snapshot = snapshotOf(
  [
    [0, 0, 1],
    [0, 0, 2, 'view'],
    [0, 2, 12],
    [0, 1, 13],
    [0, 3, 14, 'view'],
    [1, 2, 1],
    [1, 3, 2],
    [1, 4, 3],
    [1, 2, 11],
    [2, 1, 5],
  ],
  catalog,
)
const set = evaluationSet(snapshot, ['item', 'advertiser'], {
  cutoff: day(10),
  windowDays: 10,
  indexSize: 0,
  history: 'kept',
  seed: 1,
})

describe('agreement of results with history and purchases', () => {
  it('is the share of results whose category or advertiser is there; a result without a category agrees with nothing', () => {
    const meter = new AgreementMeter(snapshot, set, 'item')
    // user 0: history c0 of advertiser 0; bought c1 and c0, both of advertiser 1; the view of item 3 is no purchase
    const { inHistory, inBought } = meter.of(0, Int32Array.of(0, 1, 2, 4))
    expect(inHistory).toEqual({ category: 2 / 4, topCategory: 2 / 4, advertiser: 1 / 4 })
    expect(inBought).toEqual({ category: 3 / 4, topCategory: 3 / 4, advertiser: 2 / 4 })
    // user 1: history c1 of advertiser 1, and an item of advertiser 2 without category; bought item 2
    expect(meter.of(1, Int32Array.of(0, 3, 4))).toEqual({
      inHistory: { category: 1 / 3, topCategory: 1 / 3, advertiser: 2 / 3 },
      inBought: { category: 1 / 3, topCategory: 1 / 3, advertiser: 1 / 3 },
    })
  })

  it('is averaged over users, each alike, also that of what was bought', () => {
    const meter = new AgreementMeter(snapshot, set, 'item')
    meter.add(0, Int32Array.of(0, 1, 2, 4))
    meter.add(1, Int32Array.of(2, 2))
    expect(meter.means().inHistory).toEqual({ category: 0.75, topCategory: 0.75, advertiser: (1 / 4 + 1) / 2 })
    // user 0 bought c1 (not in the history) and c0 (in it), none of advertiser 0; user 1 what is all in the history
    expect(meter.purchases()).toEqual({ category: 0.75, topCategory: 0.75, advertiser: 0.5 })
  })

  it('knows no categories where advertisers are judged', () => {
    const meter = new AgreementMeter(snapshot, set, 'advertiser')
    expect(meter.of(0, Int32Array.of(0, 1, 2, 2))).toEqual({
      inHistory: { advertiser: 1 / 4 },
      inBought: { advertiser: 1 / 4 },
    })
  })
})

describe('bands of popularity', () => {
  it('each hold a tenth of the conversions; entries without any are a band of their own', () => {
    // 10 of 100 each for the first five; then fifty of 1; then five without
    const conversions = Float64Array.from([...Array(5).fill(10), ...Array(50).fill(1), ...Array(5).fill(0)] as number[])
    const bands = popularityBands(conversions)
    expect(Array.from(bands.subarray(0, 5))).toEqual([0, 1, 2, 3, 4])
    for (let band = 5; band < BANDS; band++) expect(bands.subarray(5, 55).filter((b) => b === band)).toHaveLength(10)
    expect(Array.from(bands.subarray(55))).toEqual(Array(5).fill(BANDS))
  })

  it('give one entry with most of the conversions the place of its middle one', () => {
    expect(Array.from(popularityBands(Float64Array.of(2, 96, 2)))).toEqual([9, 4, 9])
    expect(Array.from(popularityBands(Float64Array.of(0, 0)))).toEqual([BANDS, BANDS])
  })

  it('count results and purchases as shares', () => {
    expect(bandShares(Float64Array.of(1, 0, 3))).toEqual([0.25, 0, 0.75])
    const lists = new Lists(snapshot, set, 'item')
    const list = lists.look({ name: 'mine', kind: 'model' })
    list.add(0, Int32Array.of(1, 4))
    list.add(1, Int32Array.of(2, 2))
    lists.add(list.row())
    const { rows, bought, users } = lists.report()
    // a conversion each up to the cutoff: item 0 in band 1, then 1, 2, 3, 4 in bands 3, 5, 7, 9
    expect(users).toBe(2)
    expect(rows[0].bands).toEqual([0, 0, 0, 0.25, 0, 0.5, 0, 0, 0, 0.25, 0])
    expect(bought.bands.map((x) => Math.round(x * 3))).toEqual([0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0])
  })
})
