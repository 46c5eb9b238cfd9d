import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { failed, ok, type Check } from './finding.js'

interface Package {
  version: string
  engines: { node: string }
}

/** Node is a version that adseq is made for. */
export const nodeVersion: Check = ({ root, node }) => {
  const adseq = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Package
  const range = adseq.engines.node
  if (satisfies(node, range))
    return [ok('node', `adseq ${adseq.version} on Node ${node}, ${process.platform} ${process.arch}`)]
  return [
    failed(
      'node',
      `Node ${node} is not a version that adseq runs on (${range}).`,
      'Install Node 24 (https://nodejs.org), then adseq again.',
    ),
  ]
}

/** Whether a version is in a range of the form "^1.2.3 || >=4.5.6": the two operators that our package.json uses. */
export function satisfies(version: string, range: string): boolean {
  const found = numbers(version)
  return range.split('||').some((part) => {
    const [, operator, text] = /^\s*(\^|>=)([\d.]+)\s*$/.exec(part) ?? []
    if (!operator) throw new Error(`Node range "${part}" is not of the form ^1.2.3 or >=1.2.3`)
    const least = numbers(text)
    return compare(found, least) >= 0 && (operator === '>=' || found[0] === least[0])
  })
}

const numbers = (version: string): number[] => version.split(/[.-]/).slice(0, 3).map(Number)
const compare = (a: number[], b: number[]): number => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]
