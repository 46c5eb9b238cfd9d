import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { filesNamed } from '../../../src/events/import/file-names.js'

const folder = mkdtempSync(join(tmpdir(), 'adseq-names-'))
for (const name of [
  'in/b.csv',
  'in/a.csv',
  'in/.hidden.csv',
  'in/a.csv.gz',
  'day-1/x.csv',
  'day-2/x.csv',
  'day-10/x.csv',
]) {
  mkdirSync(join(folder, name, '..'), { recursive: true })
  writeFileSync(join(folder, name), '')
}
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it.each([
  ['in/*.csv', ['in/a.csv', 'in/b.csv']],
  ['in/?.csv*', ['in/a.csv', 'in/a.csv.gz', 'in/b.csv']],
  ['day-?/x.csv', ['day-1/x.csv', 'day-2/x.csv']],
  ['*/x.csv', ['day-1/x.csv', 'day-10/x.csv', 'day-2/x.csv']],
  ['in/.*.csv', ['in/.hidden.csv']],
  ['in/[ab].csv', ['in/[ab].csv']],
  ['none/*.csv', []],
  ['in/absent.csv', ['in/absent.csv']],
])('%s', (pattern, names) => {
  const files = names.map((name) => join(folder, name))
  expect(filesNamed(pattern, folder)).toEqual(files)
  expect(filesNamed(join(folder, pattern), '/elsewhere')).toEqual(files)
})
