import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../../src/store/sqlite.js'
import { runAdseq, startAdseq } from './run-adseq.js'
import { cutSample } from './sample.js'

const preload = join(dirname(fileURLToPath(import.meta.url)), 'full-disk.cjs')
const folder = mkdtempSync(join(tmpdir(), 'adseq-e2e-'))
const TRAIN = [
  'train',
  'item',
  '--set',
  'train.steps=60',
  '--set',
  'train.validateEvery=60',
  '--set',
  'train.checkpointSeconds=0.001',
  '--set',
  'model.dropout=0.2',
]

/** A workspace with data and no run. */
let empty: string
/** What a training that nothing disturbs ends with. */
let weightsHash: string

function copy(name: string): string {
  const to = join(folder, name)
  cpSync(empty, to, { recursive: true })
  return to
}

/** Trains to the end; gives what --json prints. */
async function finish(workspace: string, ...more: string[]): Promise<{ weightsHash: string; run: string }> {
  const { code, stdout, stderr } = await runAdseq([...TRAIN, ...more, '--workspace', workspace, '--json'])
  expect(code, stderr + stdout).toBe(0)
  return JSON.parse(stdout) as { weightsHash: string; run: string }
}

/** The records that the runs of a workspace have written so far. */
function records(workspace: string): { type: string; phase?: string; step?: number; from?: number }[] {
  const runs = join(workspace, 'runs')
  if (!existsSync(runs)) return []
  return readdirSync(runs)
    .map((id) => join(runs, id, 'metrics.jsonl'))
    .filter((path) => existsSync(path))
    .flatMap((path) => readFileSync(path, 'utf8').split('\n').slice(0, -1))
    .map((line) => JSON.parse(line) as { type: string })
}

/** Starts the training and kills it with SIGKILL as soon as a step of the phase is on record. */
async function kill(workspace: string, phase: string, step: number): Promise<void> {
  const child = startAdseq([...TRAIN, '--workspace', workspace])
  while (!records(workspace).some((r) => r.type === 'step' && r.phase === phase && r.step! >= step)) {
    expect(child.exitCode).toBeNull()
    await sleep(3)
  }
  child.kill('SIGKILL')
  expect((await child).signal).toBe('SIGKILL')
}

beforeAll(async () => {
  empty = join(folder, 'empty')
  const files = cutSample(empty)
  expect((await runAdseq(['import', 'csv', ...files, '--workspace', empty, '-q'])).code).toBe(0)
  weightsHash = (await finish(copy('whole'))).weightsHash
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('adseq train on a cut of the sample data', () => {
  it('sees nothing after the cutoff: deleting those events from the database gives the same weights', async () => {
    const cutoff = ['--set', 'eval.cutoff=2017-09-01']
    const [whole, cut] = [copy('later-kept'), copy('later-deleted')]
    const db = openDatabase(join(cut, 'adseq.db'))
    const { changes } = db.prepare('DELETE FROM events WHERE time > ?').run(Date.UTC(2017, 8, 1) / 1000)
    db.close()
    expect(changes).toBeGreaterThan(1000)
    expect((await finish(cut, ...cutoff)).weightsHash).toBe((await finish(whole, ...cutoff)).weightsHash)
  }, 120_000)

  it('killed with SIGKILL, in both phases, and run again ends with the weights of an uninterrupted run', async () => {
    const workspace = copy('killed')
    await kill(workspace, 'select', 10)
    await kill(workspace, 'refit', 10)
    expect((await finish(workspace)).weightsHash).toBe(weightsHash)
    expect(readdirSync(join(workspace, 'runs'))).toHaveLength(1)
    // it went on in the middle, twice
    const starts = records(workspace).filter(({ type, from }) => type === 'start' && from! > 0)
    expect(starts.map(({ phase }) => phase)).toEqual(expect.arrayContaining(['refit']))
  }, 120_000)

  it('on a disk that fills up says so in one sentence with exit code 2, and goes on when there is space', async () => {
    const workspace = copy('full')
    const { code, stdout, stderr } = await runAdseq([...TRAIN, '--workspace', workspace, '-q'], {
      NODE_OPTIONS: `--require ${preload}`,
      FULL_DISK_FILE: 'checkpoint.safetensors',
      FULL_DISK_AFTER: '12',
    })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toBe(
      'Error: The disk is full; nothing half written was kept.\nTry:   Free some space and run the same command ' +
        'again: it goes on where it stopped.',
    )
    expect(
      readdirSync(join(workspace, 'runs', readdirSync(join(workspace, 'runs'))[0])).filter((name) =>
        name.includes('.tmp'),
      ),
    ).toEqual([])
    expect((await finish(workspace)).weightsHash).toBe(weightsHash)
    expect(records(workspace).some(({ type, from }) => type === 'start' && from! > 0)).toBe(true)
  }, 120_000)
})
