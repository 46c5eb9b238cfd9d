import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { writeSafetensors, type NamedArray } from '../src/core/safetensors.js'
import type { Feeds } from '../src/engine/types.js'
import { DOMAIN_CODES, PRICE_BUCKETS, TYPE_CODES } from '../src/model/inputs.js'
import { parameterSpecs } from '../src/model/parameters.js'
import { batch, config, entries, feeds, itemVectors, items, learningRate, shape, spec } from './step-case.js'

/** A Python process that runs the same training step on demand. */
export interface Torch {
  variant: string
  version: string
  /** cpu, or the GPU's name */
  device: string
  /** of the first step, from the same parameters and batch as ours */
  loss: number
  /** milliseconds of n further steps */
  steps(n: number): Promise<number[]>
  stop(): void
}

/**
 * The step of step-case.ts in PyTorch, in these variants; none where ADSEQ_BENCH_PYTHON is not set.
 * @param device auto: a GPU where PyTorch finds one
 */
export async function startPeers(variants: readonly string[], device: 'cpu' | 'auto'): Promise<Torch[]> {
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
    for (const variant of variants) peers.push(await startTorch(python, file, variant, device))
    return peers
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Starts bench/train_step.py; @throws when it ends before its first step, with what it printed. */
async function startTorch(python: string, input: string, variant: string, device: string): Promise<Torch> {
  const child = spawn(python, [join(import.meta.dirname, 'train_step.py'), input, variant, device], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async <T>(): Promise<T> => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`${python} train_step.py ${variant} ended early; its message stands above`)
    return JSON.parse(value) as T
  }
  const { loss, torch, device: used } = await next<{ loss: number; torch: string; device: string }>()
  return {
    variant,
    version: torch,
    device: used,
    loss,
    steps: (n) => {
      child.stdin.write(`${n}\n`)
      return next<number[]>()
    },
    stop: () => child.kill(),
  }
}
