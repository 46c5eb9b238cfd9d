import { existsSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { UserError } from '../../src/core/errors.js'
import { readSafetensors } from '../../src/core/safetensors.js'
import { parameterCount, parameterSpecs } from '../../src/model/parameters.js'
import { readCheckpoint, removeCheckpoint, writeCheckpoint, type Progress } from '../../src/train/checkpoint.js'
import { tinyShape } from '../model/tiny.js'
import { inWorkspace } from './settings.js'

const specs = parameterSpecs(tinyShape())
const n = parameterCount(specs)
const vector = (add: number): Float32Array => Float32Array.from({ length: n }, (_, i) => Math.fround(i / 7 + add))
const progress: Progress = {
  phase: 'select',
  step: 120,
  seconds: 3.5,
  earlierSeconds: 0,
  stale: 1,
  best: { step: 100, recall: { '10': 0.25, '100': 0.5 } },
}

describe('checkpoint', () => {
  it('gives back what was written, and people can read the parameters by name', async () => {
    await inWorkspace(async (folder) => {
      const vectors = { parameters: vector(0), m: vector(1), v: vector(2), best: vector(3) }
      expect(readCheckpoint(folder, specs)).toBeUndefined()
      writeCheckpoint(folder, specs, { progress, vectors })
      expect(readCheckpoint(folder, specs)).toEqual({ progress, vectors })
      const { arrays } = readSafetensors(join(folder, 'checkpoint.safetensors'))
      expect(arrays['parameters/layer.0.attention.qkv.weight'].shape).toEqual([8, 24])
      expect(arrays['m/temperature'].data[0]).toBe(Math.fround((n - 1) / 7 + 1))
    })
  })

  it('can stand at the start of a phase, without vectors, and can be removed', async () => {
    await inWorkspace(async (folder) => {
      writeCheckpoint(folder, specs, { progress: { ...progress, phase: 'refit', step: 0 } })
      expect(readCheckpoint(folder, specs)).toEqual({
        progress: { ...progress, phase: 'refit', step: 0 },
        vectors: undefined,
      })
      removeCheckpoint(folder)
      removeCheckpoint(folder)
      expect(existsSync(join(folder, 'checkpoint.safetensors'))).toBe(false)
    })
  })

  it('is refused when it is damaged', async () => {
    await inWorkspace(async (folder) => {
      writeCheckpoint(folder, specs, { progress, vectors: { parameters: vector(0), m: vector(1), v: vector(2) } })
      truncateSync(join(folder, 'checkpoint.safetensors'), 2000)
      expect(() => readCheckpoint(folder, specs)).toThrow(UserError)
    })
  })
})
