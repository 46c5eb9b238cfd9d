import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UserError } from '../../src/core/errors.js'
import { Rng } from '../../src/core/rng.js'
import { readSafetensors, writeSafetensors } from '../../src/core/safetensors.js'
import { silent } from '../../src/core/progress.js'
import { evaluate } from '../../src/evaluate/evaluate.js'
import { evaluateWorkspace, type EvaluateWorkspaceOptions } from '../../src/evaluate/evaluate-workspace.js'
import { compareRuns } from '../../src/evaluate/compare.js'
import { readReport, type ReportRow } from '../../src/evaluate/report.js'
import { reportText } from '../../src/evaluate/report-text.js'
import { tableOf } from '../../src/retrieve/baselines.js'
import { runFolder } from '../../src/store/paths.js'
import { readManifest, writeManifest } from '../../src/runs/manifest.js'
import { inWorkspace } from '../../src/workspace/workspace.js'
import { DAY } from '../fixtures/histories.js'
import { START, fillWorkspace, tinyConfig, trainIn } from '../fixtures/trained-workspace.js'

/** Puts other parameters of the same shapes into a model's file; gives its new checksum. */
function replaceParameters(path: string): string {
  const rng = new Rng(9)
  const { arrays } = readSafetensors(path)
  for (const [name, { data }] of Object.entries(arrays))
    if (!name.startsWith('items.')) for (let i = 0; i < data.length; i++) data[i] = rng.normal()
  return writeSafetensors(path, arrays)
}

