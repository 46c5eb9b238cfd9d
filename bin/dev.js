#!/usr/bin/env node
// Runs the commands from their TypeScript sources. oclif's own transpiling does not get along with tsx, so tsx is
// registered here and oclif is pointed at ./commands.
import { execute, settings } from '@oclif/core'
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { register } from 'tsx/esm/api'

register()
settings.enableAutoTranspile = false
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const pjson = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'))
pjson.oclif.commands = './commands'
await execute({ development: true, dir: root, loadOptions: { root, pjson, ignoreManifest: true } })
