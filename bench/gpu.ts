/**
 * npm run bench gpu [-- --json] [--steps 20] [--entries 1000000]
 *
 * What a GPU is worth here, to be sent back from a machine that has one: for every engine and device, whether the
 * engine contract holds on it, and the time of a training step, of encoding 4,096 users, and of scoring 64 users
 * against a million entries; each beside the CPU's. What is not there says why. Where ADSEQ_BENCH_PYTHON names a Python
 * with PyTorch, its step stands beside ours, on its own GPU where it finds one.
 */
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { dotProducts } from '../src/ann/dot-products.js'
import { UserError } from '../src/core/errors.js'
import { median } from '../src/core/median.js'
import { Rng } from '../src/core/rng.js'
import { checkEngine } from '../src/engine/contract.js'
import { createEngine, type Engine, type EngineOptions } from '../src/engine/index.js'
import { optimizerFeeds } from '../src/model/optimizer.js'
import { encodeHistories } from '../src/model/programs.js'
import { batch, config, entries, feeds, learningRate, shape, spec } from './step-case.js'
import { startPeers } from './torch-peer.js'

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean' },
    steps: { type: 'string', default: '20' },
    entries: { type: 'string', default: '1000000' },
  },
})
const steps = Number(flags.steps)
const scored = { users: 64, entries: Number(flags.entries), width: 64 }
const ENCODED = 4096

interface Row {
  engine: string
  device: string
  /** why there are no figures */
  missing?: string
  /** checks of the engine contract: passed, of all, and the first that did not */
  contract?: { passed: number; of: number; failed?: string }
  /** medians */
  stepMs?: number
  usersPerSecond?: number
  scoresPerSecond?: number
}

const rows: Row[] = []
const asked: Omit<EngineOptions, 'threads'>[] = [
  { engine: 'onnx', device: 'cpu' },
  { engine: 'onnx', device: 'webgpu' },
  { engine: 'onnx', device: 'cuda' },
  { engine: 'tensorflow' },
]
for (const options of asked) {
  const row: Row = { engine: options.engine, device: options.device ?? 'as linked' }
  rows.push(row)
  let engine: Engine | undefined
  try {
    engine = await createEngine(options)
    row.device = engine.device
    await measure(engine, row)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    row.missing = error.message
  } finally {
    await engine?.dispose()
  }
}
const torch = []
for (const peer of await startPeers(['eager', 'sdpa'], 'auto')) {
  await peer.steps(3)
  torch.push({
    variant: peer.variant,
    device: peer.device,
    version: peer.version,
    stepMs: median(await peer.steps(steps))!,
  })
  peer.stop()
}

const [cpu] = rows
const machine = { cpu: cpus()[0].model, cores: cpus().length, platform: process.platform, node: process.version }
if (flags.json) console.log(JSON.stringify({ machine, rows, torch }))
else {
  console.log(`${machine.cpu}, ${machine.cores} cores, ${machine.platform}, Node ${machine.node}`)
  for (const row of rows) {
    const name = `${row.engine} ${row.device}`.padEnd(20)
    if (row.missing !== undefined) console.log(`${name} not here: ${row.missing}`)
    else
      console.log(
        `${name} contract ${row.contract!.passed}/${row.contract!.of}${row.contract!.failed ? ` (${row.contract!.failed})` : ''}` +
          `; step ${row.stepMs!.toFixed(1)} ms${against(row.stepMs, cpu.stepMs)}` +
          `; ${row.usersPerSecond!.toFixed(0)} users/s${against(cpu.usersPerSecond, row.usersPerSecond)}` +
          `; ${(row.scoresPerSecond! / 1e6).toFixed(0)} M scores/s${against(cpu.scoresPerSecond, row.scoresPerSecond)}`,
      )
  }
  for (const { variant, device, version, stepMs } of torch)
    console.log(`PyTorch ${version} ${variant} on ${device}`.padEnd(20), `step ${stepMs.toFixed(1)} ms`)
  if (torch.length === 0) console.log('PyTorch: not measured; set ADSEQ_BENCH_PYTHON to a Python that has it')
}

/** " (.25 of the CPU's time)" */
function against(part: number | undefined, whole: number | undefined): string {
  return part === undefined || whole === undefined || part === whole
    ? ''
    : ` (${(part / whole).toFixed(2)} of the CPU's time)`
}

async function measure(engine: Engine, row: Row): Promise<void> {
  const checks = await checkEngine(engine)
  const broken = checks.find(({ passed }) => !passed)
  row.contract = {
    passed: checks.filter(({ passed }) => passed).length,
    of: checks.length,
    ...(broken && { failed: `${broken.name}: ${broken.detail}` }),
  }
  const state = await engine.state(entries)
  const step = await engine.compile(spec, state)
  let n = 0
  row.stepMs = await medianMs(steps, () => step.run({ ...feeds, ...optimizerFeeds(++n, learningRate) }))
  step.dispose()

  const encoding = encodeHistories(shape, batch.S, config.length)
  const encode = await engine.compile(encoding, state)
  const histories = Object.fromEntries(Object.entries(feeds).filter(([name]) => name in encoding.inputs))
  const ms = await medianMs(5, async () => {
    for (let done = 0; done < ENCODED; done += batch.S) await encode.run(histories)
  })
  row.usersPerSecond = (ENCODED / ms) * 1000
  encode.dispose()
  state.dispose()

  const { users, entries: all, width } = scored
  const products = await dotProducts(width, engine)
  const [queries, vectors] = [unitVectors(users, 1), unitVectors(all, 2)]
  const out = new Float32Array(users * all)
  const searchMs = await medianMs(3, () => products.score(queries, vectors, out))
  row.scoresPerSecond = ((users * all) / searchMs) * 1000
  products.dispose()

  function unitVectors(count: number, seed: number): Float32Array {
    const rng = new Rng(seed)
    return Float32Array.from({ length: count * width }, () => rng.normal() / Math.sqrt(width))
  }
}

/** The median of n runs after one that is not counted. */
async function medianMs(n: number, run: () => Promise<unknown>): Promise<number> {
  await run()
  const times: number[] = []
  for (let i = 0; i < n; i++) {
    const start = performance.now()
    await run()
    times.push(performance.now() - start)
  }
  return median(times)!
}
