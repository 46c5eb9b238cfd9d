import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { failed, ok, warning, type Check, type Finding } from './finding.js'

/** Named in the report when all is well: those that hold native code. */
const NATIVE = ['onnxruntime-node', 'better-sqlite3', 'usearch']

/** Every dependency is installed in the version that this adseq was tested with. */
export const packages: Check = ({ root }) => {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  const findings: Finding[] = []
  for (const [name, wanted] of Object.entries(dependencies)) {
    const version = installed(root, name)
    if (version === undefined)
      findings.push(failed('packages', `${name} is not installed.`, 'Run npm ci in the folder of adseq.'))
    else if (version !== wanted)
      findings.push(
        warning(
          'packages',
          `${name} is ${version}; this adseq was tested with ${wanted}.`,
          'Run npm ci in the folder of adseq.',
        ),
      )
  }
  if (findings.length > 0) return findings
  const native = NATIVE.filter((name) => name in dependencies).map((name) => `${name} ${dependencies[name]}`)
  return [ok('packages', `${Object.keys(dependencies).length} dependencies as tested, ${native.join(', ')} among them`)]
}

/** The version in the nearest node_modules, as Node looks it up. */
function installed(root: string, name: string): string | undefined {
  for (let folder = root; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name, 'package.json')
    if (existsSync(path)) return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
    if (dirname(folder) === folder) return undefined
  }
}
