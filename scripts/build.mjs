// Compiles to dist/ and deletes what was compiled from sources that are gone: every file there is a command to oclif.
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundlePage } from './bundle-page.mjs'

const tsc = join('node_modules', 'typescript', 'bin', 'tsc')
const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.json'], { stdio: 'inherit' })
if (status !== 0) process.exit(status ?? 1)
for (const folder of ['src', 'commands']) {
  const built = join('dist', folder)
  if (!existsSync(built)) continue
  for (const file of readdirSync(built, { recursive: true })) {
    if (!file.endsWith('.js')) continue
    const source = join(folder, file.slice(0, -3))
    if (!existsSync(`${source}.ts`) && !existsSync(`${source}.tsx`)) rmSync(join(built, file))
  }
}

// what a browser gets of `adseq serve`
const page = join('src', 'server', 'page')
mkdirSync(join('dist', page), { recursive: true })
for (const name of ['page.html', 'page.css']) copyFileSync(join(page, name), join('dist', page, name))
writeFileSync(join('dist', page, 'page.js'), await bundlePage())

// what commands there are, with their flags: help and a command load no other command then
const { Plugin } = await import('@oclif/core')
const plugin = new Plugin({ root: process.cwd(), type: 'core', ignoreManifest: true, errorOnManifestCreate: true })
await plugin.load()
writeFileSync('oclif.manifest.json', `${JSON.stringify(plugin.manifest)}\n`)
