import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silent } from '../../src/core/progress.js'
import { evaluate } from '../../src/evaluate/evaluate.js'
import type { Report } from '../../src/evaluate/report.js'
import { generateData } from '../../src/events/world/generate.js'
import type { WorldKnobs } from '../../src/events/world/knobs.js'
import { PRESETS } from '../../src/events/world/presets.js'
import { loadSnapshot } from '../../src/features/snapshot-file.js'
import { tableOf } from '../../src/retrieve/baselines.js'
import { oracleOf } from '../../src/retrieve/oracle.js'
import { openStore } from '../../src/store/open.js'

const DAY = 86_400
const knobs: WorldKnobs = { ...PRESETS.tiny, users: 500 }

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'adseq-oracle-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** All baselines and the oracle on a world, nothing trained. */
async function judged(name: string, changed: Partial<WorldKnobs>): Promise<Report> {
  const place = join(folder, name)
  const store = openStore(place, { create: true })
  try {
    await generateData(store, { name, knobs: { ...knobs, ...changed }, seed: 1 })
    const protocol = { cutoff: knobs.start + 90 * DAY, windowDays: 30, indexSize: 0, history: 'kept' as const, seed: 1 }
    const { report } = await evaluate(loadSnapshot(place, store, silent), {
      kind: 'item',
      protocol,
      bootstrap: 40,
      baselines: tableOf([]),
      samples: 0,
      models: [],
      oracle: oracleOf(store, 16, 64),
      progress: silent,
      products: () => Promise.reject(new Error('no model, no products')),
    })
    return report
  } finally {
    store.close()
  }
}

describe('the oracle', () => {
  it('is not beaten at any level: not by what knows the history and the popularity', async () => {
    const report = await judged('default', {})
    for (const level of ['item', 'advertiser', 'category'] as const) {
      const rows = report.rows.filter((row) => row.level === level)
      const oracle = rows.find((row) => row.name === 'oracle')!
      expect(rows.length).toBeGreaterThan(4)
      for (const row of rows)
        for (const k of level === 'category' ? ['1', '10'] : ['10', '100'])
          expect(row.recall[k], `${row.name} ${level} R@${k}`).toBeLessThanOrEqual(oracle.recall[k])
    }
    const [oracle, others] = ['oracle', 'co-visitation'].map((name) =>
      report.rows.find((row) => row.name.startsWith(name))!,
    )
    // by far, or it would know no more than a history does
    expect(oracle.interval['10'][0]).toBeGreaterThan(others.interval['10'][1])
    expect(report.notes.join()).toContain('oracle')
    // what the histories tell is less than what there is, and more than what counts tell
    const ceiling = report.rows.find((row) => row.kind === 'ceiling')!
    expect(ceiling.interval['10'][1]).toBeLessThan(oracle.interval['10'][1])
    expect(ceiling.interval['10'][0]).toBeGreaterThan(others.interval['10'][1])
    expect(report.rows.map(({ kind }) => kind).lastIndexOf('ceiling')).toBe(report.rows.length - 2)
  })

  it('noise 1: nothing beats popularity, and popularity is all that the oracle knows', async () => {
    const rows = (await judged('noise', { noise: 1 })).rows.filter((row) => row.level === 'item')
    const popular = rows.find((row) => row.name === 'popularity, all time')!
    for (const row of rows)
      for (const k of ['10', '100'])
        expect(row.recall[k], `${row.name} R@${k}`).toBeLessThanOrEqual(popular.interval[k][1])
    const oracle = rows.find((row) => row.name === 'oracle')!
    const ceiling = rows.find((row) => row.kind === 'ceiling')!
    // the true popularity against the counted one
    for (const { recall } of [oracle, ceiling]) expect(recall['100']).toBeGreaterThanOrEqual(popular.interval['100'][0])
  })

  it('is there for a world alone, as this version makes it', async () => {
    const store = openStore(join(folder, 'two'), { create: true })
    expect(oracleOf(store)).toBeUndefined()
    await generateData(store, { name: 'tiny', knobs: PRESETS.tiny, seed: 1 })
    expect(oracleOf(store)).toBeDefined()
    await generateData(store, { name: 'tiny', knobs: PRESETS.tiny, seed: 2, append: true })
    expect(oracleOf(store)).toBeUndefined()
    store.close()
  })
})
