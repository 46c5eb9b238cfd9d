import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { silent } from '../../src/core/progress.js'
import { generateData } from '../../src/events/world/generate.js'
import { PRESETS as WORLDS } from '../../src/events/world/presets.js'
import { experiment, type Experiment, type ExperimentRequest } from '../../src/simulate/experiment.js'
import { offPolicyStudy } from '../../src/simulate/off-policy-study.js'
import { experimentPage } from '../../src/simulate/page.js'
import { plan } from '../../src/simulate/plan.js'
import { DEFAULTS } from '../../src/simulate/setting.js'
import { saveTables } from '../../src/simulate/tables.js'
import { experimentText, planText } from '../../src/simulate/text.js'
import { openStore } from '../../src/store/open.js'
import { inWorkspace } from '../../src/workspace/workspace.js'
import { fillWorkspace, tinyConfig, trainIn } from '../fixtures/trained-workspace.js'

const config = tinyConfig()
const options = { ...DEFAULTS, days: 2 }
const request: ExperimentRequest = {
  preset: 'sequence-model',
  design: 'budget-split',
  designs: false,
  splits: 1,
  truth: true,
  threads: 2,
  options,
}
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'adseq-experiment-'))
  const store = openStore(folder, { create: true })
  await generateData(store, { name: 'tiny', knobs: { ...WORLDS.tiny, sessionsPerUser: 40 }, seed: 1 })
  store.close()
  await trainIn(folder, 'item', config)
  await trainIn(folder, 'advertiser', config)
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (changed: Partial<ExperimentRequest> = {}): Promise<Experiment> =>
  inWorkspace(folder, { config, progress: silent }, (workspace) => experiment(workspace, { ...request, ...changed }))

describe('an experiment in a workspace', () => {
  let made: Experiment
  beforeAll(async () => {
    made = await run()
  }, 120_000)

  test('is printed as scripts read it', () => {
    const { result } = made
    expect(Object.keys(result)).toEqual(['arms', 'requests', 'seconds', 'design', 'metrics', 'survival'])
    expect(result.arms).toEqual(['control', 'treatment'])
    for (const { arm, control, treatment, lift, interval, truth } of result.metrics) {
      expect(arm).toBe('treatment')
      if (lift !== null) expect(lift).toBeCloseTo(treatment / control - 1, 10)
      if (interval) expect(interval[0] <= lift! && lift! <= interval[1]).toBe(true)
      expect(truth === null || Number.isFinite(truth)).toBe(true)
    }
    const item = result.survival.filter(({ generator }) => generator === 'item-model')
    expect(item.find(({ arm, stage }) => arm === 'control' && stage === 'found')!.share).toBe(0)
    expect(item.find(({ arm, stage }) => arm === 'treatment' && stage === 'found')!.share).toBe(1)
  })

  test('is the same to the last digit however many worlds are lived at once', async () => {
    const again = await run({ threads: 1 })
    expect({ ...again.result, seconds: 0 }).toEqual({ ...made.result, seconds: 0 })
    expect(again.shown).toEqual(made.shown)
  }, 120_000)

  test('of two equal arms the truth is 0 and nothing is found; both designs stand beside it', async () => {
    const { result, compared } = await run({ preset: 'a-a', designs: true, splits: 2 })
    expect(result.metrics.every(({ truth }) => truth === 0)).toBe(true)
    expect(compared.filter(({ found }) => found)).toEqual([])
    const clicks = result.designs!.filter(({ name }) => name === 'clicks')
    expect(clicks.map(({ design }) => design)).toEqual(['user-split', 'budget-split'])
    for (const { truth, bias, error, covered, splits } of clicks) {
      expect([truth, splits.length]).toEqual([0, 2])
      const [a, b] = splits.map(({ lift }) => lift)
      expect(a).not.toBe(b)
      expect(bias).toBeCloseTo((a + b) / 2, 12)
      // of two the standard error of the mean is half their difference
      expect(error).toBeCloseTo(Math.abs(a - b) / 2, 12)
      expect(covered).toBe(splits.filter(({ interval: i }) => !i || (i[0] <= 0 && i[1] >= 0)).length)
    }
  }, 120_000)

  test('is told within 80 columns, the verdict first', () => {
    const lines = experimentText(made, 'sequence-model', options).split('\n')
    expect(lines[0]).toMatch(/^(No change of conversions was found|Conversions (rise|fall) by)/)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  test('is a page that needs nothing else, with every figure', () => {
    const page = experimentPage(made, 'sequence-model', options.days)
    expect(page).toMatch(/^<!doctype html>[^]*<\/html>\n$/)
    expect(page).not.toMatch(/NaN|undefined|Infinity|<script/)
    for (const { name } of made.compared) expect(page).toContain(`${name}<br>`)
    expect(page.match(/<circle/g)!.length).toBe(made.compared.filter(({ lift }) => Number.isFinite(lift)).length)
  })

  test('is kept as tables, a row an ad that was shown', async () => {
    const kept = await inWorkspace(folder, { config }, (workspace) => saveTables(workspace, 'one', made))
    expect(JSON.parse(readFileSync(join(kept!, 'result.json'), 'utf8'))).toEqual(made.result)
    const { parquetReadObjects, asyncBufferFromFile } = await import('hyparquet')
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(join(kept!, 'impressions.parquet')) })
    expect(rows.length).toBe(made.shown.length)
    expect(rows.length).toBeGreaterThan(50)
    expect(rows.every(({ propensity, position }) => propensity === 1 && Number(position) >= 1)).toBe(true)
  })

  test('--power tells what would be found, from the control alone', async () => {
    const planned = await inWorkspace(folder, { config, progress: silent }, (workspace) => plan(workspace, request))
    const clicks = planned.metrics.find(({ name }) => name === 'clicks')!
    expect(clicks.detectable).toBeGreaterThan(0)
    const [five, ten] = clicks.users
    expect(five.users / ten.users).toBeCloseTo(4, 1)
    const lines = planText(planned).split('\n')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
  }, 60_000)
})

describe('a workspace without a world', () => {
  test('is told what is missing before anything is trained or lived', async () => {
    const other = mkdtempSync(join(tmpdir(), 'adseq-experiment-'))
    try {
      fillWorkspace(other)
      const asked = inWorkspace(other, { config, progress: silent }, (workspace) => experiment(workspace, request))
      await expect(asked).rejects.toThrow('does not hold a generated world of this version')
    } finally {
      rmSync(other, { recursive: true, force: true })
    }
  })

  test('a log without exploration is refused', async () => {
    const asked = inWorkspace(folder, { config, progress: silent }, (workspace) => offPolicyStudy(workspace, request))
    await expect(asked).rejects.toThrow('says nothing of what was not shown')
  })
})
