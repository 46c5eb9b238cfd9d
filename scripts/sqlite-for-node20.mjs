// npm runs this after an install. On Node 20 it installs what node20/ lists into node_modules/.node20, which compiles
// SQLite in a minute; from Node 22 on the binary inside better-sqlite3 13 is used and there is nothing to do. By hand:
// node scripts/sqlite-for-node20.mjs
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

if (Number(process.versions.node.split('.')[0]) >= 22) process.exit(0)

// what npm hands to scripts of a global install would turn this one into another global install
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_(config_(global|prefix|local_prefix)|package_)/i.test(name)),
)
env.JOBS ??= 'max'
if (hasCompiler()) {
  // compile instead of looking for a file outside the registry, with the headers that Node came with
  env.npm_config_build_from_source = 'true'
  const prefix = dirname(dirname(process.execPath))
  if (env.npm_config_nodedir === undefined && existsSync(join(prefix, 'include', 'node', 'node.h')))
    env.npm_config_nodedir = prefix
}
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const place = join(root, 'node_modules', '.node20')
// npx runs this again, from where it links the clone to
if (isInstalled()) process.exit(0)
mkdirSync(place, { recursive: true })
for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(root, 'node20', file), join(place, file))

const npm = process.env.npm_execpath?.endsWith('npm-cli.js') ? [process.execPath, process.env.npm_execpath] : ['npm']
const { status, error } = spawnSync(
  npm[0],
  [...npm.slice(1), 'ci', '--prefix', place, '--no-audit', '--no-fund', '--loglevel=error'],
  {
    cwd: place,
    stdio: ['ignore', 2, 2],
    env,
    shell: npm.length === 1 && process.platform === 'win32',
  },
)
if (status !== 0) {
  console.error(
    `Error: SQLite could not be installed for Node 20${error ? ` (${error.message})` : ''}.\nTry:   Node 22 or ` +
      'later, ' +
      'which need no compiler; or install a C++ compiler, make and python3 (for node-gyp), then run the same again.',
  )
  process.exit(1)
}

/** Whether what the lock file names is there and loads. */
function isInstalled() {
  const same = (name) =>
    existsSync(join(place, name)) && readFileSync(join(place, name)).equals(readFileSync(join(root, 'node20', name)))
  if (!same('package.json') || !same('package-lock.json')) return false
  const load = "new (require('better-sqlite3'))(':memory:').close()"
  return spawnSync(process.execPath, ['-e', load], { cwd: place, stdio: 'ignore' }).status === 0
}

function hasCompiler() {
  return (
    process.platform !== 'win32' &&
    ['c++', 'make'].every((tool) => spawnSync(tool, ['--version'], { stdio: 'ignore' }).status === 0)
  )
}
