// npm run bench NAME [-- --json ...]: runs bench/NAME.ts from its sources.
import '../bin/environment.js'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { register } from 'tsx/esm/api'

const [name, ...args] = process.argv.slice(2)
const here = import.meta.dirname
const file = join(here, `${name}.ts`)
if (name === undefined || !existsSync(file)) {
  const names = readdirSync(here)
    .filter((f) => f.endsWith('.ts'))
    .map((f) => f.slice(0, -3))
  console.error(`Error: there is no benchmark "${name ?? ''}".\nTry:   npm run bench ${names.join(' | ')}`)
  process.exit(2)
}
process.argv = [process.argv[0], file, ...args]
register()
await import(pathToFileURL(file).href)
