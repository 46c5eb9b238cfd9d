import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStore } from '../../src/store/open.js'
import { makeSnapshot } from '../fixtures/snapshot.js'
import { adseq, start } from './adseq.js'

const SETTINGS = `model: {width: 16, layers: 1, heads: 2, feedForward: 16, length: 16, outputWidth: 16, vectorWidth: 8}
train: {rows: 32, uniformNegatives: 16, steps: 30, warmupSteps: 5, validateEvery: 15, windowDays: 10, learningRate: 0.01}
eval: {windowDays: 20}
engine: {threads: 1}
`
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'adseq-train-'))
  writeFileSync(join(folder, 'adseq.yaml'), SETTINGS)
  const { offsets, users, eventItem, eventType, eventTime, eventAdvertiser } = makeSnapshot()
  const store = openStore(folder, { create: true })
  const writer = store.writer()
  for (let u = 0; u < users; u++) {
    for (let e = offsets[u]; e < offsets[u + 1]; e++) {
      const [user, item, advertiser] = [
        writer.user(`u${u}`),
        writer.item(`i${eventItem[e]}`),
        writer.advertiser(`a${eventAdvertiser[e]}`),
      ]
      writer.event({ user, item, advertiser, type: eventType[e], domain: 0, time: eventTime[e] })
    }
  }
  writer.commit()
  store.close()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const ESCAPE = '\u001b'

test('train says what it does in plain lines; with --json stdout is one object; an interrupted one says how to resume', async () => {
  const plain = await adseq('train', 'item', '--workspace', folder)
  expect(plain.stderr).toMatch(/selecting the number of steps.*\n(.*\n)*.*refitting/)
  expect(plain.code).toBe(0)
  expect(plain.stdout).toMatch(/^item-\S+: (15|30) steps in .* validation recall@10 \d\.\d+/)
  expect(plain.stdout + plain.stderr).not.toContain(ESCAPE)

  const json = await adseq('train', 'item', '--workspace', folder, '--json')
  expect(json).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(json.stdout)).toMatchObject({
    kind: 'item',
    weightsHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    recall: { '10': expect.any(Number) },
  })

  const long = [
    'train',
    'item',
    '--workspace',
    folder,
    '--set',
    'train.steps=4000',
    '--set',
    'train.validateEvery=4000',
  ]
  const { child, done } = start(...long)
  child.stderr!.on('data', (data: Buffer) => {
    if (data.toString().includes('selecting the number of steps')) child.kill('SIGINT')
  })
  const interrupted = await done
  expect(interrupted.code).toBe(130)
  expect(interrupted.stderr).toMatch(/Try: .*Run the same command again: it resumes item-/)
}, 120_000)

test('mistakes get one sentence, what to do, and exit code 2', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'adseq-train-'))
  for (const [args, text] of [
    [['--workspace', empty], 'There is no data'],
    [['--workspace', folder, '--set', 'train.negativePool=5'], 'smaller than the 16 uniform negatives'],
    [['--workspace', folder, '--set', 'model.widht=32'], 'width'],
  ] as const) {
    const { code, stderr } = await adseq('train', 'item', ...args)
    expect(stderr).toContain(text)
    expect(stderr).toMatch(/^Error: .*\nTry: .*\n$|Error: .*\nTry: .*\n$/)
    expect(stderr).not.toMatch(/^\s+at /m)
    expect(code).toBe(2)
  }
  rmSync(empty, { recursive: true, force: true })
}, 60_000)
