import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UserError } from '../../src/core/errors.js'
import {
  compareSides,
  sideOfBaseline,
  sideOfRun,
  type CompareOptions,
  type Comparison,
  type Kept,
} from '../../src/evaluate/compare.js'
import { comparisonText } from '../../src/evaluate/compare-text.js'
import { evaluate, type EvaluateOptions } from '../../src/evaluate/evaluate.js'
import { readReport, saveReport, type ReportRow } from '../../src/evaluate/report.js'
import type { Model } from '../../src/retrieve/model.js'
import { model, options, protocol, snapshot } from './favourites.js'

const compareKept = (a: Kept, b: Kept, options: CompareOptions): Comparison =>
  compareSides(sideOfRun(a), sideOfRun(b), options)

describe('comparing two evaluated runs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'adseq-compare-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const keep = async (name: string, one: Model, change: Partial<EvaluateOptions> = {}): Promise<Kept> => {
    const { report, hits } = await evaluate(snapshot, options([one], change))
    const path = saveReport(join(folder, name), report, hits)
    return { path, report: readReport(path) }
  }
  const knowing = model('knowing')
  const blank: Model = {
    ...model('blank'),
    encodeUsers: async ({ users }) => new Float32Array(users.length * 4).fill(0.5),
  }
  let [a, b]: Kept[] = []
  beforeAll(async () => {
    ;[a, b] = [await keep('a', knowing), await keep('b', blank)]
  })
  const row = ({ report }: Kept, level: string, kind: string): ReportRow =>
    report.rows.find((one) => one.level === level && one.kind === kind)!

  it('gives the difference of recall, and of recall on new items, at every level and K', () => {
    const { rows, runs } = compareKept(a, b, { bootstrap: 100 })
    expect(runs).toEqual(['item-knowing', 'item-blank'])
    expect(rows.map(({ level, kind }) => `${level} ${kind}`)).toEqual(
      expect.arrayContaining(['item model', 'item hybrid', 'advertiser model', 'category hybrid']),
    )
    for (const { level, kind, recall, recallNew, recallOf } of rows) {
      const [first, second] = [row(a, level, kind), row(b, level, kind)]
      expect(recallOf).toEqual([first.recall, second.recall])
      for (const k of Object.keys(first.recall)) {
        expect(recall[k]).toBeCloseTo(first.recall[k] - second.recall[k], 12)
        expect(recallNew[k]).toBeCloseTo(first.recallNew[k] - second.recallNew[k], 12)
      }
    }
  })

  it('finds the interval that one evaluation of both finds', async () => {
    const { report } = await evaluate(snapshot, options([blank, knowing], { bootstrap: 200 }))
    const beside = report.rows.filter(({ kind, level }) => kind === 'model' && level === 'item')[1].difference!
    const [{ interval, intervalNew }] = compareKept(a, b, { bootstrap: 200 }).rows
    expect(interval).toEqual(beside.interval)
    expect(intervalNew).toEqual(beside.intervalNew)
  })

  it('finds a run that stood beside another in its evaluation', async () => {
    const both = await keep('both', knowing, { models: [knowing, blank], bootstrap: 200 })
    const beside = compareSides(sideOfRun(both), sideOfRun(both, 'item-blank'), { bootstrap: 200 })
    expect(beside.rows).toEqual(compareKept(a, b, { bootstrap: 200 }).rows)
    expect(() => compareSides(sideOfRun(both), sideOfRun(both, 'item-other'), { bootstrap: 100 })).toThrow(
      'no level in common',
    )
  })

  it('holds a run against a baseline of its own evaluation: the model and the hybrid', () => {
    const { runs, rows } = compareSides(sideOfRun(a), sideOfBaseline(a, 'own-repeats'), { bootstrap: 100 })
    expect(runs).toEqual(['item-knowing', 'own-repeats'])
    const [model, hybrid] = ['model', 'hybrid'].map((kind) =>
      rows.find((one) => one.kind === kind && one.level === 'item'),
    )
    const own = a.report.rows.find(({ baseline, level }) => baseline === 'own-repeats' && level === 'item')!
    for (const one of [model!, hybrid!]) {
      const first = row(a, 'item', one.kind)
      expect(one.recall['10']).toBeCloseTo(first.recall['10'] - own.recall['10'], 12)
    }
    expect(() => sideOfBaseline(a, 'ease')).toThrow('has no row of ease')
    expect(() => sideOfBaseline(a, 'nonsense')).toThrow('There is no baseline nonsense')
  })

  it('counts at any K that both were evaluated with', async () => {
    const change = { at: [3, 10, 100] }
    const [x, y] = [await keep('x', knowing, change), await keep('y', blank, change)]
    const [first] = compareKept(x, y, { bootstrap: 100 }).rows
    expect(Object.keys(first.recall)).toEqual(['3', '10', '100'])
    expect(first.recall['10']).toBe(compareKept(a, b, { bootstrap: 100 }).rows[0].recall['10'])
    expect(() => compareKept(x, b, { bootstrap: 100 })).toThrow('at other K')
  })

  it('finds no difference between a run and itself, and the opposite the other way round', () => {
    const zero = compareKept(a, a, { bootstrap: 100 }).rows[0]
    expect(Object.values(zero.recall)).toEqual([0, 0, 0, 0, 0, 0])
    expect(Object.values(zero.interval)).toEqual(Array(6).fill([0, 0]))
    const [there, back] = [compareKept(a, b, { bootstrap: 100 }).rows[0], compareKept(b, a, { bootstrap: 100 }).rows[0]]
    expect(back.recall['10']).toBeCloseTo(-there.recall['10'], 12)
    expect(back.interval['10'][0]).toBeCloseTo(-there.interval['10'][1], 12)
  })

  it('reads as text which is which and what is clear of zero', () => {
    const text = comparisonText(compareKept(a, b, { bootstrap: 100 }))
    expect(text).toContain('item-knowing minus item-blank, user by user.')
    expect(text).toMatch(/^R@10 .*[+-]\.\d+ to [+-]\.\d+/m)
    expect(text).not.toContain('NaN')
  })

  it.each([
    ['history (kept and masked)', { history: 'masked' as const }],
    ['windowDays (10 and 8)', { windowDays: 8 }],
    ['indexSize (0 and 40)', { indexSize: 40 }],
    ['cutoff', { cutoff: protocol.cutoff - 86_400 }],
  ])('refuses unlike protocols: %s', async (said, change) => {
    const other = await keep('other', blank, { protocol: { ...protocol, ...change } })
    expect(() => compareKept(a, other, { bootstrap: 100 })).toThrow(said)
  })

  it('refuses other data', () => {
    expect(() =>
      compareKept(a, { ...b, report: { ...b.report, data: { hash: 'other' } } }, { bootstrap: 100 }),
    ).toThrow('data (fixture and other)')
  })

  it('says which command makes the hits where they are missing or are not those of the report', async () => {
    expect(() => compareKept({ ...a, report: { ...a.report, hits: undefined } }, b, { bootstrap: 100 })).toThrow(
      UserError,
    )
    const swapped: Kept = {
      path: b.path,
      report: { ...b.report, hits: { ...b.report.hits!, checksum: a.report.hits!.checksum } },
    }
    expect(() => compareKept(a, swapped, { bootstrap: 100 })).toThrow('the checksums differ')
    const damaged = await keep('damaged', knowing)
    writeFileSync(join(folder, 'damaged', damaged.report.hits!.file), 'nothing')
    expect(() => compareKept(a, damaged, { bootstrap: 100 })).toThrow('damaged')
    const { report, hits } = await evaluate(snapshot, options([]))
    const path = saveReport(join(folder, 'none'), report, hits)
    expect(() => compareKept(a, { path, report }, { bootstrap: 100 })).toThrow('only baselines')
  })
})

describe('a hybrid in a report', () => {
  it('is held against the control, user by user', async () => {
    const { report } = await evaluate(snapshot, options([model()]))
    for (const level of ['item', 'advertiser', 'category']) {
      const [hybrid, control] = ['hybrid', 'baseline'].map((kind) =>
        report.rows.find((row) => row.level === level && row.kind === kind && row.fitted)!,
      )
      expect(hybrid.overControls![0].from).toBe(control.name)
      expect(hybrid.overControls![0].recall['10']).toBeCloseTo(hybrid.recall['10'] - control.recall['10'], 12)
    }
  })
})
