import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '..', '..')
// npm test has just built; a run of vitest alone must not meet an old build
const entry = process.env.npm_lifecycle_event === 'test' ? 'run.js' : 'dev.js'

export interface Run {
  code: number | null
  signal: string | null
  stdout: string
  stderr: string
}

/** Starts the command line as a process of its own, in a pipe. */
export function start(...args: string[]): { child: ChildProcess; done: Promise<Run> } {
  const env = { ...process.env, NODE_OPTIONS: '', FORCE_COLOR: undefined, ADSEQ_WORKSPACE: undefined }
  const child = spawn(process.execPath, [join(root, 'bin', entry), ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const result: Run = { code: null, signal: null, stdout: '', stderr: '' }
  child.stdout.on('data', (data) => (result.stdout += data))
  child.stderr.on('data', (data) => (result.stderr += data))
  const done = new Promise<Run>((resolve) => child.on('close', (code, signal) => resolve({ ...result, code, signal })))
  return { child, done }
}

export const adseq = (...args: string[]): Promise<Run> => start(...args).done
