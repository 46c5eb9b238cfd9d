import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { UserError } from '../../src/core/errors.js'
import { Rng } from '../../src/core/rng.js'
import { evaluate } from '../../src/evaluate/evaluate.js'
import { tableOf } from '../../src/retrieve/baselines.js'
import { CONTROL_GRID, fitBlend, validationSet } from '../../src/retrieve/fit.js'
import type { Model } from '../../src/retrieve/model.js'
import { assertComparable, readReport, saveReport } from '../../src/evaluate/report.js'
import { reportText } from '../../src/evaluate/report-text.js'
import type { EntryCard, SampleNames } from '../../src/evaluate/sample-names.js'
import { samplesText } from '../../src/evaluate/samples-text.js'
import { historyEnd, type Snapshot } from '../../src/features/snapshot.js'
import { day, snapshotOf, type FixtureEvent } from '../fixtures/histories.js'
import { ITEMS, USERS, catalog, model, options, protocol, snapshot, world } from './favourites.js'

const namesOf = (): SampleNames => {
  const card = (e: number): EntryCard => ({
    externalId: `i${e}`,
    title: null,
    category: null,
    advertiser: null,
    price: null,
  })
  return { user: (u) => `u${u}`, entry: (e) => `i${e}`, card, item: card, advertiser: card }
}

