import { execaNode } from 'execa'
import { expect, test } from 'vitest'

const SCRIPT = `
import { EventEmitter } from 'node:events'
import { performance } from 'node:perf_hooks'
import { renderTraining } from './src/tui/train-view.ts'
const stdout = Object.assign(new EventEmitter(), { isTTY: true, columns: 80, rows: 24, frames: 0, write() { this.frames++; return true } })
async function* records() {
  yield { type: 'start', run: 'r', kind: 'item', phase: 'select', steps: 9, from: 0, parameters: 1, engine: 'onnx', device: 'cpu' }
  for (let step = 1; step < 6; step++) {
    await new Promise((resolve) => setTimeout(resolve, 120))
    yield { type: 'step', phase: 'select', step, loss: 5, learningRate: 1, tau: 1, gradientNorm: 1, rowsPerSecond: 1, seconds: step }
  }
  yield { type: 'done', run: 'r', weightsHash: 'x', steps: 9, seconds: 1, recall: {} }
}
await renderTraining(records(), { stdout })
console.log(JSON.stringify({ frames: stdout.frames, entries: performance.getEntriesByType('measure').length }))
`

test('a view that is redrawn for hours keeps nothing of its drawings in memory', async () => {
  // NODE_ENV as a user has it: vitest sets its own
  const { stdout } = await execaNode({
    nodeOptions: ['--import', 'tsx', '--input-type=module'],
    env: { NODE_ENV: undefined },
    input: SCRIPT,
  })`-`
  const { frames, entries } = JSON.parse(stdout) as { frames: number; entries: number }
  expect(frames).toBeGreaterThan(3)
  expect(entries).toBe(0)
})
