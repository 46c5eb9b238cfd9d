import { describe, expect, test } from 'vitest'
import { LATER, strayTail } from '../../../src/events/import/event-gate.js'
import { ImportFolder } from './workspace.js'

const DAY = 86_400
/** 2020-01-01 */
const NOW = 1_577_836_800
const HEADER = 'user_id,item_id,event_type,timestamp'
const at = (...times: number[]): string[] => [HEADER, ...times.map((time, i) => `u${i % 7},i${i % 5},view,${time}`)]

describe("events later than this machine's clock", () => {
  const usual = Array.from({ length: 100 }, (_, i) => NOW - 5000 + i)

  test('are set aside and said; a day ahead may be a zone or a clock', async () => {
    const folder = new ImportFolder()
    const file = folder.file('e.csv', at(...usual, NOW + DAY, NOW + DAY + 1, NOW + 70 * 365 * DAY))
    const { files } = await folder.import(file, { now: () => NOW })
    expect(files[0]).toMatchObject({
      rows: 101,
      reasons: { [LATER]: 2 },
      first: '2019-12-31T22:36:40Z',
      last: '2020-01-02T00:00:00Z',
    })
    expect(files[0].notes.join()).toContain("2 events later than this machine's clock, set aside")
    expect(folder.rejects('e.csv').map(({ line }) => line)).toEqual([103, 104])
  })

  test('are kept with --allow-future, also by a later import that goes on', async () => {
    const folder = new ImportFolder()
    const file = folder.file('e.csv', at(...usual, NOW + 9 * DAY))
    const { files } = await folder.import(file, { now: () => NOW, allowFuture: true })
    expect(files[0]).toMatchObject({ rows: 101, rejected: 0 })
  })

  test('when nearly all are, the clock is to blame, and the way out is told', async () => {
    const folder = new ImportFolder()
    const refused = await folder.refusal(folder.file('e.csv', at(NOW, NOW + 9 * DAY)), { now: () => NOW })
    expect(refused.hint).toContain('--allow-future')
  })

  test('in every format: a log of its own', async () => {
    const folder = new ImportFolder()
    const lines = [1, 2, 3].map((day) => `1::1193::5::${NOW + day * DAY}`)
    const result = await folder.importAs('movielens', folder.file('ratings.dat', lines), {
      now: () => NOW,
      maxRejects: 1,
    })
    expect(result.files[0]).toMatchObject({ rows: 1, reasons: { [LATER]: 2 } })
  })

  test('an import that goes on has the clock of its begin: the same rows are events', async () => {
    const many = Array.from({ length: 60_000 }, (_, i) => NOW - 60_000 + i)
    const file = at(...many, NOW + 3 * DAY)
    const whole = new ImportFolder()
    await whole.import(whole.file('e.csv', file), { now: () => NOW })
    const broken = new ImportFolder()
    const path = broken.file('e.csv', file)
    const stop = new AbortController()
    const progress = { start: () => stop.abort(), update() {}, finish() {}, line() {} }
    await expect(broken.import(path, { now: () => NOW, progress, signal: stop.signal })).rejects.toThrow('Interrupted')
    const later = await broken.import(path, { now: () => NOW + 30 * DAY })
    expect(later.files[0]).toMatchObject({ status: 'resumed', rejected: 1 })
    expect(broken.events()).toEqual(whole.events())
  })
})

test('--since and --until skip what lies outside', async () => {
  const folder = new ImportFolder()
  const file = folder.file('e.csv', at(NOW - 1, NOW, NOW + 5, NOW + 6))
  const { files } = await folder.import(file, { now: () => NOW, since: NOW, until: NOW + 6 })
  expect(files[0]).toMatchObject({ rows: 2, skips: { 'outside of --since and --until': 2 }, rejected: 0 })
})

describe('a stray tail', () => {
  const counts = (...days: [number, number][]) => strayTail(new Map(days))

  test.each<[string, [number, number][], unknown]>([
    [
      'one event of 1,500 a year behind 100 days',
      [
        [0, 750],
        [100, 750],
        [500, 1],
      ],
      { from: 500, events: 1 },
    ],
    [
      'two such days',
      [
        [0, 2500],
        [10, 2500],
        [90, 2],
        [95, 1],
      ],
      { from: 90, events: 3 },
    ],
    [
      'as far behind as all others reach',
      [
        [0, 750],
        [100, 750],
        [200, 1],
      ],
      undefined,
    ],
    [
      'no month behind',
      [
        [0, 750],
        [5, 750],
        [35, 1],
      ],
      undefined,
    ],
    [
      'more than one of 1,000',
      [
        [0, 750],
        [100, 750],
        [500, 2],
      ],
      undefined,
    ],
    [
      'days without events, in a log that goes on',
      [
        [0, 500],
        [400, 500],
        [401, 500],
      ],
      undefined,
    ],
    ['one day', [[7, 10]], undefined],
    ['nothing', [], undefined],
  ])('%s', (_, days, found) => {
    expect(counts(...days)).toEqual(found)
  })

  test('is said, with the flag that leaves it out', async () => {
    const folder = new ImportFolder()
    const times = Array.from({ length: 2000 }, (_, i) => NOW - 700 * DAY + i * 3600)
    const { files } = await folder.import(folder.file('e.csv', at(...times, NOW)), { now: () => NOW })
    expect(files[0].notes.join()).toContain(
      'e.csv: 1 event far behind all others, from 2020-01-01 to 2020-01-01. An automatic cutoff goes by the last ' +
        'event: leave them out with --until 2020-01-01, or set eval.cutoff.',
    )
  })
})
