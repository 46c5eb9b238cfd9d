import { execa } from 'execa'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { EXCLUDED } from './core-specs/specs.js'

interface Outcome {
  passed: number
  failed: { name: string; message: string }[]
  kernels: Record<string, number>
  excluded: Record<string, number>
}

/** Kernels of adseq's own, of which tfjs-core knows nothing; the engine contract covers them. */
const OWN_KERNELS = ['LayerNormalization', 'ScaledMatMul']

describe("tfjs-core's own specs on the tracing backend", async () => {
  const script = join(import.meta.dirname, 'core-specs/run.ts')
  const { stdout } = await execa('node', ['--import', 'tsx', script], { stderr: 'ignore' })
  const outcome = JSON.parse(stdout.split('\n').at(-1) ?? '') as Outcome

  it('pass', () => {
    expect(outcome.failed).toEqual([])
    expect(outcome.passed).toBeGreaterThan(1400)
  })

  it('reach every kernel the tracer has', () => {
    const unused = Object.keys(outcome.kernels).filter((name) => outcome.kernels[name] === 0)
    expect(unused.sort()).toEqual(OWN_KERNELS)
  })

  it('are left out only where a reason still applies', () => {
    expect(Object.entries(outcome.excluded).filter(([, count]) => count === 0)).toEqual([])
    for (const [, reason] of EXCLUDED) expect(reason).not.toBe('')
  })
})