describe('evaluating a workspace', () => {
  const folder = mkdtempSync(join(tmpdir(), 'adseq-eval-'))
  const configOf = tinyConfig
  /** An evaluation of the workspace, opened for it alone. */
  const evaluated = (
    change: Partial<EvaluateWorkspaceOptions> = {},
    set: string[] = [],
    place = folder,
  ): ReturnType<typeof evaluateWorkspace> =>
    inWorkspace(place, { config: configOf(...set), readonly: true }, (workspace) =>
      evaluateWorkspace(workspace, { kind: 'item', beside: [], baselines: [], samples: 0, ...change }),
    )
  beforeAll(() => fillWorkspace(folder))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('judges the baselines alone before there is a run, and keeps nothing', async () => {
    const { report, path } = await evaluated()
    expect(path).toBeUndefined()
    expect(report.runs).toEqual([])
    expect(report.rows.length).toBeGreaterThan(4)
    await expect(evaluated({ modelsOnly: true })).rejects.toThrow('--models-only judges nothing else')
  })

  it('judges baselines in a thread as it does without one', async () => {
    const { report } = await evaluated({ baselines: ['ease'], slices: true })
    const alone = await inWorkspace(folder, { config: configOf(), readonly: true }, ({ snapshot, config }) => {
      const { bootstrap, at } = config.eval
      const baselines = tableOf(['ease'])
      const products = (): never => expect.unreachable('no model, no products')
      const { cutoff, windowDays, indexSize, history, seed } = report.protocol
      const protocol = { cutoff, windowDays, indexSize, history, seed }
      const asked = { kind: 'item', protocol, at, bootstrap, baselines, samples: 0, slices: true } as const
      return evaluate(snapshot, { ...asked, models: [], products, progress: silent })
    })
    const plain = (rows: readonly ReportRow[]): unknown =>
      JSON.parse(JSON.stringify(rows.map((row) => ({ ...row, seconds: 0 }))))
    expect(plain(report.rows)).toEqual(plain(alone.report.rows))
    expect(report.lists).toEqual(alone.report.lists)
    expect(report.rows.map(({ name }) => name)).toContain('EASE')
  })

  it('names what is not there', async () => {
    await expect(evaluated({ run: 'item-none' })).rejects.toThrow('There is no run item-none')
    await expect(evaluated({ beside: ['item-none'] })).rejects.toThrow(UserError)
    await expect(evaluated({ baselines: ['eaze'] })).rejects.toThrow('no baseline on request called eaze')
    await expect(evaluated({}, [], join(folder, 'nowhere'))).rejects.toThrow(UserError)
  })

  describe('with two runs', () => {
    const ids: string[] = []
    beforeAll(async () => {
      for (const tower of ['mean', 'transformer'])
        ids.push(await trainIn(folder, 'item', configOf(`model.userTower=${tower}`)))
    })

    it('judges the latest, with samples, and keeps the report in its folder', async () => {
      const { report, path, samples, names } = await evaluated({ samples: 2 })
      expect(report.runs).toEqual([ids[1]])
      expect(
        report.rows
          .filter((row) => row.level === 'item')
          .slice(0, 2)
          .map(({ name }) => name),
      ).toEqual(['transformer', 'transformer + history'])
      expect(path).toBe(join(runFolder(folder, ids[1]), `eval-${report.protocol.hash}.json`))
      expect(readReport(path!)).toEqual(JSON.parse(JSON.stringify(report)))
      expect(names.user(samples[0].user)).toMatch(/^u\d+$/)
      expect(names.entry(samples[0].results[0].id)).toMatch(/^thing number \d+ \[i\d+\] c\d, a\d$/)
    })

    it('sets all runs of the same data beside it', async () => {
      const { report } = await evaluated({ beside: 'all' })
      expect(report.runs).toEqual([ids[1], ids[0]])
      expect(reportText(report)).toContain('mean pooling against transformer')
    })

    it('are compared from what is kept, once both are judged under the same protocol', async () => {
      const config = configOf()
      const compare = (set: string[] = []): unknown =>
        compareRuns(folder, ids[1], ids[0], set.length > 0 ? configOf(...set) : config, { bootstrap: 100 })
      const { report: first } = await evaluated()
      expect(() => compare()).toThrow(`Run ${ids[0]} has not been evaluated under protocol`)
      const { report: second } = await evaluated({ run: ids[0] })
      const { rows } = compareRuns(folder, ids[1], ids[0], config, { bootstrap: 100 })
      expect(rows[0].recall['10']).toBeCloseTo(first.rows[0].recall['10'] - second.rows[0].recall['10'], 12)
      expect(() => compare(['eval.history=masked'])).toThrow('only under')
      expect(() => compareRuns(folder, ids[1], 'item-none', config, { bootstrap: 100 })).toThrow(
        'There is no run item-none',
      )
      const manifest = readManifest(runFolder(folder, ids[0]))
      writeManifest(runFolder(folder, ids[0]), { ...manifest, weightsHash: 'other' })
      expect(() => compare()).toThrow('of other weights')
      writeManifest(runFolder(folder, ids[0]), manifest)
    })

    it('fits the hybrid with the model of the select phase: what the refit made does not move its weights', async () => {
      const files = runFolder(folder, ids[1])
      const rows = async (): Promise<{ model: ReportRow; hybrid: ReportRow; notes: string }> => {
        // weights are kept by what the manifest says of the run: here its files change under it
        for (const name of readdirSync(files)) if (name.startsWith('weights-')) rmSync(join(files, name))
        const { report } = await evaluated()
        const [model, hybrid] = report.rows.filter((row) => row.level === 'item')
        return { model, hybrid, notes: report.notes.join() }
      }
      const before = await rows()
      expect(before.notes).toContain('has not trained on the validation window')
      expect(before.notes).toContain('coverage@10')
      expect(before.hybrid.fitted).toBeDefined()

      const whole = readFileSync(join(files, 'model.safetensors'))
      replaceParameters(join(files, 'model.safetensors'))
      const refitReplaced = await rows()
      expect(refitReplaced.model.recall).not.toEqual(before.model.recall)
      expect(refitReplaced.hybrid.fitted).toEqual(before.hybrid.fitted)
      writeFileSync(join(files, 'model.safetensors'), whole)

      const selected = readFileSync(join(files, 'selected.safetensors'))
      const checksum = replaceParameters(join(files, 'selected.safetensors'))
      await expect(rows()).rejects.toThrow('the checksums differ')
      const manifest = readManifest(files)
      writeManifest(files, { ...manifest, selectedChecksum: checksum })
      const selectedReplaced = await rows()
      expect(selectedReplaced.model.recall).toEqual(before.model.recall)
      expect(selectedReplaced.hybrid.fitted!.recall).not.toEqual(before.hybrid.fitted!.recall)
      writeFileSync(join(files, 'selected.safetensors'), selected)
      writeManifest(files, manifest)
    })

    it('says so where a longer window than that of the training leaves no unseen part to fit in', async () => {
      const { report } = await evaluated({}, ['eval.windowDays=20'])
      expect(report.notes.join()).toContain('partly trained on')
    })

    it('refuses a cutoff before the one a run was trained up to', async () => {
      await expect(evaluated({}, [`eval.cutoff=${START + 60 * DAY}`])).rejects.toThrow('has seen events up to')
    })

    it('refuses to set runs of unlike cutoffs beside each other', async () => {
      const other = runFolder(folder, 'item-other')
      mkdirSync(other, { recursive: true })
      writeManifest(other, {
        ...readManifest(runFolder(folder, ids[0])),
        id: 'item-other',
        cutoff: START,
        created: '2000-01-01T00:00:00.000Z',
      })
      await expect(evaluated({ beside: ['item-other'] })).rejects.toThrow('cannot stand beside')
      const { report } = await evaluated({ beside: 'all' })
      expect(report.runs).not.toContain('item-other')
      expect(readFileSync(join(other, 'manifest.json'), 'utf8')).toContain('item-other')
      rmSync(other, { recursive: true })
    })
  })
})
