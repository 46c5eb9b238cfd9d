import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { UserError } from '../../src/core/errors.js'
import { createEngine } from '../../src/engine/index.js'
import { timeRange } from '../../src/protocol/cutoff.js'
import { trainLoop } from '../../src/train/loop.js'
import { listRuns, readManifest } from '../../src/runs/manifest.js'
import type { StepRecord, ValidationRecord } from '../../src/runs/records.js'
import type { Config } from '../../src/config/schema.js'
import { createBatchSource } from '../../src/train/batch-source.js'
import { runTraining } from '../../src/train/run-training.js'
import { learningRateAt } from '../../src/train/schedule.js'
import { DAY, fixtureEvents, fromEvents, makeSnapshot, upTo, type FixtureEvent } from '../fixtures/snapshot.js'
import { collect, inWorkspace, options, settings } from './settings.js'

/** Conversions that a refit learns from, relative to those of the select phase. */
function moreInRefit({ train, model, eval: { windowDays } }: Config): number {
  const snapshot = makeSnapshot()
  const cutoff = Math.max(...snapshot.eventTime) - windowDays * DAY
  const positives = (limit: number): number =>
    createBatchSource({ snapshot, kind: 'item', limit, model, train, seed: 1 }).positives
  return positives(cutoff) / positives(cutoff - windowDays * DAY)
}

