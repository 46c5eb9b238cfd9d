import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Interrupted } from '../../src/core/errors.js'
import { readSafetensors, writeSafetensors } from '../../src/core/safetensors.js'
import { readManifest } from '../../src/runs/manifest.js'
import { verifyModel } from '../../src/runs/model-file.js'
import type { TrainRecord } from '../../src/runs/records.js'
import { runTraining, type TrainOptions } from '../../src/train/run-training.js'
import { BEGIN, DAY, fixtureEvents, fromEvents, makeSnapshot } from '../fixtures/snapshot.js'
import { collect, inWorkspace, options, settings } from './settings.js'

/** Trains and stops at the first record that `when` is true for, as a killed or interrupted process would. */
async function cutOff(
  job: TrainOptions,
  when: (record: TrainRecord) => boolean,
): Promise<{ run: string; error: unknown }> {
  const controller = new AbortController()
  let run = ''
  try {
    for await (const record of runTraining({ ...job, signal: controller.signal })) {
      if (record.type === 'start') run = record.run
      if (when(record)) controller.abort()
    }
  } catch (error) {
    return { run, error }
  }
  throw new Error('the training was not cut off')
}

/** The manifest's checksum of the selected model, once its file has been found whole; undefined where none is kept. */
function keptSelected(workspace: string, run: string): string | undefined {
  const files = join(workspace, 'runs', run)
  const { selectedChecksum } = readManifest(files)
  expect(existsSync(join(files, 'selected.safetensors'))).toBe(selectedChecksum !== undefined)
  if (selectedChecksum !== undefined) verifyModel(files, 'selected', selectedChecksum)
  return selectedChecksum
}

const at = (phase: 'select' | 'refit', step: number) => (record: TrainRecord) =>
  record.type === 'step' && record.phase === phase && record.step === step

