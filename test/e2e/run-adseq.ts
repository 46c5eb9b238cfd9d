import { execa, type ResultPromise } from 'execa'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
// npm test has just built; a run of vitest alone must not meet an old build
const entry = process.env.npm_lifecycle_event === 'test' ? 'run.js' : 'dev.js'

type Options = { reject: false; cwd: string; env: Record<string, string | undefined> }

/** The real CLI as a command line. */
export function commandLine(args: readonly string[]): { command: string; args: string[] } {
  return { command: process.execPath, args: [join(root, 'bin', entry), ...args] }
}

/** Starts the real CLI in a process of its own, in a pipe; a non-zero exit code does not throw. */
export function startAdseq(args: readonly string[], env: Record<string, string> = {}): ResultPromise<Options> {
  // settings of the developer's own shell stay out
  const clean = Object.fromEntries(
    Object.keys(process.env)
      .filter((name) => name.startsWith('ADSEQ_'))
      .map((name) => [name, undefined]),
  )
  const line = commandLine(args)
  return execa(line.command, line.args, { reject: false, cwd: root, env: { ...clean, ...env } })
}

export interface Finished {
  code: number | undefined
  stdout: string
  stderr: string
}

/** Runs the CLI to its end. */
export async function runAdseq(args: readonly string[], env?: Record<string, string>): Promise<Finished> {
  const { exitCode, stdout, stderr } = await startAdseq(args, env)
  return { code: exitCode, stdout, stderr }
}
