// Installs the dependencies if they are not those of package-lock.json. Nothing is fetched but npm packages.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const [major, minor] = process.versions.node.split('.').map(Number)
if (!((major === 20 && minor >= 19) || (major === 22 && minor >= 14))) {
  // Node 24.21's object_wrap header makes better-sqlite3 12 abort at exit; better-sqlite3 13 does not run on Node 20
  console.error(
    `Error: adseq needs Node 20 (20.19 or later) or Node 22 (22.14 or later); this is ${process.version}.\nTry:  ` +
      ' install Node 22 and run the same command again.',
  )
  process.exit(2)
}

// native modules belong to one Node ABI and platform: a stamp says for which the tree was installed
const stamp = join('node_modules', '.adseq-installed')
const want = createHash('sha256')
  .update(readFileSync('package-lock.json'))
  .update(`${process.versions.modules} ${process.platform} ${process.arch}`)
  .digest('hex')
if (existsSync(stamp) && readFileSync(stamp, 'utf8') === want) process.exit(0)

const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' }
if (hasCompiler()) {
  // build SQLite here instead of looking for a prebuilt file outside the registry, with the headers Node came with
  env.npm_config_build_from_source = 'better-sqlite3'
  const prefix = dirname(dirname(process.execPath))
  if (env.npm_config_nodedir === undefined && existsSync(join(prefix, 'include', 'node', 'node.h')))
    env.npm_config_nodedir = prefix
}
console.error('Installing dependencies (about a minute: SQLite is compiled) ...')
const { status, error } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
  stdio: ['ignore', 2, 2],
  env,
  shell: process.platform === 'win32',
})
if (status !== 0) {
  console.error(
    `Error: npm ci failed${error ? ` (${error.message})` : ''}.\nTry:   check that the npm registry is reached ` +
      'and that a C++ compiler, make and python3 for node-gyp are installed, then run the same command again.',
  )
  process.exit(status ?? 1)
}
writeFileSync(stamp, want)

function hasCompiler() {
  return (
    process.platform !== 'win32' &&
    ['c++', 'make'].every((tool) => spawnSync(tool, ['--version'], { stdio: 'ignore' }).status === 0)
  )
}
