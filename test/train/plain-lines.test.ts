import { expect, it } from 'vitest'
import { printTraining } from '../../src/train/plain-lines.js'
import type { TrainRecord } from '../../src/runs/records.js'

const step = (n: number): TrainRecord => ({
  type: 'step',
  phase: 'select',
  step: n,
  loss: 2.5,
  learningRate: 0.001,
  tau: 0.1,
  gradientNorm: 1,
  rowsPerSecond: 1234,
  seconds: n / 10,
})
const RECORDS: TrainRecord[] = [
  {
    type: 'start',
    run: 'item-1',
    kind: 'item',
    phase: 'select',
    steps: 100,
    chosenBy: 'the geometric mean of recall@10 and recall@100 of items',
    from: 20,
    parameters: 12345,
    engine: 'onnx',
    device: 'cpu',
  },
  step(30),
  step(40),
  step(50),
  {
    type: 'validation',
    phase: 'select',
    step: 50,
    recall: { '1': 0.01, '10': 0.05, '100': 0.25 },
    advertisers: { '1': 0.1, '10': 0.5, '100': 0.75 },
    score: 0.25,
    best: true,
  },
  step(100),
  { type: 'done', run: 'item-1', weightsHash: 'abc', steps: 50, seconds: 10, recall: { '10': 0.05, '100': 0.25 } },
]
async function* records(): AsyncGenerator<TrainRecord> {
  yield* RECORDS
}

it('says in plain lines what happens, and of the steps one line in five seconds and the last', async () => {
  const lines: string[] = []
  let time = 1_000_000
  const done = await printTraining(
    records(),
    (line) => lines.push(line),
    () => (time += 1400),
  )
  expect(done).toEqual(RECORDS.at(-1))
  expect(lines).toEqual([
    'item-1: selecting the number of steps, from step 20 of 100 steps, 12,345 parameters, onnx on cpu; ' +
      'the best step has the highest geometric mean of recall@10 and recall@100 of items',
    'step 50: validation recall@10 0.0500, recall@100 0.2500; advertisers recall@10 0.5000, recall@100 0.7500; ' +
      'score 0.2500, the best so far',
    'step 100/100: loss 2.5000, tau 0.100, 1,234 rows/s, 0.0 s left',
  ])
})

it('says the rate and the time left', async () => {
  const lines: string[] = []
  let time = 1_000_000
  await printTraining(
    records(),
    (line) => lines.push(line),
    () => (time += 6000),
  )
  expect(lines).toContain('step 40/100: loss 2.5000, tau 0.100, 1,234 rows/s, 6.0 s left')
})

it('is an error when the training ends in the middle', async () => {
  const cut = (async function* () {
    yield RECORDS[0]
  })()
  await expect(printTraining(cut, () => undefined)).rejects.toThrow('ended without')
})
