import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { experimentsAnswer, runsAnswer } from '../../src/server/answers.js'
import { pastExperiments, pastRuns } from '../../src/server/past-work.js'
import { temporaryFolder } from './published.js'

let folder: string
let remove: () => void
beforeEach(() => void ({ folder, remove } = temporaryFolder()))
afterEach(() => remove())

/** Writes a file of the workspace, as of the n-th second. */
function write(path: string, content: unknown, second = 0): void {
  const file = join(folder, path)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  utimesSync(file, 1_600_000_000 + second, 1_600_000_000 + second)
}

const manifest = (id: string, created: string, more: object = {}) => ({
  ...{ version: 1, id, kind: 'item', status: 'done', created, parameters: 7, steps: 5, seconds: 2 },
  ...{ recall: { '10': 0.25 }, ...more },
})
const row = (run: string, recall: number) => ({
  ...{ name: 'transformer', kind: 'model', level: 'item', run, users: 3, seconds: 1 },
  ...{ recall: { '10': recall }, interval: { '10': [0, 1] } },
})
const report = (...rows: object[]) => ({
  version: 1,
  protocol: { windowDays: 30 },
  rows: [{ name: 'popular' }, ...rows],
})

describe('pastRuns', () => {
  it('has the finished runs, newest first, with their rows of the last report that judged them', () => {
    write('runs/a/manifest.json', manifest('a', '2026-01-01'))
    write('runs/a/config.yaml', 'model: { userTower: mean }')
    write('runs/b/manifest.json', manifest('b', '2026-01-02', { study: 'sweep-1' }))
    write('runs/c/manifest.json', manifest('c', '2026-01-03', { status: 'running' }))
    write('runs/d/manifest.json', 'damaged')
    // a report lies with the first run that it judges; the newest counts, a damaged one does not
    write('runs/b/eval-1.json', report(row('b', 0.1), row('a', 0.2)), 1)
    write('runs/b/eval-2.json', report(row('b', 0.3), row('a', 0.4)), 2)
    write('runs/b/eval-3.json', '{"rows": [', 3)
    write('runs/a/eval-1.json', report(row('a', 0.5)), 1)
    const { total, runs } = runsAnswer.parse(pastRuns(folder))
    expect(total).toBe(2)
    expect(runs.map(({ run, study, recall }) => [run, study, recall])).toEqual([
      ['b', 'sweep-1', { '10': 0.25 }],
      ['a', null, { '10': 0.25 }],
    ])
    expect(runs.map((one) => one.report!.rows.map(({ recall }) => recall['10']))).toEqual([[0.3], [0.4]])
    expect(runs[1].report!.written).toBe(new Date(1_600_000_002_000).toISOString())
    expect(runs[0].tower).toBeNull()
    expect(runs[1].tower).toBe('mean')
  })

  it('tells of the newest fifty, and how many there are', () => {
    for (let n = 10; n < 70; n++) write(`runs/r${n}/manifest.json`, manifest(`r${n}`, `2026-01-${n}`))
    const { total, runs } = pastRuns(folder)
    expect([total, runs.length, runs[0].run, runs.at(-1)!.run]).toEqual([60, 50, 'r69', 'r20'])
    expect(runs[0].report).toBeNull()
  })

  it('is empty where nothing was trained', () => {
    rmSync(folder, { recursive: true })
    expect(pastRuns(folder)).toEqual({ total: 0, runs: [] })
  })
})

describe('pastExperiments', () => {
  const metric = (truth: number | null) => ({
    ...{ name: 'clicks', arm: 'treatment', control: 1, treatment: 1.5, lift: 0.5, interval: [0.25, 0.75], truth },
  })
  const result = (requests: number, truth: number | null) => ({
    ...{ arms: ['control', 'treatment'], requests, seconds: 1, design: 'user-split' },
    ...{ metrics: [metric(truth)], survival: [{ arm: 'control' }] },
  })

  it('has what is kept, newest first, without what is no result', () => {
    write('simulations/a-a-1/result.json', result(10, null), 1)
    write('simulations/l1-1/result.json', result(20, 0.5), 2)
    write('simulations/broken/result.json', '{', 3)
    write('simulations/other/result.json', { arms: 3 }, 4)
    mkdirSync(join(folder, 'simulations', 'under-way'))
    const answer = experimentsAnswer.parse(pastExperiments(folder))
    expect(answer.experiments.map(({ name, requests, metrics }) => [name, requests, metrics])).toEqual([
      ['l1-1', 20, [metric(0.5)]],
      ['a-a-1', 10, [metric(null)]],
    ])
    expect(answer.experiments[0]).not.toHaveProperty('survival')
  })

  it('is empty where none was run', () => {
    expect(pastExperiments(folder)).toEqual({ total: 0, experiments: [] })
  })
})
