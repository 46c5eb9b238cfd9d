import { mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Progress } from '../../src/core/progress.js'
import { silent } from '../../src/core/progress.js'
import { evaluateWorkspace } from '../../src/evaluate/evaluate-workspace.js'
import type { ProtocolOptions } from '../../src/protocol/evaluation-set.js'
import { validationSet } from '../../src/retrieve/fit.js'
import { fitHybrid } from '../../src/retrieve/model.js'
import { runModel, runWeights, servedProtocol, type KeptWeights } from '../../src/retrieve/run-model.js'
import { readManifest, writeManifest } from '../../src/runs/manifest.js'
import { runFolder } from '../../src/store/paths.js'
import { inWorkspace, type Workspace } from '../../src/workspace/workspace.js'
import { DAY } from '../fixtures/histories.js'
import { START, fillWorkspace, tinyConfig, trainIn } from '../fixtures/trained-workspace.js'

const config = tinyConfig('engine.threads=1')
const folder = mkdtempSync(join(tmpdir(), 'adseq-run-model-'))
let run = ''
let files = ''
/** of the run, as it is served */
let protocol: ProtocolOptions

beforeAll(async () => {
  fillWorkspace(folder)
  run = await trainIn(folder, 'item', config)
  files = runFolder(folder, run)
  protocol = servedProtocol(config.eval, readManifest(files))
})
const kept = (): string[] => readdirSync(files).filter((name) => name.startsWith('weights-'))
afterEach(() => {
  for (const name of kept()) rmSync(join(files, name))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The weights that a command gets which opens the workspace for itself, and how often it fitted some. */
async function weights(options = protocol): Promise<KeptWeights & { fits: number }> {
  let fits = 0
  const progress: Progress = { ...silent, start: (label) => void (fits += label.startsWith('fit the weights') ? 1 : 0) }
  const found = await inWorkspace(folder, { config, readonly: true, progress }, async (workspace) =>
    runWeights(workspace, await workspace.run(run, 'item'), options),
  )
  return { ...found, fits }
}

describe('the weights of a run', () => {
  it('are for the whole catalog and the cutoff of the run, by the settings of the evaluation', () => {
    const { cutoff } = readManifest(files)
    const { windowDays, seed } = config.eval
    expect(protocol).toEqual({ cutoff, windowDays, indexSize: 0, history: 'kept', seed })
    expect(servedProtocol({ ...config.eval, history: 'masked', indexSize: 9 }, readManifest(files))).toEqual({
      ...protocol,
      history: 'masked',
    })
  })

  it('are fitted once, on the window before the cutoff, and then read from the folder of the run', async () => {
    const first = await weights()
    expect(first.fits).toBe(1)
    expect(kept()).toEqual([expect.stringMatching(/^weights-[0-9a-f]{16}\.json$/)])
    expect(Object.keys(first.weights)).toEqual(['item', 'advertiser', 'category'])
    for (const fitted of Object.values(first.weights))
      expect(fitted).toMatchObject({ from: protocol.cutoff - 10 * DAY, to: protocol.cutoff })
    const { fits, ...second } = await weights()
    expect(fits).toBe(0)
    expect({ ...second, fits: 1 }).toEqual(first)
    const { fits: _, ...written } = first
    expect(JSON.parse(readFileSync(join(files, kept()[0]), 'utf8'))).toEqual(written)
  })

  it('are those that fitting with the model of the select phase gives', async () => {
    const first = await weights()
    const fitted = await inWorkspace(folder, { config, readonly: true }, async (workspace) => {
      const model = runModel(workspace, await workspace.run(run, 'item'), protocol)
      expect(model.selected).toBeDefined()
      const validation = validationSet(workspace.snapshot, ['item', 'advertiser', 'category'], protocol)
      return fitHybrid(workspace.snapshot, model, validation, await workspace.products(model.width))
    })
    expect(first.weights).toEqual(fitted)
  })

  it('that are kept are the ones an evaluation judges by', async () => {
    const first = await weights()
    const path = join(files, kept()[0])
    const changed = { ...first, weights: { item: { ...first.weights.item, own: 123 } } }
    writeFileSync(path, JSON.stringify(changed))
    expect((await weights()).weights).toEqual(changed.weights)
    const { report } = await inWorkspace(folder, { config, readonly: true }, (workspace) =>
      evaluateWorkspace(workspace, { kind: 'item', beside: [], baselines: [], samples: 0 }),
    )
    const hybrids = report.rows.filter(({ kind }) => kind === 'hybrid')
    expect(hybrids.map(({ level, fitted }) => [level, fitted!.own])).toEqual([['item', 123]])
  })

  it('are fitted anew for another protocol, and for other weights of the model', async () => {
    await weights()
    expect((await weights({ ...protocol, seed: 5 })).fits).toBe(1)
    expect(kept()).toHaveLength(2)
    const manifest = readManifest(files)
    writeManifest(files, { ...manifest, weightsHash: 'another' })
    try {
      expect((await weights()).fits).toBe(1)
    } finally {
      writeManifest(files, manifest)
    }
    expect(kept()).toHaveLength(3)
    expect((await weights()).fits).toBe(0)
  })

  it('of a sampled index are of its own level alone: a sample says nothing about whole advertisers', async () => {
    expect(Object.keys((await weights({ ...protocol, indexSize: 20 })).weights)).toEqual(['item'])
  })

  it('are none where nobody converts in the window before, and why is kept with them', async () => {
    const early = { ...protocol, cutoff: START + 5 * DAY }
    const { weights: none, why } = await weights(early)
    expect(none).toEqual({})
    expect(why).toMatch(/^No user with a history before .* converts in the 10 days after it\.$/)
    expect(await weights(early)).toMatchObject({ weights: {}, why, fits: 0 })
  })

  it('in a file that is damaged are refused with what to do, and fitted again after', async () => {
    const { fits: _, ...first } = await weights()
    const path = join(files, kept()[0])
    for (const content of [
      '',
      '{"version":1,"protocol":{},"weights":{"item":{"own":1,',
      'null',
      '{}',
      '{"version":2,"weights":{}}',
      '{"version":1,"protocol":{},"weights":{"item":{"own":1}}}',
      '{"version":1,"protocol":{},"weights":{"item":{"own":"1","popularity":0}}}',
    ]) {
      writeFileSync(path, content)
      await expect(weights(), content).rejects.toMatchObject({
        name: 'UserError',
        message: `${path} is damaged.`,
        hint: expect.stringContaining('Delete it'),
      })
    }
    rmSync(path)
    expect(await weights()).toEqual({ ...first, fits: 1 })
  })

  it('are not taken for none where the model that they are fitted with is damaged', async () => {
    const path = join(files, 'selected.safetensors')
    const whole = readFileSync(path)
    truncateSync(path, whole.length - 50)
    try {
      await expect(weights()).rejects.toMatchObject({ name: 'UserError', message: expect.stringContaining(path) })
      expect(kept()).toEqual([])
    } finally {
      writeFileSync(path, whole)
    }
    expect(Object.keys((await weights()).weights)).toContain('item')
  })
})

describe('a run as a model', () => {
  const model = <T>(options: ProtocolOptions, use: (workspace: Workspace, made: ReturnType<typeof runModel>) => T) =>
    inWorkspace(folder, { config, readonly: true }, async (workspace) =>
      use(workspace, runModel(workspace, await workspace.run(run, 'item'), options)),
    )

  it('lends the model of the select phase only where the other has learned from the window', async () => {
    await model(protocol, (_, { selected }) => expect(selected).toBeDefined())
    // a window after all that it was trained on
    const later = { ...protocol, cutoff: protocol.cutoff + 10 * DAY }
    await model(later, (_, { selected }) => expect(selected).toBeUndefined())
  })

  it('says what it is: its run, kind, name and weights', () =>
    model(protocol, (_, made) =>
      expect(made).toMatchObject({
        run,
        kind: 'item',
        name: 'transformer',
        width: 8,
        weights: readManifest(files).weightsHash,
      }),
    ))
})