describe('training', () => {
  it('lowers the loss, beats chance, and refits for as many passes as it chose steps', async () => {
    await inWorkspace(async (folder) => {
      // a model with a profile knows the two camps of this market by the graph alone, before its first step
      const { records, done } = await collect(runTraining(options(folder, { config: settings('model.profile=false') })))
      const steps = records.filter((r): r is StepRecord => r.type === 'step' && r.phase === 'select')
      expect(steps[steps.length - 1].loss).toBeLessThan(steps[0].loss * 0.8)
      // 10 of 60 items, drawn at random, would hold one in six
      expect(done.recall['10']).toBeGreaterThan(0.4)

      const validations = records.filter((r): r is ValidationRecord => r.type === 'validation')
      expect(validations.map((r) => r.step)).toEqual([20, 40, 60])
      const best = validations.filter((r) => r.best).at(-1)!
      expect(done).toMatchObject({ steps: best.step, recall: best.recall })
      // the best is the first of the highest score, which is of items and of advertisers
      expect(best.score).toBe(Math.max(...validations.map((r) => r.score!)))
      expect(best.advertisers!['1']).toBeGreaterThan(0)
      expect(records[0]).toMatchObject({ chosenBy: expect.stringContaining('advertisers') })
      const refit = records.filter((r): r is StepRecord => r.type === 'step' && r.phase === 'refit')
      // up to the cutoff there are more conversions: as many passes over them
      expect(refit.at(-1)!.step).toBe(Math.round(best.step * moreInRefit(settings('model.profile=false'))))

      // what was said is what was written
      const written = readFileSync(join(folder, 'runs', done.run, 'metrics.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
      expect(written).toEqual(records)
      expect(readManifest(join(folder, 'runs', done.run))).toMatchObject({
        status: 'done',
        weightsHash: done.weightsHash,
        kind: 'item',
        refit: true,
      })
    })
  })

  it('of a model with a profile begins below the loss of one without, and falls', async () => {
    await inWorkspace(async (folder) => {
      const losses = async (profile: boolean): Promise<number[]> => {
        const { records } = await collect(
          runTraining(options(folder, { config: settings(`model.profile=${profile}`, 'train.refit=false') })),
        )
        return records.filter((r): r is StepRecord => r.type === 'step').map(({ loss }) => loss)
      }
      const [without, having] = [await losses(false), await losses(true)]
      expect(having[0]).toBeLessThan(without[0])
      expect(having.at(-1)!).toBeLessThan(having[0])
    })
  })

  it('gives the same weights for the same seed, others for another, and a new run each time', async () => {
    await inWorkspace(async (folder) => {
      const brief = (seed: number) =>
        options(folder, { config: settings('train.steps=8', 'train.warmupSteps=2', `train.seed=${seed}`) })
      const a = (await collect(runTraining(brief(1)))).done
      const b = (await collect(runTraining(brief(1)))).done
      const c = (await collect(runTraining(brief(2)))).done
      expect(b.weightsHash).toBe(a.weightsHash)
      expect(c.weightsHash).not.toBe(a.weightsHash)
      expect(new Set([a.run, b.run, c.run]).size).toBe(3)
    })
  })

  it('sees nothing after the cutoff: without what happens or begins later the weights are the same', async () => {
    const sizes = { users: 80, items: 60, advertisers: 6, clusters: 6 }
    const events = fixtureEvents()
    const cutoff = timeRange(fromEvents(events, sizes)).last - 20 * DAY
    // five users and three items begin after the cutoff
    const later = Array.from({ length: 63 }, (_, item): FixtureEvent => ({
      user: 80 + (item % 5),
      item,
      type: 'checkout',
      time: cutoff + (1 + item) * 3600,
    }))
    const snapshot = fromEvents([...events, ...later], { ...sizes, users: 85, items: 63 })
    const without = upTo(fromEvents(events, sizes), cutoff)
    expect(without.eventTime.filter((time) => time > cutoff).length).toBe(0)
    expect(snapshot.eventTime.filter((time) => time > cutoff).length).toBeGreaterThan(500)
    const config = settings('train.steps=6', 'train.warmupSteps=2', `eval.cutoff=${cutoff}`)
    for (const kind of ['item', 'advertiser'] as const) {
      const [a, b] = await Promise.all(
        [snapshot, without].map((data) =>
          inWorkspace(
            async (folder) => (await collect(runTraining(options(folder, { kind, config, snapshot: data })))).done,
          ),
        ),
      )
      expect(b.weightsHash).toBe(a.weightsHash)
      expect(b.recall).toEqual(a.recall)
    }
  })

  it('refits with the learning rates under which the steps were chosen, each for more steps', async () => {
    await inWorkspace(async (folder) => {
      // a rate too low to change any rank: the first validation is the best
      const config = settings(
        'train.steps=60',
        'train.validateEvery=10',
        'train.patience=2',
        'train.learningRate=1e-9',
        'train.warmupSteps=2',
      )
      const { records, done } = await collect(runTraining(options(folder, { config })))
      expect(done.steps).toBe(10)
      const rateOf = (phase: string): number =>
        records.filter((r): r is StepRecord => r.type === 'step' && r.phase === phase && r.step === 10)[0].learningRate
      const rates = { learningRate: 1e-9, warmupSteps: 2 }
      const steps = Math.round(60 * moreInRefit(config))
      expect(rateOf('select')).toBeCloseTo(learningRateAt(10, { ...rates, steps: 60 }), 15)
      expect(rateOf('refit')).toBeCloseTo(learningRateAt(10, { ...rates, steps }), 15)
      expect(steps).toBeGreaterThan(70)
    })
  })

  it('stops early, and without refit keeps the best parameters', async () => {
    await inWorkspace(async (folder) => {
      // a rate of almost nothing after the first steps: nothing gets better, so patience runs out
      const config = settings(
        'train.steps=60',
        'train.validateEvery=5',
        'train.patience=2',
        'train.learningRate=1e-9',
        'train.refit=false',
      )
      const { records, done } = await collect(runTraining(options(folder, { config })))
      const validations = records.filter((r) => r.type === 'validation')
      expect(validations.length).toBe(3)
      expect(done.steps).toBe(5)
      expect(records.some((r) => r.type === 'start' && r.phase === 'refit')).toBe(false)
    })
  })

  it('trains on a catalog smaller than its negatives, and says so once', async () => {
    await inWorkspace(async (folder) => {
      const snapshot = makeSnapshot({ users: 30, items: 12, advertisers: 3, clusters: 3 })
      const config = settings('train.uniformNegatives=512', 'train.negativePool=1000', 'train.steps=4')
      const { records, done } = await collect(runTraining(options(folder, { config, snapshot })))
      expect(done.recall['10']).toBeGreaterThan(0)
      const notes = records.flatMap((r) => (r.type === 'start' ? (r.notes ?? []) : []))
      expect(notes).toEqual([
        '12 uniform negatives a batch, not 512, and a pool of 12, not 1,000: no more entries are known',
      ])
    })
  })

  it('trains every tower and objective, and the advertiser model', async () => {
    const variants: ['item' | 'advertiser', string[]][] = [
      ['item', ['model.userTower=mean']],
      ['item', ['model.userTower=max', 'train.anchors=event']],
      ['item', ['model.userTower=decayed-mean', 'train.objective=next-action']],
      ['item', ['train.objective=dense-all-action', 'train.logq=negatives-only']],
      ['item', ['model.causal=true', 'model.itemIds=true', 'graph.vectors=false']],
      ['advertiser', ['train.positivesPerAnchor=2']],
    ]
    for (const [kind, set] of variants) {
      await inWorkspace(async (folder) => {
        const config = settings('train.steps=6', 'train.warmupSteps=2', 'train.validateEvery=6', ...set)
        const { done } = await collect(runTraining(options(folder, { kind, config })))
        expect(done.recall['10']).toBeGreaterThan(0)
      })
    }
  })
})

describe('a training that cannot be', () => {
  const failure = async (config: ReturnType<typeof settings>, snapshot = makeSnapshot()): Promise<UserError> => {
    let caught: unknown
    await inWorkspace(async (folder) => {
      try {
        await collect(runTraining(options(folder, { config, snapshot })))
      } catch (error) {
        caught = error
      }
      expect(listRuns(folder)).toEqual([]) // nothing is left of it
    })
    expect(caught).toBeInstanceOf(UserError)
    return caught as UserError
  }

  it('names the step at which the loss is not finite and what to try', async () => {
    const engine = await createEngine({ engine: 'onnx', threads: 1 })
    const compile = engine.compile.bind(engine)
    engine.compile = async (spec, state) => {
      const program = await compile(spec, state)
      let runs = 0
      const run = program.run.bind(program)
      program.run = async (feeds) => {
        const outputs = await run(feeds)
        if (spec.name.includes('train step') && ++runs === 2) outputs.loss.data[0] = NaN
        return outputs
      }
      return program
    }
    await inWorkspace(async (folder) => {
      const snapshot = makeSnapshot()
      const config = settings('model.length=8', 'train.learningRate=0.02')
      const job = {
        kind: 'item' as const,
        config,
        snapshot,
        engine,
        run: 'r',
        folder,
        cutoff: timeRange(snapshot).last - 20 * DAY,
      }
      const error = await collect(trainLoop(job)).catch((e: unknown) => e)
      expect(error).toBeInstanceOf(UserError)
      expect((error as UserError).message).toMatch(/NaN at step \d+/)
      expect((error as UserError).hint).toContain('--set train.learningRate=0.005')
    })
    await engine.dispose()
  })

  it('says that there is no conversion, or no user to validate on', async () => {
    const snapshot = makeSnapshot()
    expect(
      (await failure(settings(), { ...snapshot, eventType: new Uint8Array(snapshot.eventType.length) })).message,
    ).toContain('No event is a conversion of an item')
  })
})
