import { appendFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { DayOrder } from '../../../src/events/import/day-order.js'
import { openStore } from '../../../src/store/open.js'
import { ImportFolder } from './workspace.js'

const DAY = 86_400
const day = (n: number): string => new Date(Date.UTC(2019, 9, n)).toISOString().slice(0, 10)
const midnight = (n: number): number => Date.UTC(2019, 9, n) / 1000
const HEADER = 'user_id,item_id,event_type,timestamp'
const ROWS = [
  `ann,a,view,${day(1)}`,
  `bob,a,view,${day(1)}`,
  `ann,b,view,${day(1)}`,
  `ann,c,checkout,${day(2)}`,
  `ann,d,view,${day(1)}`,
  `bob,b,view,${day(1)}`,
]
const times = (at: ImportFolder): [string, number][] =>
  at.events().map((event) => {
    const [user, item, , , , time] = event.split(' ')
    return [`${user} ${item}`, Number(time)]
  })

describe('days without a time of day', () => {
  test('are one moment, which is said in one line', async () => {
    const at = new ImportFolder()
    const { files } = await at.import(at.file('e.csv', [HEADER, ...ROWS]))
    expect(new Set(times(at).map(([, time]) => time))).toEqual(new Set([midnight(1), midnight(2)]))
    expect(files[0].notes).toEqual([
      'e.csv: times are days without a time of day, so what a user did on a day is one moment, a basket without an ' +
        'order. If rows stand in the order in which things happened: --order file',
    ])
  })

  test('one event with a time of day, and nothing is said', async () => {
    const at = new ImportFolder()
    const { files } = await at.import(at.file('e.csv', [HEADER, ...ROWS, `ann,a,view,${day(1)}T00:00:01Z`]))
    expect(files[0].notes).toEqual([])
  })
})

describe('--order file', () => {
  const ORDERED = [
    ['ann a', midnight(1)],
    ['bob a', midnight(1)],
    ['ann b', midnight(1) + 1],
    ['ann c', midnight(2)],
    ['ann d', midnight(1) + 2],
    ['bob b', midnight(1) + 1],
  ]

  test.each([0, 1 << 30])(
    'a second apart for each user and day, in the order of the file (thread from %d bytes)',
    async (threadFrom) => {
      const at = new ImportFolder()
      const { files } = await at.import(at.file('e.csv', [HEADER, ...ROWS]), { order: 'file', threadFrom })
      expect(times(at)).toEqual(ORDERED)
      expect(files[0].notes).toEqual([])
    },
  )

  test('cut off after every two rows, and grown: the same times', async () => {
    const at = new ImportFolder()
    const path = at.file('e.csv', [HEADER, ...ROWS.slice(0, 3)])
    await at.import(path, { order: 'file', batch: 2 })
    appendFileSync(
      path,
      ROWS.slice(3)
        .map((row) => `${row}\n`)
        .join(''),
    )
    await at.import(path, { order: 'file', batch: 2 })
    expect(times(at)).toEqual(ORDERED)
  })

  test('a time of day has no place there', async () => {
    const at = new ImportFolder()
    const file = at.file('e.csv', [HEADER, ...ROWS, `ann,a,view,${day(3)}T10:00:00Z`])
    const { files } = await at.import(file, { order: 'file', maxRejects: 1 })
    expect(files[0].reasons).toEqual({ 'has a time of day, which --order file has no place for': 1 })
  })

  test('more events than a day has seconds share the last; the next day begins anew; memory is bounded', () => {
    const at = new ImportFolder()
    const store = openStore(at.workspace, { create: true })
    const writer = store.writer()
    writer.finish()
    const order = new DayOrder(writer, 2)
    const event = (user: number, time: number): void =>
      order.event({ user, item: 1, advertiser: 0, type: 0, domain: 0, time })
    for (let i = 0; i < DAY + 3; i++) event(1, midnight(1))
    for (const user of [2, 3, 1, 2]) event(user, midnight(1))
    event(1, midnight(2))
    event(1, midnight(1))
    writer.commit()
    expect([...store.history(1).time].slice(-6)).toEqual(
      [...Array<number>(5).fill(midnight(1) + DAY - 1), midnight(2)].slice(-6),
    )
    expect([...store.history(1).time].slice(0, 3)).toEqual([0, 1, 2].map((i) => midnight(1) + i))
    expect([...store.history(2).time]).toEqual([midnight(1), midnight(1) + 1])
    store.close()
  })
})
