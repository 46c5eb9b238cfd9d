import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DEFAULTS } from '../../src/config/defaults.js'
import { configFor } from '../../src/config/kind.js'
import { loadConfig, type LoadOptions } from '../../src/config/load.js'
import { UserError } from '../../src/core/errors.js'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'adseq-config-'))))
afterEach(() => rmSync(folder, { recursive: true }))

const load = (yaml: string | undefined, options: LoadOptions = {}) => {
  if (yaml !== undefined) writeFileSync(join(folder, 'adseq.yaml'), yaml)
  return loadConfig(folder, { env: {}, ...options })
}

/** The message and hint that settings are refused with. */
function refusal(yaml: string | undefined, options: LoadOptions = {}): { message: string; hint: string } {
  try {
    load(yaml, options)
  } catch (error) {
    if (error instanceof UserError) return { message: error.message, hint: error.hint }
    throw error
  }
  throw new Error(`not refused: ${yaml}`)
}

describe('layers', () => {
  test('a folder without adseq.yaml, and an empty file, have the defaults', () => {
    expect(load(undefined)).toEqual(DEFAULTS)
    expect(load('')).toEqual(DEFAULTS)
    expect(load('# nothing\nmodel:\n')).toEqual(DEFAULTS)
  })

  test('defaults < template < adseq.yaml < environment < flags', () => {
    const template = 'train: { steps: 1, rows: 4, patience: 1, seed: 2, validateEvery: 2 }'
    const yaml = 'train: { rows: 8, patience: 2, seed: 3 }'
    const env = { ADSEQ_SET: 'train.patience=7 train.seed=4' }
    const { train } = load(yaml, { template, env, set: ['train.seed=5', 'train.warmupSteps=0'] })
    expect(train).toEqual({
      ...DEFAULTS.train,
      validateEvery: 2,
      steps: 1,
      rows: 8,
      patience: 7,
      seed: 5,
      warmupSteps: 0,
    })
  })

  test('engine keys have environment variables of their own, below flags', () => {
    const env = { ADSEQ_ENGINE: 'onnx', ADSEQ_DEVICE: 'cuda', ADSEQ_THREADS: '3' }
    expect(load('engine: { threads: 8 }', { env }).engine).toEqual({ name: 'onnx', device: 'cuda', threads: 3 })
    expect(load(undefined, { env, set: ['engine.threads=1'] }).engine.threads).toBe(1)
  })

  test('a later --set of the same key wins, and values are YAML', () => {
    const config = load(undefined, {
      set: [
        'model.width=32',
        'model.width=128',
        'eval.cutoff=2017-12-02',
        'train.refit=false',
        'train.labelWeights={checkout: 3}',
      ],
    })
    expect(config.model.width).toBe(128)
    expect(config.eval.cutoff).toBe('2017-12-02')
    expect(config.train.refit).toBe(false)
    expect(config.train.labelWeights).toEqual({ checkout: 3, add_to_cart: 0.5, signup: 0.5 })
  })

  test('a log-Q preset is its pair of weights, and one of the pair can be overridden above it', () => {
    expect(load('train: { logq: none }').train.logq).toEqual({ positive: 0, negative: 0 })
    expect(load('train: { logq: standard }').train.logq).toEqual({ positive: 1, negative: 1 })
    expect(load('train: { logq: negatives-only }').train.logq).toEqual({ positive: 0, negative: 1 })
    expect(load('train: { logq: none }', { set: ['train.logq.negative=0.5'] }).train.logq).toEqual({
      positive: 0,
      negative: 0.5,
    })
  })
})

