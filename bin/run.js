#!/usr/bin/env node
import './environment.js'

// before anything of adseq is loaded: an older Node does not even read the files
const [major, minor] = process.versions.node.split('.').map(Number)
if ((major === 20 && minor >= 19) || (major === 22 && minor >= 14) || major >= 24) {
  const { main } = await import('../dist/src/cli/main.js')
  await main(process.argv.slice(2))
} else {
  const message = `adseq needs Node 20 (20.19 or later), 22 (22.14 or later) or 24 and later; this is ${process.version}.`
  const hint = 'Install Node 24 (https://nodejs.org), then adseq again.'
  if (process.argv.includes('--json'))
    console.log(JSON.stringify({ error: { message, hint, exitCode: 2, meaning: 'a mistake of the user' } }))
  else console.error(`Error: ${message}\nTry:   ${hint}`)
  process.exitCode = 2
}
