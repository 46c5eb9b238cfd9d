#!/usr/bin/env node
import './environment.js'

// before anything of adseq is loaded: an older Node does not even read the files
const [major, minor] = process.versions.node.split('.').map(Number)
if ((major === 20 && minor >= 19) || (major === 22 && minor >= 14) || major >= 24) {
  let cli
  try {
    cli = await import('../dist/src/cli/main.js')
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
    refuse(
      `adseq is not installed whole: ${error.message}.`,
      'In a clone: npm ci, then npm run build. Else install adseq again.',
    )
  }
  await cli?.main(process.argv.slice(2))
} else {
  refuse(
    `adseq needs Node 20 (20.19 or later), 22 (22.14 or later) or 24 and later; this is ${process.version}.`,
    'Install Node 24 (https://nodejs.org), then adseq again.',
  )
}

function refuse(message, hint) {
  const meaning = 'a mistake that the user can mend'
  if (process.argv.includes('--json')) console.log(JSON.stringify({ error: { message, hint, exitCode: 2, meaning } }))
  else console.error(`Error: ${message}\nTry:   ${hint}`)
  process.exitCode = 2
}
