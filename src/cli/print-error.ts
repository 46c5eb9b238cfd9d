import { wrap } from '../core/wrap.js'
import { MEANING, type Explained } from './explain.js'

/** Tells an error: two labelled lines on stderr, or with --json one object on stdout. */
export function printError(
  { message, hint, code }: Explained,
  { json, stdout = process.stdout, stderr = process.stderr }: { json: boolean; stdout?: Out; stderr?: Out },
): void {
  if (json) {
    const error = { message, hint, exitCode: code, meaning: MEANING[code] }
    stdout.write(`${JSON.stringify({ error }, undefined, 2)}\n`)
    return
  }
  const columns = stderr.isTTY ? (stderr.columns ?? 80) : undefined
  // over a line of progress that is not finished
  stderr.write(`${stderr.isTTY ? '\r\u001B[2K' : ''}${wrap(message, columns, 'Error: ')}\n`)
  if (hint) stderr.write(`${wrap(hint, columns, 'Try:   ')}\n`)
}

interface Out {
  isTTY?: boolean
  columns?: number
  write(text: string): unknown
}
