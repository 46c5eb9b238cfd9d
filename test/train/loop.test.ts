import { describe, expect, it } from 'vitest'
import { runTraining } from '../../src/train/run-training.js'
import type { StepRecord, ValidationRecord } from '../../src/train/records.js'
import { collect, inWorkspace, options } from './settings.js'

describe('training', () => {
  it('lowers the loss, beats chance, and refits for the number of steps it chose', async () => {
    await inWorkspace(async (folder) => {
      const { records, done } = await collect(runTraining(options(folder)))
      const steps = records.filter((r): r is StepRecord => r.type === 'step' && r.phase === 'select')
      expect(steps[steps.length - 1].loss).toBeLessThan(steps[0].loss * 0.8)
      const validations = records.filter((r): r is ValidationRecord => r.type === 'validation')
      expect(validations.map((r) => r.step)).toEqual([20, 40, 60])
      // 10 of 60 items, drawn at random, would hold one in six
      expect(done.recall['10']).toBeGreaterThan(0.4)
    })
  })
})
