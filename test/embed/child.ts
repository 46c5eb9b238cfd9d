import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** Runs a script of test/embed in a process of its own. Kills it (SIGKILL) at the line `killAt`. @returns its lines */
export async function runChild(
  script: string,
  args: string[],
  killAt?: string,
): Promise<{ lines: string[]; signal: string | null; code: number | null }> {
  const file = fileURLToPath(new URL(script, import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: string[] = []
  const ended = new Promise<{ signal: string | null; code: number | null }>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal })),
  )
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line)
    if (line === killAt) child.kill('SIGKILL')
  }
  return { lines, ...(await ended) }
}
