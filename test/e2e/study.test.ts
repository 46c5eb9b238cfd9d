import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandLine, runAdseq, startAdseq } from './run-adseq.js'
import { cutSample } from './sample.js'

const folder = mkdtempSync(join(tmpdir(), 'adseq-e2e-'))
const SWEEP = ['sweep', 'item', '--over', 'train.logq.negative=0', '--name', 'weights', '--workspace', folder]

interface Trials {
  trials: Record<string, { training: { run: string } }>
}
interface Sweep {
  trials: { run: string; settings: object }[]
  fronts: { item: Record<string, string[]> }
  recommended: { key: string; commands: string[] }
}
interface Reproduction {
  trainings: number
  claims: { findings: { verdict: string; seeds: number }[] }[]
}

const trials = (): string[] => {
  const path = join(folder, 'studies', 'weights', 'trials.json')
  return existsSync(path)
    ? Object.values((JSON.parse(readFileSync(path, 'utf8')) as Trials).trials).map(({ training }) => training.run)
    : []
}

beforeAll(async () => {
  expect((await runAdseq(['import', 'csv', ...cutSample(folder), '--workspace', folder, '-q'])).code).toBe(0)
}, 300_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('studies of a cut of the sample data', () => {
  it('a sweep killed with SIGKILL goes on with the same command, and trains nothing twice', async () => {
    const child = startAdseq([...SWEEP, '-q'])
    while (trials().length === 0) {
      expect(child.exitCode).toBeNull()
      await sleep(20)
    }
    child.kill('SIGKILL')
    await child
    const [first] = trials()
    const { code, stdout, stderr } = await runAdseq([...SWEEP, '--json'])
    expect(code, stdout + stderr).toBe(0)
    const sweep = JSON.parse(stdout) as Sweep
    expect(sweep.trials.map(({ settings }) => settings)).toEqual([{}, { 'train.logq.negative': 0 }])
    expect(sweep.trials[0].run).toBe(first)
    expect(readdirSync(join(folder, 'runs')).sort()).toEqual(sweep.trials.map(({ run }) => run).sort())
    expect(sweep.fronts.item['10'].length).toBeGreaterThan(0)
    expect(sweep.recommended.commands[0]).toMatch(/^adseq train item/)
    expect(JSON.parse(readFileSync(join(folder, 'studies', 'weights', 'sweep.json'), 'utf8'))).toEqual(sweep)
    expect(readFileSync(join(folder, 'studies', 'weights', 'sweep.html'), 'utf8')).toContain('<b>Trials</b>')
  }, 300_000)

  it('Ctrl-C, which a terminal sends to children too, ends with 130 and how to go on', async () => {
    const long = ['sweep', 'item', '--over', 'train.seed=7,8', '--name', 'stopped', '--set', 'train.steps=100000']
    const line = commandLine([...long, '--workspace', folder])
    const runs = (): string[] => readdirSync(join(folder, 'runs'))
    const before = runs().length
    // a process group of its own, as a terminal gives it
    const child = spawn(line.command, line.args, { detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const ended = once(child, 'exit')
    while (runs().length === before) {
      expect(child.exitCode, said).toBeNull()
      await sleep(50)
    }
    process.kill(-child.pid!, 'SIGINT')
    expect(await ended, said).toEqual([130, null])
    expect(said).toMatch(/Interrupted; what was done is kept\.\n.*Try: +Run the same command again/s)
  }, 300_000)

  it('trials are not what is meant by the latest run', async () => {
    const { code, stderr } = await runAdseq(['infer', '--workspace', folder])
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('There is no finished run') })
  }, 120_000)

  it('a reproduction shares trainings with the sweep, prints its commands, and writes what it found', async () => {
    const { code, stdout, stderr } = await runAdseq([
      'reproduce',
      'item',
      '--claims',
      'negatives',
      '--budget',
      '1h',
      '--seeds',
      '1',
      '--name',
      'claims',
      '--workspace',
      folder,
    ])
    expect(code, stderr).toBe(0)
    expect(stderr).toMatch(/of a run that was there/)
    expect(stderr.match(/^\$ adseq train item .*$/gm)).toHaveLength(1)
    expect(stderr.match(/^\$ adseq eval item .*$/gm)).toHaveLength(2)
    expect(stdout).toMatch(
      /^(HOLDS|DOES NOT HOLD|A TIE WITHIN THE INTERVAL|@10 .*): 64 random negatives beside those of the batch recall more than the batch alone$/m,
    )
    const found = JSON.parse(readFileSync(join(folder, 'studies', 'claims', 'reproduce.json'), 'utf8')) as Reproduction
    expect(found).toMatchObject({ trainings: 2, claims: [{ findings: [{ seeds: 1 }] }] })
    expect(readFileSync(join(folder, 'studies', 'claims', 'reproduce.md'), 'utf8')).toContain(
      '## In-batch against mixed negatives',
    )
    // and the one that Ctrl-C stopped
    expect(readdirSync(join(folder, 'runs'))).toHaveLength(3 + 1)
  }, 300_000)

  it('mistakes get one sentence and exit code 2', async () => {
    const wrong = await runAdseq(['sweep', 'item', '--over', 'train.tempersture=0.1,0.2', '--workspace', folder])
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean') })
    expect(
      await runAdseq(['sweep', 'item', '--over', 'train.temperature=0.1..0.2', '--workspace', folder]),
    ).toMatchObject({ code: 2, stderr: expect.stringContaining('--trials 20') })
    expect(await runAdseq(['reproduce', '--budget', 'soon', '--workspace', folder])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('30m'),
    })
  }, 300_000)
})
