import { database } from './database.js'
import { disk } from './disk.js'
import { engines } from './engines.js'
import { failed, type Check, type Finding, type Surroundings } from './finding.js'
import { generation } from './generation.js'
import { gpu } from './gpu.js'
import { nativeModules } from './native-modules.js'
import { nodeVersion } from './node-version.js'
import { packages } from './packages.js'
import { runs } from './runs.js'
import { settings } from './settings.js'

/** In the order in which a problem explains those after it. */
const CHECKS: readonly Check[] = [
  nodeVersion,
  packages,
  nativeModules,
  engines,
  gpu,
  disk,
  settings,
  database,
  runs,
  generation,
]

/** Runs every check. A check that breaks is a finding, never the end of the examination. */
export async function examine(surroundings: Surroundings, checks: readonly Check[] = CHECKS): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const check of checks) {
    try {
      findings.push(...(await check(surroundings)))
    } catch (error) {
      findings.push(
        failed(
          check.name,
          `The check itself broke: ${error instanceof Error ? error.message : String(error)}`,
          'Please report this as a fault of adseq.',
        ),
      )
    }
  }
  return findings
}
