import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { startAdseq } from './run-adseq.js'

const folder = mkdtempSync(join(tmpdir(), 'adseq-quickstart-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs the whole quickstart until it has begun its first training, and interrupts it. */
async function untilTraining(): Promise<{ code: number | undefined; stdout: string }> {
  const child = startAdseq(['quickstart', '--folder', join(folder, 'both')])
  let seen = ''
  const begun = new Promise<void>((resolve) =>
    child.stdout!.on('data', (text: Buffer) => {
      seen += String(text)
      if (/^\$ adseq train item/m.test(seen)) resolve()
    }),
  )
  await Promise.race([begun, child])
  child.kill('SIGINT')
  const { exitCode } = await child
  return { code: exitCode, stdout: seen }
}

it('goes on with the same command where it was interrupted', { timeout: 120_000 }, async () => {
  const first = await untilTraining()
  expect(first.code).toBe(130)
  expect(first.stdout).toMatch(/adseq import csv .*\n[^]*\n {2}\(.* s\)\n/)
  const again = await untilTraining()
  expect(again.stdout).toContain('what is done there is kept')
  expect(again.stdout.match(/\(done before\)/g)).toHaveLength(2)
})
