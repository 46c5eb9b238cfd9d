import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { KeptExperiments, recorded } from '../../src/simulate/days-file.js'
import type { DayNews } from '../../src/simulate/experiment.js'

const HEAD = { preset: 'a-a', about: 'the same on both sides' }
const NEWS: DayNews = {
  worlds: 1,
  done: 1,
  days: 2,
  reported: {
    day: 1,
    of: 2,
    requests: 9,
    users: { control: 2, treatment: 3 },
    compared: [{ name: 'CPA', control: NaN, treatment: 1, lift: NaN, interval: [-1, Infinity], p: NaN, found: false }],
    look: { day: 1, lift: 0.5, interval: [-1, Infinity] },
    budgets: [{ money: 5, spent: 1, campaigns: 2, out: 0 }],
    survival: [{ arm: 'control', generator: 'popular', counts: Float64Array.of(3, 2, 1, 0, 0, 0) }],
  },
}

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'adseq-days-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))
const inSimulations = (...names: string[]): string => join(folder, 'simulations', ...names)

describe('what is written down of an experiment', () => {
  it('is read while it is lived, and after, as it was told', async () => {
    const kept = new KeptExperiments(folder)
    expect(kept.refresh()).toEqual([])
    const during = await recorded(folder, 'a-a-1', HEAD, async (record) => {
      record({ worlds: 1, done: 0, days: 2 })
      record(NEWS)
      return kept.refresh()
    })
    expect(during).toMatchObject([{ name: 'a-a-1', status: 'running', days: { head: HEAD } }])
    expect(during[0].days!.news[1]).toEqual(NEWS)
    const [after] = kept.refresh()
    expect([after.status, after.result]).toEqual(['done', undefined])
    expect(after.days!.news[1]).toEqual(NEWS)
  })

  it('leaves nothing where the experiment failed, but what was there before', async () => {
    const fails = (name: string) =>
      recorded(folder, name, HEAD, async (record) => {
        record(NEWS)
        throw new Error('cut off')
      })
    await expect(fails('new')).rejects.toThrow('cut off')
    expect(existsSync(inSimulations('new'))).toBe(false)
    await recorded(folder, 'old', HEAD, async (record) => record(NEWS))
    await expect(fails('old')).rejects.toThrow('cut off')
    expect(new KeptExperiments(folder).refresh()).toMatchObject([{ name: 'old', status: 'done' }])
  })

  it('tells what a killed process left, and what an older adseq made; the latest is first', async () => {
    mkdirSync(inSimulations('killed'), { recursive: true })
    // no process has this id; the last line was cut short
    writeFileSync(
      inSimulations('killed', 'running.jsonl'),
      '{"preset":"a-a","about":"","began":1,"pid":4194305}\n{"wor',
    )
    mkdirSync(inSimulations('older'))
    writeFileSync(inSimulations('older', 'result.json'), '{"arms":["control"]}')
    utimesSync(inSimulations('older', 'result.json'), 1000, 1000)
    const [killed, older] = new KeptExperiments(folder).refresh()
    expect(killed).toMatchObject({ name: 'killed', status: 'stopped', days: { news: [] } })
    expect(older).toEqual({ name: 'older', status: 'done', changed: 1_000_000, result: { arms: ['control'] } })
  })
})
