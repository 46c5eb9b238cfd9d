/**
 * npm run bench train-step [-- --json] [--rounds 7] [--steps 4]
 *
 * One training step of the item model (256 histories of 64 events, width 64, 2 layers, 4 heads, feed-forward 256,
 * in-batch and 2,048 uniform negatives) on the compiled engine. Where ADSEQ_BENCH_PYTHON names a Python with PyTorch,
 * the same model with the same parameters and batch runs there, 2 threads, plain and with fused attention (and with
 * torch.compile under --compile), in turn with ours; the fastest of its variants counts. Both losses must agree.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Rng } from '../src/core/rng.js'
import { writeSafetensors, type NamedArray } from '../src/core/safetensors.js'
import { createEngine } from '../src/engine/index.js'
import type { Feeds } from '../src/engine/types.js'
import { DEFAULTS as defaults } from '../src/config/defaults.js'
import { DOMAIN_CODES, PRICE_BUCKETS, TYPE_CODES } from '../src/model/inputs.js'
import { optimizerFeeds } from '../src/model/optimizer.js'
import { parameterSpecs } from '../src/model/parameters.js'
import { trainStep } from '../src/model/programs.js'
import type { ModelShape } from '../src/model/shape.js'
import { trainingState } from '../src/model/state.js'
import { syntheticFeeds } from './synthetic-batch.js'
import { startTorch, type Torch } from './torch-peer.js'

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean' },
    compile: { type: 'boolean' },
    rounds: { type: 'string', default: '7' },
    steps: { type: 'string', default: '4' },
  },
})
const rounds = Number(flags.rounds)
const steps = Number(flags.steps)

const batch = { S: 256, T: 64, R: 256, C: 256 + 2048 }
const items = 20_000
const config = {
  ...defaults.model,
  width: 64,
  layers: 2,
  heads: 4,
  feedForward: 256,
  length: 64,
  dropout: 0,
  profile: false,
}
const shape: ModelShape = { kind: 'item', config, causal: false, items, advertisers: 5000, aggregateWidth: 0 }
const learningRate = 1e-3

const rng = new Rng(1)
const itemVectors = Float32Array.from({ length: (items + 1) * config.vectorWidth }, (_, i) =>
  i < config.vectorWidth ? 0 : rng.normal() / 8,
)
const entries = trainingState(
  shape,
  { itemVectors, itemStrength: new Float32Array(items + 1) },
  { seed: 1, temperature: 0.1 },
)
const spec = trainStep(shape, batch, {
  logq: { positive: 1, negative: 1 },
  gradientClip: 1,
  weightDecay: 0.01,
  dense: false,
})
const feeds = syntheticFeeds(spec.inputs, config, items, batch)

const engine = await createEngine({ engine: 'onnx', threads: 2 })
const state = await engine.state(entries)
const program = await engine.compile(spec, state)
let step = 0
const runStep = async (): Promise<number> =>
  (await program.run({ ...feeds, ...optimizerFeeds(++step, learningRate) })).loss.data[0]
const adseqLoss = await runStep()

const peers = await startPeers()
for (const peer of peers) {
  const difference = Math.abs(peer.loss - adseqLoss)
  if (!(difference < 1e-4 * Math.abs(adseqLoss)))
    throw new Error(`PyTorch's first loss is ${peer.loss}, ours ${adseqLoss}: these are not the same model`)
}

const ours: number[] = []
const theirs = new Map<Torch, number[]>(peers.map((peer) => [peer, []]))
for (let round = -1; round < rounds; round++) {
  for (let i = 0; i < steps; i++) {
    const start = performance.now()
    await runStep()
    if (round >= 0) ours.push(performance.now() - start)
  }
  for (const peer of peers) {
    const times = await peer.steps(steps)
    if (round >= 0) theirs.get(peer)!.push(...times)
  }
}
for (const peer of peers) peer.stop()
program.dispose()
await engine.dispose()

const median = (list: number[]): number => list.toSorted((a, b) => a - b)[list.length >> 1]
const adseqMs = median(ours)
const best = peers
  .map((peer) => ({ peer, times: theirs.get(peer)! }))
  .sort((a, b) => median(a.times) - median(b.times))[0]
const torchMs = best ? median(best.times) : null
if (flags.json) {
  console.log(JSON.stringify({ adseqMs, torchMs, ratio: torchMs === null ? null : adseqMs / torchMs }))
} else {
  console.log(
    `adseq (onnx)           median ${adseqMs.toFixed(1)} ms, min ${Math.min(...ours).toFixed(1)} ms, first loss ` +
      `${adseqLoss.toFixed(5)}`,
  )
  for (const [peer, times] of theirs)
    console.log(
      `${`PyTorch ${peer.version} ${peer.variant}`.padEnd(22)} median ${median(times).toFixed(1)} ms, min ` +
        `${Math.min(...times).toFixed(1)} ms, first loss ${peer.loss.toFixed(5)}`,
    )
  if (torchMs === null) console.log('PyTorch: not measured; set ADSEQ_BENCH_PYTHON to a Python that has it')
  else console.log(`ratio ${(adseqMs / torchMs).toFixed(2)} (adseq / the fastest PyTorch)`)
}

async function startPeers(): Promise<Torch[]> {
  const python = process.env.ADSEQ_BENCH_PYTHON
  if (!python) return []
  const folder = mkdtempSync(join(tmpdir(), 'adseq-bench-'))
  const file = join(folder, 'input.safetensors')
  const arrays: Record<string, NamedArray> = {
    'items.vectors': { shape: [items + 1, config.vectorWidth], data: itemVectors },
  }
  const flat = entries.parameters.data
  for (const p of parameterSpecs(shape))
    arrays[`param/${p.name}`] = { shape: p.shape, data: flat.slice(p.offset, p.offset + p.size) }
  for (const [name, data] of Object.entries(feeds satisfies Feeds))
    arrays[`feed/${name}`] = { shape: [...spec.inputs[name].shape], data }
  const meta = {
    ...batch,
    width: config.width,
    heads: config.heads,
    layers: config.layers,
    types: TYPE_CODES,
    domains: DOMAIN_CODES,
    prices: PRICE_BUCKETS,
    epsilon: 1e-5,
    learningRate,
  }
  writeSafetensors(file, arrays, { config: JSON.stringify(meta) })
  try {
    const peers: Torch[] = []
    for (const variant of flags.compile ? ['eager', 'sdpa', 'compile'] : ['eager', 'sdpa'])
      peers.push(await startTorch(python, file, variant))
    return peers
  } finally {
    rmSync(folder, { recursive: true })
  }
}
