import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../src/config/load.js'
import type { Config } from '../../src/config/schema.js'
import type { TrainOptions } from '../../src/train/run-training.js'
import type { DoneRecord, TrainRecord } from '../../src/runs/records.js'
import { makeSnapshot } from '../fixtures/snapshot.js'

const SMALL = [
  'model.width=16',
  'model.layers=1',
  'model.heads=2',
  'model.feedForward=16',
  'model.length=16',
  'model.outputWidth=16',
  'model.vectorWidth=8',
  'model.advertiserBuckets=64',
  'model.categoryBuckets=64',
  'model.titleBuckets=128',
  'train.rows=32',
  'train.uniformNegatives=16',
  'train.steps=60',
  'train.warmupSteps=5',
  'train.validateEvery=20',
  'train.windowDays=10',
  'train.learningRate=0.01',
  'train.checkpointSeconds=1000',
  'eval.windowDays=20',
  'engine.threads=1',
]

/** A small configuration; settings as --set takes them. */
export function settings(...set: string[]): Config {
  return loadConfig('/nonexistent', { set: [...SMALL, ...set], env: {} })
}

/** A workspace folder that is removed when `use` has ended. */
export async function inWorkspace<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'adseq-train-'))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export function options(workspace: string, overrides: Partial<TrainOptions> = {}): TrainOptions {
  return {
    workspace,
    kind: 'item',
    config: settings(),
    snapshot: makeSnapshot(),
    engine: { engine: 'onnx', threads: 1 },
    ...overrides,
  }
}

export async function collect(
  records: AsyncIterable<TrainRecord>,
): Promise<{ records: TrainRecord[]; done: DoneRecord }> {
  const all: TrainRecord[] = []
  for await (const record of records) all.push(record)
  return { records: all, done: all[all.length - 1] as DoneRecord }
}
