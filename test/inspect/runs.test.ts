import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Runs, differences, flatten } from '../../src/inspect/runs.js'
import type { TrainRecord } from '../../src/runs/records.js'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'adseq-runs-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const line = (record: TrainRecord): string => `${JSON.stringify(record)}\n`
const start = (from: number): TrainRecord => ({
  type: 'start',
  run: 'r',
  kind: 'item',
  phase: 'select',
  steps: 500,
  from,
  parameters: 9,
  engine: 'onnx',
  device: 'cpu',
})
const step = (n: number): TrainRecord => ({
  type: 'step',
  phase: 'select',
  step: n,
  loss: 5,
  learningRate: 1,
  tau: 1,
  gradientNorm: 1,
  rowsPerSecond: 1,
  seconds: 1,
})

function makeRun(
  id: string,
  { status = 'running', created = '2026-01-31T10:15:00Z', metrics = '', config = '' } = {},
): string {
  const run = join(folder, 'runs', id)
  mkdirSync(run, { recursive: true })
  writeFileSync(
    join(run, 'manifest.json'),
    JSON.stringify({
      version: 1,
      id,
      kind: 'item',
      status,
      created,
      engine: 'onnx',
      device: 'cpu',
      seed: 1,
      cutoff: 5,
      windowDays: 30,
      refit: true,
      data: { hash: 'd' },
      configHash: 'c',
      parameters: 9,
    }),
  )
  writeFileSync(join(run, 'metrics.jsonl'), metrics)
  if (config) writeFileSync(join(run, 'config.yaml'), config)
  return run
}

describe('the runs of a workspace', () => {
  it('are none where nothing was trained', () => {
    expect(new Runs(folder).refresh()).toEqual([])
  })

  it('come newest first, a folder that is no run left out', () => {
    makeRun('item-20260131-101500-aaaa')
    makeRun('item-20260201-101500-bbbb', { created: '2026-02-01T10:15:00Z', status: 'done' })
    mkdirSync(join(folder, 'runs', 'notes'))
    writeFileSync(join(folder, 'runs', 'README'), '')
    expect(new Runs(folder).refresh().map((r) => [r.id, r.status])).toEqual([
      ['item-20260201-101500-bbbb', 'done'],
      ['item-20260131-101500-aaaa', 'running'],
    ])
  })

  it('are followed line by line, a half written line read when it is whole', () => {
    const whole = line(step(20))
    const run = makeRun('item-x', { metrics: line(start(0)) + line(step(10)) + whole.slice(0, 30) })
    const runs = new Runs(folder)
    expect(runs.refresh()[0]).toMatchObject({ step: 10, steps: 500, phase: 'select' })
    appendFileSync(join(run, 'metrics.jsonl'), whole.slice(30))
    const [followed] = runs.refresh()
    expect(followed.step).toBe(20)
    expect(followed.curves.phases.select!.loss.map((p) => p.x)).toEqual([10, 20])
  })

  it('are read anew when a resumed training rewrites its records', () => {
    const run = makeRun('item-x', { metrics: line(start(0)) + line(step(10)) + line(step(20)) })
    const runs = new Runs(folder)
    runs.refresh()
    writeFileSync(join(run, 'new'), line(start(0)) + line(step(10)) + line(start(10)) + line(step(11)) + line(step(12)))
    renameSync(join(run, 'new'), join(run, 'metrics.jsonl'))
    expect(runs.refresh()[0].curves.phases.select!.loss.map((p) => p.x)).toEqual([10, 11, 12])
  })

  it('count as stopped when nothing was written for a while', () => {
    makeRun('item-x', { metrics: line(start(0)) })
    expect(new Runs(folder).refresh()[0].status).toBe('running')
    expect(new Runs(folder, () => Date.now() + 3_600_000).refresh()[0].status).toBe('stopped')
  })

  it('tell in which settings they differ', () => {
    makeRun('item-a', { config: 'train:\n  steps: 500\n  seed: 1\nmodel:\n  userTower: mean\n' })
    makeRun('item-b', { config: 'train:\n  steps: 900\n  seed: 1\nmodel:\n  userTower: mean\n  width: 32\n' })
    const [b, a] = new Runs(folder).refresh()
    expect(differences([a, b])).toEqual([
      { key: 'model.width', values: ['-', '32'] },
      { key: 'train.steps', values: ['500', '900'] },
    ])
    expect(flatten({ a: { b: [1, 2] }, c: null })).toEqual({ 'a.b': '[1,2]', c: 'null' })
  })
})
