import { getKernelsForBackend } from '@tensorflow/tfjs-core'
import { afterAll, describe, expect, it } from 'vitest'
import { checkEngine } from '../../src/engine/contract.js'
import { KERNEL_CASES } from '../../src/engine/contract/kernels.js'
import { createEngine, describeEngines, type EngineName } from '../../src/engine/index.js'
import { TRACING } from '../../src/engine/onnx/backend.js'

const descriptions = await describeEngines()

for (const name of ['onnx', 'eager', 'tensorflow'] satisfies EngineName[]) {
  const description = descriptions.find((d) => d.name === name)
  if (!description?.available) {
    describe(`the ${name} engine`, () => it.skip(`is not here: ${description?.why}`))
    continue
  }
  describe(`the ${name} engine`, async () => {
    const engine = await createEngine({ engine: name })
    const checks = await checkEngine(engine)
    afterAll(() => engine.dispose())

    it('is named and says its device', () => {
      expect(engine.name).toBe(name)
      expect(engine.device).toBe(description.device)
    })

    it.each(checks.map((check, i) => ({ ...check, i })))('$i $name', ({ passed, detail }) => {
      expect(passed, detail).toBe(true)
    })
  })
}

describe('the contract', () => {
  it('has every kernel of the tracer', () => {
    const tested = new Set(KERNEL_CASES.map((c) => c.kernel))
    const missing = getKernelsForBackend(TRACING)
      .map((k) => k.kernelName)
      .filter((k) => !tested.has(k))
    expect(missing).toEqual([])
  })

  it('fails an engine that computes something else', async () => {
    const engine = await createEngine({ engine: 'onnx' })
    const wrong = {
      ...engine,
      name: 'onnx',
      device: 'cpu',
      dispose: () => engine.dispose(),
      state: engine.state.bind(engine),
      compile: async (...args: Parameters<typeof engine.compile>) => {
        const program = await engine.compile(...args)
        return {
          name: program.name,
          inputs: program.inputs,
          dispose: () => program.dispose(),
          run: async (feeds: Parameters<typeof program.run>[0]) => {
            const outputs = await program.run(feeds)
            for (const output of Object.values(outputs)) output.data[0] += 1
            return outputs
          },
        }
      },
    }
    const checks = await checkEngine(wrong)
    expect(checks.filter((c) => c.passed)).toEqual([])
    await engine.dispose()
  })
})
