import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { listRuns } from '../../src/train/manifest.js'
import { runTraining } from '../../src/train/run-training.js'
import { collect, inWorkspace, options, settings } from './settings.js'

const SET = ['train.steps=40', 'train.validateEvery=20', 'train.checkpointSeconds=0.001', 'model.dropout=0.2']

/** Runs train-child.ts; kills it with SIGKILL as soon as it has said `until`. */
async function child(folder: string, until?: string): Promise<{ lines: string[]; signal: string | null }> {
  const run = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(new URL('./train-child.ts', import.meta.url)), folder, ...SET], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  run.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString()
    if (until !== undefined && text.split('\n').includes(until)) run.kill('SIGKILL')
  })
  const signal = await new Promise<string | null>((resolve) => run.on('close', (_code, by) => resolve(by)))
  return { lines: text.trim().split('\n'), signal }
}

it('train killed with SIGKILL, in both phases, ends with the weights of one that was not', async () => {
  const whole = await inWorkspace(async (folder) => (await collect(runTraining(options(folder, { config: settings(...SET) })))).done)
  await inWorkspace(async (folder) => {
    expect((await child(folder, 'select 10')).signal).toBe('SIGKILL')
    const second = await child(folder, 'refit 10')
    expect(second.signal).toBe('SIGKILL')
    expect(second.lines[0]).not.toBe('select 1')
    const last = await child(folder)
    expect(last.lines[0]).toMatch(/^refit [1-4]0$/)
    expect(last.lines.at(-1)).toBe(`done ${whole.weightsHash}`)
    expect(listRuns(folder).map((run) => run.status)).toEqual(['done'])
  })
})
