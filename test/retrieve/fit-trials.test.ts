import { expect, test } from 'vitest'
import { Rng } from '../../src/core/rng.js'
import { ContestMaker } from '../../src/retrieve/fit-contest.js'
import { DEPTH, FIT_AT, addHits } from '../../src/retrieve/fit-trials.js'
import { evaluationSet, levelOf } from '../../src/protocol/evaluation-set.js'
import { OwnHistory } from '../../src/retrieve/own-history.js'
import { day, snapshotOf, type FixtureEvent } from '../fixtures/histories.js'

const ITEMS = 3000
const USERS = 6
const cutoff = day(50)

/** Users who mostly deal with a few hundred of many items, and convert on some of both. */
function events(): FixtureEvent[] {
  const rng = new Rng(3)
  const all: FixtureEvent[] = Array.from({ length: ITEMS }, (_, i): FixtureEvent => [USERS, i, 1])
  for (let user = 0; user < USERS; user++) {
    for (let n = 0; n < 250; n++) all.push([user, rng.int(400), 2 + rng.int(47)])
    for (let n = 0; n < 60; n++) all.push([user, n % 2 ? rng.int(400) : rng.int(ITEMS), 51 + rng.int(8)])
  }
  return all
}

const snapshot = snapshotOf(events(), { advertisers: Array(ITEMS).fill(0) as number[] })
const set = evaluationSet(snapshot, ['item'], { cutoff, windowDays: 10, indexSize: 0, history: 'kept', seed: 1 })
const level = levelOf(set, 'item')
const { queries } = set

const rng = new Rng(8)
/** few distinct values, so that ties are many; and one of many values */
const coarse = (): Float32Array => Float32Array.from({ length: ITEMS }, () => Math.floor(rng.uniform() * 12) / 16)
const fine = (): Float32Array => Float32Array.from({ length: ITEMS }, () => rng.uniform() - 0.5)

/** The definition: the rank of every positive among all entries of the blended row. */
function hitsByRanking(
  q: number,
  row: Float32Array,
  logPopularity: Float32Array,
  { own, recent, popularity }: { own: number; recent: number; popularity: number },
): number[] {
  const history = new OwnHistory(level.catalog).read(queries, q)
  const scores = row.map((x, e) => x + popularity * logPopularity[e])
  for (const e of history.entries.subarray(0, history.size))
    scores[e] += own * Math.log1p(history.count(e)) + recent * Math.log1p(history.decayedCount(e))
  const hits = FIT_AT.map(() => 0)
  for (let p = level.offsets[q]; p < level.offsets[q + 1]; p++) {
    const s = scores[level.positives[p]]
    const above = scores.filter((x) => x > s).length
    const equal = scores.filter((x) => x === s).length
    FIT_AT.forEach((k, i) => (hits[i] += 1 + above + (equal - 1) / 2 <= k ? level.counts[p] : 0))
  }
  return hits
}

test.each([
  ['many ties', coarse, coarse],
  ['hardly any', fine, fine],
  ['no base', () => new Float32Array(ITEMS), fine],
  ['ties in popularity', fine, coarse],
])(
  'what can win decides: hits are those of ranking all entries under any weights, with %s',
  (_name, bases, popularities) => {
    const logPopularity = popularities()
    const maker = new ContestMaker(level, logPopularity, DEPTH)
    const own = new OwnHistory(level.catalog)
    let total = 0
    for (let q = 0; q < queries.users.length; q++) {
      const row = bases()
      const contest = maker.make(q, own.read(queries, q), row)
      expect(contest.others.base.length).toBeLessThan(ITEMS / 2)
      for (const popularity of [0, 0.01, 0.3, 1, 40]) {
        const trials = [
          [0, 0],
          [0.02, 0],
          [0, 0.1],
          [0.3, 0.3],
          [5, 0],
        ].map(([own, recent]) => ({ own, recent, popularity, hits: FIT_AT.map(() => 0) }))
        addHits(contest, popularity, trials)
        for (const trial of trials) {
          expect(trial.hits).toEqual(hitsByRanking(q, row, logPopularity, trial))
          total += trial.hits[1]
        }
      }
    }
    expect(total).toBeGreaterThan(100)
  },
)

test('a score that is not finite is an error', () => {
  const maker = new ContestMaker(level, new Float32Array(ITEMS), DEPTH)
  const row = new Float32Array(ITEMS)
  row[5] = NaN
  expect(() => maker.make(0, new OwnHistory(level.catalog).read(queries, 0), row)).toThrow(/entry 5 is NaN/)
})
