import { rmSync } from 'node:fs'
import { writeFileAtomic } from '../../core/atomic.js'
import { UserError } from '../../core/errors.js'
import { checkEngine } from '../contract.js'
import { EagerEngine } from '../eager.js'
import { TFJS_VERSION, linkFile, tensorflowHome, type Link } from '../tensorflow/home.js'
import { loadAddon } from '../tensorflow/load.js'
import { buildAddon } from './addon.js'
import { installPackages } from './packages.js'
import { findTensorflow } from './site-packages.js'

export interface LinkOptions {
  /** folder that pip installed TensorFlow into */
  sitePackages: string
  home?: string
  /** told before each part */
  onPart?: (part: string) => void
}

export interface LinkResult extends Link {
  home: string
  /** checks of the engine contract that passed */
  checks: number
}

/**
 * Makes the tensorflow engine: installs tfjs-node, builds its addon against a TensorFlow that is installed already, and
 * runs the engine contract on it. An engine that does not pass is not linked.
 * @throws UserError when something is missing or the results differ from the cpu backend's
 */
export async function linkTensorflow({
  sitePackages,
  home = tensorflowHome(),
  onPart = () => undefined,
}: LinkOptions): Promise<LinkResult> {
  if (process.platform !== 'linux')
    throw new UserError(
      'The tensorflow engine can be linked on Linux only.',
      'Use the onnx engine, which needs no set-up.',
    )
  const tensorflow = findTensorflow(sitePackages)
  rmSync(linkFile(home), { force: true })
  onPart(`installing tfjs-node ${TFJS_VERSION}`)
  await installPackages(home)
  onPart('building its addon')
  await buildAddon(home, tensorflow)
  onPart('checking it against the cpu backend')
  const backend = loadAddon(home)
  const device = backend.isUsingGpuDevice ? 'gpu' : 'cpu'
  const engine = new EagerEngine('tensorflow', 'tensorflow', device)
  const checks = await checkEngine(engine)
  await engine.dispose()
  const failed = checks.filter((c) => !c.passed)
  if (failed.length > 0)
    throw new UserError(
      `The engine built on TensorFlow ${backend.binding.TF_Version} fails ${failed.length} of ${checks.length} ` +
        `checks, first ${failed[0].name}: ${failed[0].detail}.`,
      'Link to another TensorFlow release; 2.16.2 is known to work.',
    )
  const link: Link = {
    sitePackages: tensorflow.sitePackages,
    tensorflow: backend.binding.TF_Version,
    tfjsNode: TFJS_VERSION,
    device,
    linked: new Date().toISOString(),
  }
  writeFileAtomic(linkFile(home), `${JSON.stringify(link, null, 2)}\n`)
  return { ...link, home, checks: checks.length }
}