describe('an evaluation', () => {
  it('has the model, its hybrid, the control and the baselines, at item, advertiser and category level', async () => {
    const { report } = await evaluate(snapshot, options([model()], { baselines: tableOf(['ease', 'nearest-users']) }))
    const rows = (level: string): string[] => report.rows.filter((row) => row.level === level).map(({ name }) => name)
    const common = ['own repeats', 'own repeats, due', 'co-visitation', 'popularity, 30 days', 'popularity, all time']
    expect(rows('item')).toEqual([
      'transformer',
      'transformer + history',
      'control',
      'control with recency',
      'EASE',
      'nearest users, 200',
      ...common,
    ])
    expect(rows('advertiser')).toEqual(rows('item'))
    expect(rows('category')).toEqual(rows('item'))
    expect(report.runs).toEqual(['item-transformer'])
    for (const row of report.rows) {
      expect(row.interval['10'][0], row.name).toBeLessThanOrEqual(row.recall['10'])
      expect(row.interval['10'][1], row.name).toBeGreaterThanOrEqual(row.recall['10'])
      expect(row.coverage['10']).toBeLessThanOrEqual(row.coverageCeiling['10'])
    }
  })

  it('finds that who buys the same again is best served by own history', async () => {
    const { report } = await evaluate(snapshot, options([model()]))
    const recall = (name: string): number =>
      report.rows.find((row) => row.level === 'item' && row.name.startsWith(name))!.recall['1']
    expect(recall('own repeats')).toBeGreaterThan(0.25)
    expect(recall('control')).toBeGreaterThan(recall('popularity, all time') * 2)
    expect(recall('transformer + history')).toBeGreaterThan(recall('transformer') * 2)
  })

  it('compares a second model with the first on the same users', async () => {
    const { report } = await evaluate(
      snapshot,
      options([
        model(),
        {
          ...model('mean pooling'),
          encodeUsers: async ({ users }) => new Float32Array(users.length * 4).fill(0.5),
        },
      ]),
    )
    const [first, second] = report.rows.filter((row) => row.level === 'item' && row.kind === 'model')
    expect(first.difference).toBeUndefined()
    expect(second.difference!.from).toBe('transformer')
    expect(second.difference!.recall['10']).toBeCloseTo(second.recall['10'] - first.recall['10'], 12)
    expect(reportText(report)).toMatch(/mean pooling against transformer, user by user: R@10 [-+]/)
  })

  it('still judges the baselines without any run, and says so', async () => {
    const { report } = await evaluate(snapshot, options([]))
    expect(report.rows.every(({ kind }) => kind === 'baseline')).toBe(true)
    expect(reportText(report)).toContain('there is no finished item run')
  })

  it('judges advertisers for an advertiser model', async () => {
    const advertisers: Model = {
      ...model(),
      kind: 'advertiser',
      encodeEntries: async (ids) => Float32Array.from({ length: ids.length * 4 }, (_, i) => i % 5),
    }
    const { report } = await evaluate(snapshot, options([advertisers], { kind: 'advertiser' }))
    expect(report.rows.every(({ level }) => level === 'advertiser')).toBe(true)
    expect(report.levels.advertiser!.entries).toBe(6)
  })

  it('says so when the data has nothing of the kind', async () => {
    const bare = snapshotOf(world(60), { advertisers: Array(ITEMS).fill(-1) as number[] })
    await expect(evaluate(bare, options([], { kind: 'advertiser' }))).rejects.toThrow(
      'about an advertiser known by then',
    )
    const { report } = await evaluate(bare, options([]))
    expect(new Set(report.rows.map(({ level }) => level))).toEqual(new Set(['item']))
    const signups = snapshotOf(
      [
        [0, -1, 1, 'signup', 0],
        [0, 0, 2, 'view'],
        [0, -1, 52, 'signup', 0],
      ],
      { advertisers: [0] },
    )
    await expect(evaluate(signups, options([]))).rejects.toThrow('about an item known by then')
  })

  it('knows no advertisers from a sample of items', async () => {
    const { report } = await evaluate(snapshot, options([model()], { protocol: { ...protocol, indexSize: 30 } }))
    expect(new Set(report.rows.map(({ level }) => level))).toEqual(new Set(['item']))
  })

  it('shows samples with what was bought next marked', async () => {
    const { samples } = await evaluate(snapshot, options([model()], { samples: 3 }))
    expect(samples).toHaveLength(3)
    for (const { recommender, user, history, results } of samples) {
      expect(recommender).toBe('transformer + history')
      const end = historyEnd(snapshot, user, day(50))
      expect(history[0].id).toBe(snapshot.eventItem[end - 1])
      const bought = new Set(snapshot.eventItem.subarray(end, historyEnd(snapshot, user, day(60))))
      for (const { id, boughtNext } of results) expect(boughtNext).toBe(bought.has(id))
    }
    const text = samplesText(samples, namesOf())
    expect(text).toMatch(/^ {2}\*o +\d+ {2}i\d+$/m)
  })

  it(
    'tells what pulled a result: the model reads the latest event alone, so only that one pulls, and own history ' +
      'the item itself',
    async () => {
      const { samples } = await evaluate(snapshot, options([model()], { samples: 2, why: true }))
      for (const { user, results, groups } of samples) {
        const last = snapshot.eventItem[historyEnd(snapshot, user, day(50)) - 1]
        for (const { id, why } of results)
          for (const { group, rankWithout } of why!) {
            expect([last, id]).toContain(groups[group].item)
            expect(rankWithout).toBeGreaterThanOrEqual(1)
          }
        const own = results.find(({ id, known }) => known && id !== last)!
        expect(own.why!.map(({ group }) => groups[group].item)).toContain(own.id)
      }
      const [hybrid] = samples
      expect(hybrid.recommender).toBe('transformer + history')
      expect(samplesText(samples, namesOf())).toMatch(
        /^ {9}pulled by its own (\d+ events|event) \(without: (same place|place \d+), -\d\.\d{3}\)/m,
      )
    },
  )

  it('says how lists agree with history and purchases: own repeats only show what is in the history', async () => {
    const { report } = await evaluate(snapshot, options([model()]))
    const { rows, bought, users, bandEntries } = report.lists!
    expect(rows.map(({ name }) => name)).toEqual(
      report.rows.filter(({ level }) => level === 'item').map(({ name }) => name),
    )
    expect(users).toBe(USERS)
    expect(bandEntries.reduce((a, b) => a + b)).toBe(ITEMS)
    const popular = rows.find(({ name }) => name === 'popularity, all time')!
    // ten most popular items hold the top bands only
    expect(popular.bands.slice(8)).toEqual([0, 0, 0])
    for (const { bands } of [...rows, bought]) expect(bands.reduce((a, b) => a + b)).toBeCloseTo(1, 12)
    expect(bought.inHistory.advertiser).toBeGreaterThan(0.5)
  })

  it('has no intervals where the bootstrap is off', async () => {
    const { report } = await evaluate(snapshot, options([], { bootstrap: 0 }))
    expect(report.rows[0].interval).toEqual({})
    expect(reportText(report)).not.toContain('NaN')
  })

  it('is the same twice', async () => {
    const run = async (): Promise<unknown> =>
      (await evaluate(snapshot, options([model()]))).report.rows.map((row) => ({ ...row, seconds: 0 }))
    expect(await run()).toEqual(await run())
  })
})

