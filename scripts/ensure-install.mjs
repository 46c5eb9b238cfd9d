// Installs the dependencies if they are not those of package-lock.json. Nothing is fetched but npm packages.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [major, minor] = process.versions.node.split('.').map(Number)
if (!((major === 20 && minor >= 19) || (major === 22 && minor >= 14) || major >= 24)) {
  console.error(
    `Error: adseq needs Node 20 (20.19 or later), 22 (22.14 or later) or 24 and later; this is ${process.version}.\n` +
      'Try:   install Node 24 and run the same command again.',
  )
  process.exit(2)
}

// modules belong to one platform, and Node 20 has a SQLite of its own: a stamp says for which they were installed
const stamp = join('node_modules', '.adseq-installed')
const want = createHash('sha256')
  .update(readFileSync('package-lock.json'))
  .update(readFileSync(join('node20', 'package-lock.json')))
  .update(`${major < 22 ? process.versions.modules : 'node-api'} ${process.platform} ${process.arch}`)
  .digest('hex')
if (existsSync(stamp) && readFileSync(stamp, 'utf8') === want) process.exit(0)

console.error(`Installing dependencies${major < 22 ? ' (a minute or two: Node 20 needs SQLite compiled)' : ''} ...`)
const { status, error } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
  stdio: ['ignore', 2, 2],
  env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
  shell: process.platform === 'win32',
})
if (status !== 0) {
  console.error(
    `Error: npm ci failed${error ? ` (${error.message})` : ''}.\nTry:   check that the npm registry is reached` +
      (`${major < 22 ? ', and that a C++ compiler, make and python3 are installed' : ''}; then run the same ` +
        'command again.'),
  )
  process.exit(status ?? 1)
}
writeFileSync(stamp, want)
