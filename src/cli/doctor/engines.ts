import { UserError } from '../../core/errors.js'
import type { EngineName } from '../../engine/types.js'
import { failed, ok, type Check, type Finding } from './finding.js'

/** The engine that every installation has; the other is optional. */
const NEEDED: EngineName = 'onnx'

/** Starts each engine; says why one is absent. */
export const engines: Check = async () => [await start(NEEDED), await start('tensorflow')]

async function start(name: EngineName): Promise<Finding> {
  const { createEngine } = await import('../../engine/index.js')
  try {
    const engine = await createEngine({ engine: name })
    const { device } = engine
    await engine.dispose()
    return ok('engines', `${name} runs on ${device}`)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const fix = error instanceof UserError ? error.hint : 'Run npm ci in the folder of adseq.'
    if (name === NEEDED) return failed('engines', `${name} does not start: ${why}`, fix)
    return ok('engines', `${name} is not set up (optional): ${why} ${fix}`)
  }
}
