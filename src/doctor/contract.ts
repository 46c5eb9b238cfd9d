import { UserError } from '../core/errors.js'
import type { EngineOptions } from '../engine/types.js'
import { failed, ok, type Finding } from './finding.js'

/** Runs the engine contract on this machine: every kernel and a short training against the reference. */
export async function examineEngine(options: EngineOptions): Promise<Finding[]> {
  const [{ createEngine }, { checkEngine }] = await Promise.all([
    import('../engine/index.js'),
    import('../engine/contract.js'),
  ])
  let engine
  try {
    engine = await createEngine(options)
    const { name: running, device } = engine
    const elsewhere =
      running === 'onnx' && device === 'cpu'
        ? 'Run npm ci in the folder of adseq again'
        : 'Use --engine onnx --device cpu until it is mended'
    const checks = await checkEngine(engine)
    return checks.map(({ name, passed, detail }) =>
      passed
        ? ok(name, detail)
        : failed(
            name,
            detail,
            `${elsewhere}, and please report this with the output of adseq doctor --engine ${options.engine} --json.`,
          ),
    )
  } catch (error) {
    if (error instanceof UserError) return [failed('engine', error.message, error.hint)]
    throw error
  } finally {
    await engine?.dispose()
  }
}
