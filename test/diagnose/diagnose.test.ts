import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { diagnose, diagnosisText } from '../../src/diagnose/diagnose.js'
import { inWorkspace } from '../../src/workspace/workspace.js'
import { fillWorkspace, tinyConfig, trainIn } from '../fixtures/trained-workspace.js'

const folder = mkdtempSync(join(tmpdir(), 'adseq-diagnose-'))
const runs: Record<string, string> = {}
beforeAll(async () => {
  fillWorkspace(folder, { size: 30, share: 12 })
  // at a rate of almost nothing
  runs.frozen = await trainIn(
    folder,
    'item',
    tinyConfig('train.learningRate=1e-9', 'train.steps=200', 'train.validateEvery=50', 'train.patience=9'),
  )
  runs['leave-one-out'] = await trainIn(folder, 'item', tinyConfig('eval.protocol=leave-one-out'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const of = (run?: string) =>
  inWorkspace(folder, { config: tinyConfig(), readonly: true }, (workspace) => diagnose(workspace, run))

it('finds that a training learned nothing, by the records and the results of the run', async () => {
  const diagnosis = await of()
  expect(diagnosis.run).toBe(runs.frozen)
  expect(diagnosis.users).toBeGreaterThan(20)
  const found = diagnosis.findings.find(({ cause }) => cause === 'the towers learn nothing')
  expect(found?.advice).toContain('train.learningRate=3e-9')
  expect(diagnosisText(diagnosis)).not.toMatch(/NaN|Infinity/)
  expect(diagnosisText(diagnosis)).toMatch(/^item-\S+: looked at .*\n\n[^]*the towers learn nothing: .*\n {2}Try: /)
})

it('refuses runs that hold nothing back after a cutoff, and those that are not there', async () => {
  await expect(of(runs['leave-one-out'])).rejects.toThrow('trained under leave-one-out')
  await expect(of('item-none')).rejects.toThrow('holds no run')
})
