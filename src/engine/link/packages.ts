import { execa } from 'execa'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../../core/errors.js'
import { TFJS_VERSION } from '../tensorflow/home.js'

const HEADERS_VERSION = '1.9.0'

/**
 * Installs tfjs-node and the headers of Node-API into a home. Install scripts do not run: that of tfjs-node would fetch
 * another TensorFlow.
 * @throws UserError when npm fails
 */
export async function installPackages(home: string): Promise<void> {
  mkdirSync(home, { recursive: true })
  const manifest = join(home, 'package.json')
  if (!existsSync(manifest))
    writeFileSync(manifest, `${JSON.stringify({ name: 'adseq-tensorflow', version: '0.0.0', private: true })}\n`)
  if (
    installed(home, '@tensorflow/tfjs-node') === TFJS_VERSION &&
    installed(home, 'node-api-headers') === HEADERS_VERSION
  )
    return
  const packages = [`@tensorflow/tfjs-node@${TFJS_VERSION}`, `node-api-headers@${HEADERS_VERSION}`]
  const result = await execa(
    'npm',
    ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--save-exact', ...packages],
    { cwd: home, reject: false, stdin: 'ignore' },
  )
  if (result.failed)
    throw new UserError(
      `npm could not install ${packages.join(' and ')}: ${lastLine(result.stderr) || result.shortMessage}.`,
      'Check the network and `npm config get registry`, then run the same command again.',
    )
}

function installed(home: string, name: string): string | undefined {
  const file = join(home, 'node_modules', name, 'package.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version : undefined
}

/** The last line of a tool's complaint that says something. */
export function lastLine(text: string): string {
  return (
    text
      .trim()
      .split('\n')
      .filter((line) => /error|cannot|not found/i.test(line))
      .at(-1)
      ?.replace(/^npm (error|ERR!)\s*/, '')
      .replace(/\.$/, '') ?? ''
  )
}
