#!/usr/bin/env node
// Runs the commands from their TypeScript sources.
import './environment.js'
import { register } from 'tsx/esm/api'

register()
const { main } = await import('../src/cli/main.ts')
await main(process.argv.slice(2))