describe('the weights of control and hybrid', () => {
  const fit = async (of: Snapshot): Promise<unknown> => {
    const { report } = await evaluate(of, options([model()]))
    return report.rows.filter(({ fitted }) => fitted).map(({ name, level, fitted }) => ({ name, level, fitted }))
  }

  it('come from the validation window alone: other events after the cutoff change none of them', async () => {
    const before = world(50)
    const after = (seed: number, step: number): FixtureEvent[] =>
      Array.from({ length: USERS }, (_, user): FixtureEvent[] =>
        Array.from({ length: 5 }, (_, i) => [user, new Rng(seed, user, i).int(ITEMS), 51 + i * step]),
      ).flat()
    const first = await fit(snapshotOf([...before, ...after(7, 1)], catalog))
    expect(first).toHaveLength(9)
    expect(await fit(snapshotOf([...before, ...after(8, 2)], catalog))).toEqual(first)
  })

  it('are fitted with the selected model where it is lent, and weigh the scores of the other', async () => {
    const fitted = async (one: Model) =>
      (await evaluate(snapshot, options([one]))).report.rows.filter(
        ({ level, kind }) => level === 'item' && kind !== 'baseline',
      )
    const knowing = model()
    const blank: Model = { ...knowing, encodeUsers: async ({ users }) => new Float32Array(users.length * 4).fill(0.5) }
    const [known, both] = [await fitted(knowing), await fitted({ ...blank, selected: (use) => use(knowing) })]
    const alone = await fitted(blank)
    expect(both[1].fitted).toEqual(known[1].fitted)
    expect(both[1].fitted!.recall).not.toEqual(alone[1].fitted!.recall)
    expect(both[0].recall).toEqual(alone[0].recall)
  })

  it('are those of the best recall on that window', async () => {
    const set = validationSet(snapshot, ['item'], protocol)
    expect(set.protocol.cutoff).toBe(day(40))
    const fitted = await fitBlend(snapshot, set, 'item', CONTROL_GRID)
    expect(fitted).toMatchObject({ from: day(40), to: day(50), popularity: 1 })
    const total = (recall: Record<string, number>): number => recall['10'] + recall['100']
    for (const own of CONTROL_GRID.own) {
      for (const days of CONTROL_GRID.popularityDays) {
        const alone = await fitBlend(snapshot, set, 'item', {
          own: [own],
          recent: [0],
          popularity: [1],
          popularityDays: [days],
        })
        expect(total(alone.recall)).toBeLessThanOrEqual(total(fitted.recall))
      }
    }
    expect(fitted.own).toBeGreaterThan(0)
  })

  it('are left out, with a note, where nobody converts in the validation window', async () => {
    const young = snapshotOf(
      [
        [0, 0, 49],
        [0, 1, 49],
        [0, 1, 52],
        [1, 1, 50],
        [1, 0, 55],
      ],
      { advertisers: [0, 0] },
    )
    const { report } = await evaluate(young, options([model()]))
    expect(report.rows.map(({ name }) => name)).not.toContain('transformer + history')
    expect(report.notes.join()).toContain('cannot be fitted')
  })
})

describe('reports', () => {
  it('are kept in the run, whole, and read back', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'adseq-report-'))
    try {
      const { report } = await evaluate(snapshot, options([]))
      const path = saveReport(folder, report)
      expect(readdirSync(folder)).toEqual([`eval-${report.protocol.hash}.json`])
      expect(readReport(path)).toEqual(JSON.parse(JSON.stringify(report)))
      writeFileSync(path, '{"version":')
      expect(() => readReport(path)).toThrow(UserError)
      expect(() => readReport(join(folder, 'none.json'))).toThrow('There is no report')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('refuse to be compared across protocols and data', async () => {
    const { report } = await evaluate(snapshot, options([]))
    const { report: masked } = await evaluate(snapshot, options([], { protocol: { ...protocol, history: 'masked' } }))
    assertComparable([report, report])
    expect(() => assertComparable([report, masked])).toThrow('history (kept and masked)')
    expect(() => assertComparable([report, { ...report, data: { hash: 'other' } }])).toThrow('data')
  })
})