describe('a training that was cut off', () => {
  it.each([
    ['with refit', []],
    ['without refit', ['train.refit=false']],
  ])('ends with the same weights, bit for bit, %s', async (_name, set) => {
    const config = settings('train.steps=40', 'train.validateEvery=10', 'train.patience=9', 'model.dropout=0.2', ...set)
    const whole = await inWorkspace(async (folder) => {
      const { records, done } = await collect(runTraining(options(folder, { config })))
      return { records, done, selected: keptSelected(folder, done.run) }
    })
    expect(whole.selected !== undefined).toBe(config.train.refit)
    await inWorkspace(async (folder) => {
      const job = options(folder, { config })
      const first = await cutOff(job, at('select', 20))
      expect(first.error).toBeInstanceOf(Interrupted)
      expect((first.error as Interrupted).hint).toContain('Run the same command again')
      expect(readManifest(join(folder, 'runs', first.run)).status).toBe('running')

      const second = await cutOff(job, at('select', 30))
      const { records, done } = await collect(runTraining(job))
      expect(keptSelected(folder, done.run)).toEqual(whole.selected)
      expect([second.run, done.run]).toEqual([first.run, first.run])
      expect(records[0]).toMatchObject({ type: 'start', phase: 'select', from: 30 })
      expect(done.weightsHash).toBe(whole.done.weightsHash)
      expect(done).toMatchObject({ steps: whole.done.steps, recall: whole.done.recall })
      expect(existsSync(join(folder, 'runs', done.run, 'checkpoint.safetensors'))).toBe(false)

      // the metrics hold every step once, as if it had not been cut off
      const steps = (list: TrainRecord[]): string[] =>
        list.flatMap((r) => (r.type === 'step' || r.type === 'validation' ? [`${r.type} ${r.phase} ${r.step}`] : []))
      const written = readFileSync(join(folder, 'runs', done.run, 'metrics.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as TrainRecord)
      expect(steps(written)).toEqual(steps(whole.records))
    })
  })

  // an earlier version counted users who begin after the cutoff in the graph: with none it goes on, else it starts over
  const late = fromEvents([...fixtureEvents(), { user: 80, item: 0, type: 'checkout', time: BEGIN + 125 * DAY }], {
    users: 81,
    items: 60,
    advertisers: 6,
    clusters: 6,
  })
  it.each([
    ['selecting', at('select', 30), makeSnapshot(), 30],
    ['the refit', at('refit', 1), makeSnapshot(), 1],
    ['selecting, from its start where the graph was another', at('select', 30), late, 0],
    ['the refit, from its start where the graph was another', at('refit', 1), late, 0],
  ])(
    'is resumed in %s though an earlier version began it, which knew no score',
    async (_name, when, snapshot, from) => {
      const config = settings(
        'train.steps=40',
        'train.validateEvery=10',
        'train.patience=9',
        'train.learningRate=0.003',
      )
      const whole = await inWorkspace(async (folder) => collect(runTraining(options(folder, { config, snapshot }))))
      await inWorkspace(async (folder) => {
        const job = options(folder, { config, snapshot })
        const { run } = await cutOff(job, when)
        const files = join(folder, 'runs', run)
        const checkpoint = join(files, 'checkpoint.safetensors')
        const { arrays, metadata } = readSafetensors(checkpoint)
        const { best, version, ...progress } = JSON.parse(metadata.progress)
        expect(version).toBe(2)
        expect(best.score).toBeGreaterThan(0)
        const old = { ...progress, best: { step: best.step, recall: best.recall } }
        writeSafetensors(checkpoint, arrays, { progress: JSON.stringify(old) })
        const log = join(files, 'metrics.jsonl')
        const earlier = (_: string, line: string): string => {
          const { chosenBy: _c, score: _s, advertisers: _a, ...record } = JSON.parse(line)
          return JSON.stringify(record)
        }
        writeFileSync(log, readFileSync(log, 'utf8').replace(/^(.+)$/gm, earlier))
        const { records, done } = await collect(runTraining(job))
        expect(records[0]).toMatchObject({ type: 'start', run, from })
        expect(done).toMatchObject({ weightsHash: whole.done.weightsHash, steps: whole.done.steps })
      })
    },
  )

  it('resumes in the middle of the refit', async () => {
    const config = settings('train.steps=30', 'train.validateEvery=15', 'train.learningRate=0.003')
    const whole = await inWorkspace(async (folder) => collect(runTraining(options(folder, { config }))))
    await inWorkspace(async (folder) => {
      const job = options(folder, { config })
      const { run } = await cutOff(job, at('refit', 10))
      const kept = readFileSync(join(folder, 'runs', run, 'selected.safetensors'))
      const { records, done } = await collect(runTraining(job))
      expect(records[0]).toMatchObject({ type: 'start', phase: 'refit', from: 10 })
      expect(done.weightsHash).toBe(whole.done.weightsHash)
      expect(readFileSync(join(folder, 'runs', run, 'selected.safetensors')).equals(kept)).toBe(true)
    })
  })

  it('starts over where the selected model that the refit follows is gone', async () => {
    await inWorkspace(async (folder) => {
      const job = options(folder, { config: settings('train.steps=10', 'train.validateEvery=10') })
      const { run } = await cutOff(job, at('refit', 1))
      const selected = join(folder, 'runs', run, 'selected.safetensors')
      const kept = readFileSync(selected)
      rmSync(selected)
      const { records, done } = await collect(runTraining(job))
      expect(records[0]).toMatchObject({ type: 'start', run, phase: 'select', from: 0 })
      expect(done.run).toBe(run)
      expect(readFileSync(selected).equals(kept)).toBe(true)
    })
  })

  it('is not resumed under other settings', async () => {
    await inWorkspace(async (folder) => {
      const first = await cutOff(options(folder, { config: settings('train.steps=20') }), at('select', 10))
      const { done } = await collect(
        runTraining(options(folder, { config: settings('train.steps=20', 'train.seed=9') })),
      )
      expect(done.run).not.toBe(first.run)
    })
  })
})
