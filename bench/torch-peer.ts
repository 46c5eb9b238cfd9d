import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A Python process that runs the same training step on demand. */
export interface Torch {
  variant: string
  version: string
  /** of the first step, from the same parameters and batch as ours */
  loss: number
  /** milliseconds of n further steps */
  steps(n: number): Promise<number[]>
  stop(): void
}

/** Starts bench/train_step.py; @throws when it ends before its first step, with what it printed. */
export async function startTorch(python: string, input: string, variant: string): Promise<Torch> {
  const child = spawn(python, [join(import.meta.dirname, 'train_step.py'), input, variant], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async <T>(): Promise<T> => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`${python} train_step.py ${variant} ended early; its message stands above`)
    return JSON.parse(value) as T
  }
  const { loss, torch } = await next<{ loss: number; torch: string }>()
  return {
    variant,
    version: torch,
    loss,
    steps: (n) => {
      child.stdin.write(`${n}\n`)
      return next<number[]>()
    },
    stop: () => child.kill(),
  }
}