describe('item and advertiser', () => {
  test('each model has the common keys with its own laid over', () => {
    const config = load(
      'train: { rows: 64 }\nadvertiser:\n  train: { steps: 700, logq: negatives-only }\n  model: { length: 32 }',
    )
    const item = configFor(config, 'item')
    const advertiser = configFor(config, 'advertiser')
    expect([item.train.rows, item.train.steps, item.model.length]).toEqual([64, 1500, 128])
    expect([advertiser.train.rows, advertiser.train.steps, advertiser.model.length]).toEqual([64, 700, 32])
    expect(advertiser.train.logq).toEqual({ positive: 0, negative: 1 })
    expect(item.train.logq).toEqual({ positive: 1, negative: 1 })
  })

  test('the advertiser model has no uniform negatives unless they are asked for by its own key', () => {
    const common = load('train: { uniformNegatives: 99 }')
    expect(configFor(common, 'advertiser').train.uniformNegatives).toBe(0)
    expect(configFor(common, 'item').train.uniformNegatives).toBe(99)
    expect(configFor(load('advertiser: { train: { uniformNegatives: 7 } }'), 'advertiser').train.uniformNegatives).toBe(
      7,
    )
  })

  test('what is typed wins over a section of a file; within one layer the section wins', () => {
    const yaml = 'train:\n  steps: 100\nadvertiser:\n  train:\n    steps: 50\n    rows: 128\n'
    writeFileSync(join(folder, 'adseq.yaml'), yaml)
    const steps = (set: string[]): number[] => {
      const config = loadConfig(folder, { set, env: {} })
      return (['item', 'advertiser'] as const).map((kind) => configFor(config, kind).train.steps)
    }
    expect(steps([])).toEqual([100, 50])
    expect(steps(['train.steps=60'])).toEqual([60, 60])
    expect(steps(['train.steps=60', 'advertiser.train.steps=7'])).toEqual([60, 7])
    expect(steps(['advertiser.train.steps=7', 'train.steps=60'])).toEqual([60, 60])
    expect(configFor(loadConfig(folder, { set: ['train.steps=60'], env: {} }), 'advertiser').train.rows).toBe(128)
  })

  test('dense-all-action is causal: a position must not see what comes after it', () => {
    expect(configFor(load('train: { objective: dense-all-action }'), 'item').model.causal).toBe(true)
    expect(configFor(load(''), 'item').model.causal).toBe(false)
  })

  test('resolving twice changes nothing', () => {
    const once = configFor(load('advertiser: { train: { steps: 700 } }'), 'advertiser')
    expect(configFor(once, 'advertiser')).toEqual(once)
  })
})

