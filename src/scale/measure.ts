import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dotProducts } from '../ann/dot-products.js'
import { HnswIndex } from '../ann/hnsw.js'
import type { Config } from '../config/schema.js'
import { Rng } from '../core/rng.js'
import { createEngine } from '../engine/index.js'
import type { Engine, Feeds, ProgramSpec, State } from '../engine/types.js'
import { aggregateWidth } from '../features/advertiser-features.js'
import { initialParameters, parameterSpecs } from '../model/parameters.js'
import { encodeCandidates, encodeHistories } from '../model/programs.js'
import type { ModelShape } from '../model/shape.js'
import { inferenceState } from '../model/state.js'
import { blockFor } from '../runs/encode-blocks.js'
import { openStore } from '../store/open.js'
import type { Rates } from './plan.js'

/** Vectors that searching is measured on. */
const ENTRIES = 10_000
const QUERIES = 64
const REPEATS = 5

/** npm run bench train-step, docs/speed.md: 199 ms on two cores. */
const TRAIN_STEP = 2 * 0.199

/**
 * Processor seconds that work takes here, the least of five times, in a few seconds: the model of the settings with
 * parameters that have learned nothing (a product takes as long), a graph of random vectors (harder to search than
 * vectors of items), copies of memory, reads of a store.
 */
export async function measureRates(config: Config): Promise<Rates> {
  const engine = await createEngine({ engine: 'onnx', threads: 1 })
  try {
    const towers = await measureTowers(engine, config)
    const { outputWidth: width } = config.model
    const vectors = randomVectors(ENTRIES, width)
    return {
      ...towers,
      ...(await measureGraph(vectors, width, config)),
      scanBatch: await measureBatch(engine, vectors, width),
      readByte: measureMemory(),
      readList: measureLists(config.infer.candidates),
      trainStep: TRAIN_STEP,
      from: 'measured here',
      trainFrom: 'docs/speed.md: 199 ms on two cores',
    }
  } finally {
    await engine.dispose()
  }
}

async function measureTowers(engine: Engine, config: Config): Promise<Pick<Rates, 'encodeUser' | 'encodeItem'>> {
  const { model } = config
  const items = 1000
  const shape: ModelShape = {
    kind: 'item',
    config: model,
    causal: model.causal,
    items,
    advertisers: 100,
    aggregateWidth: aggregateWidth(model.vectorWidth),
  }
  const tables = {
    itemVectors: randomVectors(items + 1, model.vectorWidth),
    itemStrength: new Float32Array(items + 1).fill(1),
  }
  const state = await engine.state(inferenceState(shape, initialParameters(parameterSpecs(shape), 1), tables))
  const { rows, length } = blockFor(1024, model.length)
  const encodeUser = await secondsOf(engine, encodeHistories(shape, rows, length), state)
  const encodeItem = await secondsOf(engine, encodeCandidates(shape, 1024), state)
  return { encodeUser: encodeUser / rows, encodeItem: encodeItem / 1024 }
}

/** Least seconds of a program on inputs of ones. */
async function secondsOf(engine: Engine, spec: ProgramSpec, state: State): Promise<number> {
  const program = await engine.compile(spec, state)
  const feeds: Feeds = Object.fromEntries(
    Object.entries(program.inputs).map(([name, { shape, dtype }]) => {
      const size = shape.reduce((a, b) => a * b, 1)
      return [name, dtype === 'int32' ? new Int32Array(size).fill(1) : new Float32Array(size).fill(1)]
    }),
  )
  const times: number[] = []
  await program.run(feeds)
  for (let i = 0; i < REPEATS; i++) times.push(await seconds(() => program.run(feeds)))
  program.dispose()
  return Math.min(...times)
}

async function measureGraph(
  vectors: Float32Array,
  width: number,
  { index }: Config,
): Promise<Pick<Rates, 'graphSearch' | 'graphInsert' | 'graphEntries'>> {
  let graph!: HnswIndex
  const build = await seconds(async () => {
    graph = await HnswIndex.build(vectors, width, index)
  })
  const queries = randomVectors(QUERIES, width)
  const times: number[] = []
  for (let i = 0; i < REPEATS; i++) times.push(await seconds(() => graph.search(queries, 100)))
  return { graphSearch: Math.min(...times) / QUERIES, graphInsert: build / ENTRIES, graphEntries: ENTRIES }
}

async function measureBatch(engine: Engine, vectors: Float32Array, width: number): Promise<number> {
  const products = await dotProducts(width, engine)
  // whole blocks of a product, so that nothing is padding
  const entries = randomVectors(16_384, width)
  const queries = vectors.subarray(0, QUERIES * width)
  const out = new Float32Array(QUERIES * 16_384)
  const times: number[] = []
  await products.score(queries, entries, out)
  for (let i = 0; i < REPEATS; i++) times.push(await seconds(() => products.score(queries, entries, out)))
  products.dispose()
  return Math.min(...times) / (QUERIES * 16_384)
}

/** By copying more than a cache holds. */
function measureMemory(): number {
  const bytes = 1 << 27
  const [from, to] = [new Uint8Array(bytes).fill(1), new Uint8Array(bytes)]
  return repeated(() => to.set(from)) / bytes
}

function measureLists(k: number): number {
  const folder = mkdtempSync(join(tmpdir(), 'adseq-plan-'))
  const store = openStore(folder, { create: true })
  try {
    const users = 2000
    const ids = Int32Array.from({ length: users }, (_, u) => u + 1)
    const lists = Int32Array.from({ length: users * k }, (_, i) => 1 + (i % k))
    store.putCandidates('run', 1, ids, lists, randomVectors(users, k))
    return repeated(() => ids.forEach((id) => store.candidates('run', id))) / users
  } finally {
    store.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Least seconds of work that was done once before. */
function repeated(work: () => unknown): number {
  work()
  const times: number[] = []
  for (let i = 0; i < REPEATS; i++) {
    const before = process.cpuUsage()
    work()
    times.push(since(before))
  }
  return Math.min(...times)
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  return since(before)
}

/** Processor seconds, which other programs do not lengthen as they do the time of the clock. */
function since(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

/** Unit vectors [n, width]. */
function randomVectors(n: number, width: number): Float32Array {
  const rng = new Rng(1, n)
  const out = Float32Array.from({ length: n * width }, () => rng.normal())
  for (let at = 0; at < out.length; at += width) {
    const row = out.subarray(at, at + width)
    const length = Math.hypot(...row)
    row.forEach((x, c) => (row[c] = x / length))
  }
  return out
}
