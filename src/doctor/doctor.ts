import { brokenInstall } from '../core/broken-install.js'
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

/**
 * Runs every check. A check that breaks is a finding, never the end of the examination.
 * @param found is told each finding as soon as it is made: the checksums of large files take their time
 */
export async function examine(
  surroundings: Surroundings,
  { checks = CHECKS, found = () => {} }: { checks?: readonly Check[]; found?: (finding: Finding) => void } = {},
): Promise<Finding[]> {
  process.on('unhandledRejection', unlessItIsAFinding)
  try {
    const findings: Finding[] = []
    for (const check of checks) {
      const made = await attempt(check, surroundings)
      made.forEach(found)
      findings.push(...made)
    }
    return findings
  } finally {
    process.off('unhandledRejection', unlessItIsAFinding)
  }
}

async function attempt(check: Check, surroundings: Surroundings): Promise<Finding[]> {
  try {
    return await check(surroundings)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return [failed(check.name, `The check itself broke: ${why}`, 'Please report this as a fault of adseq.')]
  }
}

/**
 * A native module that does not load is what a check told; to its second importer Node reports it once more, as a
 * rejection that nobody can handle.
 */
function unlessItIsAFinding(error: unknown): void {
  if (brokenInstall(error) === undefined) throw error
}
