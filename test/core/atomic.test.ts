import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { publishFile, writeFileAtomic } from '../../src/core/atomic.js'

test('a write that fails midway leaves the old content and no temporary file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'adseq-'))
  const path = join(folder, 'f')
  writeFileAtomic(path, 'old')
  const parts = function* (): Generator<Uint8Array> {
    yield Buffer.from('new')
    throw new Error('disk gone')
  }
  expect(() => writeFileAtomic(path, parts())).toThrow('disk gone')
  expect(readFileSync(path, 'utf8')).toBe('old')
  expect(readdirSync(folder)).toEqual(['f'])
  writeFileAtomic(path, [Buffer.from('n'), Buffer.from('ew')])
  expect(readFileSync(path, 'utf8')).toBe('new')
  rmSync(folder, { recursive: true })
})

test('publishing replaces the final name by the finished file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'adseq-'))
  writeFileSync(join(folder, 'f.tmp'), 'x')
  publishFile(join(folder, 'f.tmp'), join(folder, 'f'))
  expect(readdirSync(folder)).toEqual(['f'])
  rmSync(folder, { recursive: true })
})
