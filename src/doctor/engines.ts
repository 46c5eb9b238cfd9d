import { brokenInstall, installAgain } from '../core/broken-install.js'
import { failed, ok, warning, type Check, type Finding } from './finding.js'

/** Engines that every installation has; tensorflow is optional. */
const NEEDED: readonly string[] = ['onnx', 'eager']

/** Loads each engine; says why one is absent. A linked TensorFlow that no longer loads is to look at. */
export const engines: Check = async () => {
  const [{ describeEngines }, { readLink }] = await Promise.all([
    import('../engine/index.js'),
    import('../engine/tensorflow/home.js'),
  ])
  const link = readLink()
  return (await describeEngines()).map(({ name, available, device, why }): Finding => {
    if (available) return ok('engines', `${name} on ${device}: ${why}`)
    if (NEEDED.includes(name)) {
      const known = brokenInstall(new Error(why))
      return failed('engines', `${name} does not load: ${known?.message ?? why}`, known?.hint ?? installAgain())
    }
    if (link)
      return warning(
        'engines',
        `${name} was linked to ${link.sitePackages} and does not load any more: ${why}`,
        `Link it again: adseq engine link --tensorflow ${link.sitePackages}`,
      )
    return ok('engines', `${name} is not set up, which is optional. ${why}`)
  })
}
