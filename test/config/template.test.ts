import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parse } from 'yaml'
import { DEFAULTS } from '../../src/config/defaults.js'
import { loadConfig } from '../../src/config/load.js'
import { readTemplate, writeConfig } from '../../src/config/template.js'
import { UserError } from '../../src/core/errors.js'

const root = join(import.meta.dirname, '..', '..')
let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'adseq-template-'))))
afterEach(() => rmSync(folder, { recursive: true }))

test.each(['tutorial', 'small', 'gpu'])('template %s is a valid adseq.yaml that names every section', (name) => {
  writeConfig(folder, readTemplate(root, name), false)
  loadConfig(folder, { env: {} })
  const text = readFileSync(join(folder, 'adseq.yaml'), 'utf8')
  for (const section of Object.keys(DEFAULTS)) expect(text).toMatch(new RegExp(`^(# )?${section}:`, 'm'))
})

test.each(['tutorial', 'small', 'gpu'])('what template %s has commented out is valid too', (name) => {
  const text = readTemplate(root, name)
    .replace(/^# ((item|import):.*)/gm, '$1')
    .replace(/^# {3}(.*)/gm, '  $1')
  expect(Object.keys(parse(text) as object)).toEqual(expect.arrayContaining(['item', 'import']))
  writeConfig(folder, text, false)
  const config = loadConfig(folder, { env: {} })
  expect(config.item.train?.steps).toBeGreaterThan(0)
  expect(config.import.csv.eventTypes).toEqual({ buy: 'checkout', pv: 'view', fav: 'skip' })
})

test('a folder of that name is left alone', () => {
  mkdirSync(join(folder, 'adseq.yaml'))
  expect(() => writeConfig(folder, 'train: {}', true)).toThrow('is a folder')
  expect(readdirSync(folder)).toEqual(['adseq.yaml'])
})

test('an adseq.yaml that is there is kept unless forced', () => {
  writeFileSync(join(folder, 'adseq.yaml'), 'model: { width: 32 }')
  expect(() => writeConfig(folder, 'train: {}', false)).toThrow(UserError)
  expect(readFileSync(join(folder, 'adseq.yaml'), 'utf8')).toBe('model: { width: 32 }')
  writeConfig(folder, 'train: {}', true)
  expect(readFileSync(join(folder, 'adseq.yaml'), 'utf8')).toBe('train: {}')
})

test('an unknown template names the nearest one; a name cannot leave the folder', () => {
  expect(() => readTemplate(root, 'tutoral')).toThrow('There is no template tutoral.')
  expect(() => readTemplate(root, '../package')).toThrow(UserError)
})