describe('mistakes name the key, the file and line, and what to write', () => {
  test.each([
    ['model:\n  length: 64\n  widht: 32', 'adseq.yaml:3: unknown key model.widht.', 'Did you mean model.width?'],
    [
      'model:\n  length: 64\n---\ntrain:\n  steps: 5',
      'adseq.yaml:3: a line of --- begins a second document.',
      'Keep all settings in one: delete that line.',
    ],
    ['# c\n\nmodle:\n  width: 32', 'adseq.yaml:3: unknown key modle.', 'Did you mean model?'],
    [
      'train:\n  positives_per_anchor: 4',
      'adseq.yaml:2: unknown key train.positives_per_anchor.',
      'Did you mean train.positivesPerAnchor?',
    ],
    ['train:\n  length: 64', 'adseq.yaml:2: unknown key train.length.', 'Did you mean model.length?'],
    ['item:\n  train:\n    stepz: 64', 'adseq.yaml:3: unknown key item.train.stepz.', 'Did you mean item.train.steps?'],
    [
      'model:\n  width: wide',
      'adseq.yaml:2: model.width is "wide", expected a number.',
      'Write model.width as a number.',
    ],
    [
      'model:\n  width: 6.5',
      'adseq.yaml:2: model.width is 6.5, expected a whole number.',
      'Write model.width as a whole number.',
    ],
    [
      'train:\n  refit: maybe',
      'adseq.yaml:2: train.refit is "maybe", expected true or false.',
      'Write train.refit as true or false.',
    ],
    [
      'model:\n  userTower: transformr',
      'adseq.yaml:2: model.userTower is "transformr"; it can be transformer, mean, max, decayed-mean.',
      'Did you mean transformer?',
    ],
    [
      'train:\n  seed: 2\n  temperature: 1.5',
      'adseq.yaml:3: train.temperature is 1.5, too large.',
      'Use a number of at most 1.',
    ],
    [
      'train:\n  temperature: 0.005',
      'adseq.yaml:2: train.temperature is 0.005, too small.',
      'Use a number of at least 0.01.',
    ],
    [
      'train:\n  logq: both',
      'adseq.yaml:2: train.logq is "both".',
      'Use none, standard, negatives-only, or a pair: {positive: 1, negative: 1}.',
    ],
    [
      'eval:\n  cutoff: soon',
      'adseq.yaml:2: eval.cutoff is "soon".',
      'Use auto, an ISO date such as 2017-12-02, or unix seconds.',
    ],
    [
      'model: 64',
      'adseq.yaml:1: model is 64, expected a section with keys.',
      'Write model: and its keys below it, indented.',
    ],
    [
      '- model',
      'adseq.yaml:1: expected sections such as model: and train:, found a list.',
      'Write a new file with: adseq init --force',
    ],
    [
      'model:\n  width: 1\n  width: 2',
      'adseq.yaml:3: Map keys must be unique.',
      'Check the indentation, colons and quotes of that line.',
    ],
    ['model:\n  width: [1', 'adseq.yaml:2', 'Check the indentation, colons and quotes of that line.'],
  ])('%j', (yaml, message, hint) => {
    const refused = refusal(yaml)
    expect(refused.message).toContain(message)
    expect(refused.hint).toBe(hint)
  })

  test.each([
    [
      'model:\n  width: 64\n  heads: 3',
      'adseq.yaml:3: model.width 64 cannot be divided among 3 heads.',
      'Set model.heads to a divisor of 64',
    ],
    [
      'train:\n  rows: 254',
      'adseq.yaml:2: train.rows 254 is not a multiple of train.positivesPerAnchor 4.',
      'Set train.rows to 256.',
    ],
    [
      'train:\n  objective: dense-all-action\nmodel:\n  userTower: mean',
      'adseq.yaml:2: dense-all-action needs an output at every position, which the mean tower does not have.',
      'Set model.userTower: transformer',
    ],
    [
      'model:\n  userTower: max\n  causal: true',
      'adseq.yaml:3: model.causal is a mask of the transformer',
      'Leave model.causal out',
    ],
    [
      'train:\n  rows: 4\n',
      'adseq.yaml:2: one sequence a batch and no uniform negatives',
      'Set train.rows to 8 or more',
    ],
    [
      'train:\n  labelWeights: { checkout: 0, add_to_cart: 0, signup: 0 }',
      'adseq.yaml:2: all train.labelWeights are 0',
      'Give at least one',
    ],
    [
      'train:\n  positivesPerAnchor: 3',
      'adseq.yaml:2: train.rows 256 is not a multiple of train.positivesPerAnchor 3.',
      'Set train.rows to 258.',
    ],
    [
      'engine:\n  name: tensorflow\n  device: cuda',
      'adseq.yaml:3: engine.device cuda is for the onnx engine',
      'Leave engine.device out',
    ],
    ['advertiser:\n  train:\n    rows: 30', 'adseq.yaml:3: train.rows 30 is not a multiple', 'Set train.rows to 32.'],
  ])('%j cannot be', (yaml, message, hint) => {
    const refused = refusal(yaml)
    expect(refused.message).toContain(message)
    expect(refused.hint).toContain(hint)
  })

  test('a flag or variable is named as such', () => {
    expect(refusal(undefined, { set: ['model.heads=3'] }).message).toBe(
      '--set model.heads=3: model.width 64 cannot be divided among 3 heads.',
    )
    expect(refusal('model: { width: 32 }', { set: ['model.widht=3'] }).message).toBe(
      '--set model.widht=3: unknown key model.widht.',
    )
    expect(refusal(undefined, { env: { ADSEQ_ENGINE: 'onxx' } })).toEqual({
      message: 'ADSEQ_ENGINE: engine.name is "onxx"; it can be auto, onnx, eager, tensorflow.',
      hint: 'Did you mean onnx?',
    })
    expect(refusal(undefined, { env: { ADSEQ_THREADS: 'two' } }).message).toBe(
      'ADSEQ_THREADS: engine.threads is "two", expected a number.',
    )
    expect(refusal(undefined, { set: ['model.width'] }).message).toContain('not of the form section.key=value')
  })

  test('keys of Object.prototype are unknown like others', () => {
    expect(refusal(undefined, { set: ['__proto__.polluted=1'] }).message).toContain('unknown key __proto__')
    expect(refusal('constructor: 1').message).toContain('unknown key constructor')
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })
})
