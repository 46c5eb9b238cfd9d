import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readSafetensors, writeSafetensors } from '../../src/core/safetensors.js'
import { candidateFeatures, parameterCount, parameterSpecs } from '../../src/model/parameters.js'
import type { ModelShape } from '../../src/model/shape.js'
import { MODEL_FILES, readModel, writeModel } from '../../src/runs/model-file.js'
import { tinyConfig } from '../fixtures/trained-workspace.js'

test('a model of before reach was read has rows of zeros for it, also before an item vector of its own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'adseq-model-'))
  const config = { ...tinyConfig().model, profile: false, itemIds: true }
  const shape: ModelShape = { kind: 'item', config, items: 3, advertisers: 2, aggregateWidth: 0, causal: false }
  const parameters = Float32Array.from({ length: parameterCount(parameterSpecs(shape)) }, (_, i) => i + 1)
  const itemVectors = new Float32Array(4 * config.vectorWidth)
  writeModel(folder, shape, {
    parameters,
    tables: { itemVectors, itemStrength: new Float32Array(4), warm: new Uint8Array(3), advertiserTable: undefined },
  })
  const { arrays } = readSafetensors(join(folder, MODEL_FILES.final))
  const name = 'candidate.hidden.weight'
  const { shape: whole, data } = arrays[name]
  // the last two of the four columns of popularity, before the `width` columns of the item's own vector
  const end = (candidateFeatures(shape) - config.width) * whole[1]
  const start = end - 2 * whole[1]
  const short = Float32Array.from([...data.slice(0, start), ...data.slice(end)])
  const { 'items.strength': _, ...kept } = arrays
  const old = { ...kept, [name]: { shape: [whole[0] - 2, whole[1]], data: short } }
  writeSafetensors(join(folder, MODEL_FILES.final), old)

  const read = readModel(folder, shape)
  const { offset } = parameterSpecs(shape).find((spec) => spec.name === name)!
  const expected = parameters.slice()
  expected.fill(0, offset + start, offset + end)
  expect(read.parameters).toEqual(expected)
  expect(read.tables.itemStrength).toEqual(new Float32Array(4))
  rmSync(folder, { recursive: true })
})
