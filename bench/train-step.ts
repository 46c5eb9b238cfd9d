/**
 * npm run bench train-step [-- --json] [--rounds 7] [--steps 4]
 *
 * One training step of the item model (256 histories of 64 events, width 64, 2 layers, 4 heads, feed-forward 256,
 * in-batch and 2,048 uniform negatives) on the compiled engine. Where ADSEQ_BENCH_PYTHON names a Python with PyTorch,
 * the same model with the same parameters and batch runs there, 2 threads, plain and with fused attention (and with
 * torch.compile under --compile), in turn with ours; the fastest of its variants counts. Both losses must agree.
 */
import { parseArgs } from 'node:util'
import { median } from '../src/core/median.js'
import { createEngine } from '../src/engine/index.js'
import { optimizerFeeds } from '../src/model/optimizer.js'
import { entries, feeds, learningRate, spec } from './step-case.js'
import { startPeers, type Torch } from './torch-peer.js'

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

const engine = await createEngine({ engine: 'onnx', threads: 2 })
const state = await engine.state(entries)
const program = await engine.compile(spec, state)
let step = 0
const runStep = async (): Promise<number> =>
  (await program.run({ ...feeds, ...optimizerFeeds(++step, learningRate) })).loss.data[0]
const adseqLoss = await runStep()

const peers = await startPeers(flags.compile ? ['eager', 'sdpa', 'compile'] : ['eager', 'sdpa'], 'cpu')
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

const adseqMs = median(ours)!
const best = peers
  .map((peer) => ({ peer, times: theirs.get(peer)! }))
  .sort((a, b) => median(a.times)! - median(b.times)!)[0]
const torchMs = best ? median(best.times)! : null
if (flags.json) {
  console.log(JSON.stringify({ adseqMs, torchMs, ratio: torchMs === null ? null : adseqMs / torchMs }))
} else {
  console.log(
    `adseq (onnx)           median ${adseqMs.toFixed(1)} ms, min ${Math.min(...ours).toFixed(1)} ms, first loss ` +
      `${adseqLoss.toFixed(5)}`,
  )
  for (const [peer, times] of theirs)
    console.log(
      `${`PyTorch ${peer.version} ${peer.variant}`.padEnd(22)} median ${median(times)!.toFixed(1)} ms, min ` +
        `${Math.min(...times).toFixed(1)} ms, first loss ${peer.loss.toFixed(5)}`,
    )
  if (torchMs === null) console.log('PyTorch: not measured; set ADSEQ_BENCH_PYTHON to a Python that has it')
  else console.log(`ratio ${(adseqMs / torchMs).toFixed(2)} (adseq / the fastest PyTorch)`)
}
