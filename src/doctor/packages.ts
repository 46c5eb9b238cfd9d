import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { installAgain } from '../core/broken-install.js'
import { failed, ok, warning, type Check, type Finding } from './finding.js'

/** Named in the report when all is well: those that hold native code. */
const NATIVE = ['onnxruntime-node', 'better-sqlite3', 'usearch']

/** Every dependency is installed in the version that this adseq was tested with. */
export const packages: Check = ({ root, node }) => {
  const wanted = [...listed(root, root), ...sqlite(root, node)]
  const findings: Finding[] = []
  for (const { name, version, from } of wanted) {
    const found = installed(from, name)
    if (found === undefined) findings.push(failed('packages', `${name} is not installed.`, installAgain()))
    else if (found !== version)
      findings.push(warning('packages', `${name} is ${found}; this adseq was tested with ${version}.`, installAgain()))
  }
  if (findings.length > 0) return findings
  const native = wanted.filter(({ name }) => NATIVE.includes(name)).map(({ name, version }) => `${name} ${version}`)
  return [ok('packages', `${wanted.length} dependencies as tested, ${native.join(', ')} among them`)]
}

interface Wanted {
  name: string
  version: string
  /** the folder from which it is looked up */
  from: string
}

function listed(
  folder: string,
  from: string,
  kind: 'dependencies' | 'optionalDependencies' = 'dependencies',
): Wanted[] {
  const path = join(folder, 'package.json')
  if (!existsSync(path)) return []
  const { [kind]: packages = {} } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, Record<string, string>>
  return Object.entries(packages).map(([name, version]) => ({ name, version, from }))
}

/** SQLite is another one on Node 20. */
function sqlite(root: string, node: string): Wanted[] {
  return node.startsWith('20.')
    ? listed(join(root, 'node20'), join(root, 'node_modules', '.node20'))
    : listed(root, root, 'optionalDependencies')
}

/** The version in the nearest node_modules, as Node looks it up. */
function installed(root: string, name: string): string | undefined {
  for (let folder = root; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name, 'package.json')
    if (existsSync(path)) return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
    if (dirname(folder) === folder) return undefined
  }
}
