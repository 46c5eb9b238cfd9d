import { describe, expect, it } from 'vitest'
import { Interrupted, UserError } from '../../src/core/errors.js'
import { train } from '../../src/train/train.js'
import { runTraining } from '../../src/train/run-training.js'
import { makeSnapshot } from '../fixtures/snapshot.js'
import { collect, inWorkspace, options, settings } from './settings.js'

const config = settings('train.steps=12', 'train.validateEvery=6', 'train.warmupSteps=2')

describe('training in a worker thread', () => {
  it('gives the weights of the same training in this thread', async () => {
    await inWorkspace(async (folder) => {
      const here = (await collect(runTraining(options(folder, { config })))).done
      const there = (await collect(train(options(folder, { config })))).done
      expect(there.weightsHash).toBe(here.weightsHash)
      expect(there.recall).toEqual(here.recall)
    })
  })

  it('stops when asked, says how to resume, and resumes', async () => {
    await inWorkspace(async (folder) => {
      const long = options(folder, { config: settings('train.steps=5000', 'train.validateEvery=5000') })
      const controller = new AbortController()
      const caught = await (async () => {
        for await (const record of train({ ...long, signal: controller.signal }))
          if (record.type === 'step') controller.abort()
      })().catch((error: unknown) => error)
      expect(caught).toBeInstanceOf(Interrupted)
      expect((caught as Interrupted).hint).toMatch(/resumes item-/)

      // leaving the loop early is the same as asking
      for await (const record of train(long)) {
        expect(record).toMatchObject({ type: 'start', phase: 'select' })
        expect(record.type === 'start' && record.from).toBeGreaterThan(0)
        break
      }
    })
  })

  it('passes on what the user can mend', async () => {
    await inWorkspace(async (folder) => {
      const snapshot = makeSnapshot()
      const error = await collect(
        train(
          options(folder, { config, snapshot: { ...snapshot, eventType: new Uint8Array(snapshot.eventType.length) } }),
        ),
      ).catch((e: unknown) => e)
      expect(error).toBeInstanceOf(UserError)
      expect((error as UserError).hint).not.toBe('')
    })
  })
})
