import { wrap } from '../core/wrap.js'
import { printable } from '../text/width.js'
import { MEANING, type Explained } from './explain.js'

/**
 * Tells an error: two labelled lines on stderr, or with --json one object on stdout. The stack of a fault of ours
 * follows on stderr where ADSEQ_DEBUG is set.
 */
export function printError(
  { message, hint, code }: Explained,
  {
    json,
    stack,
    stdout = process.stdout,
    stderr = process.stderr,
  }: { json: boolean; stack?: string; stdout?: Out; stderr?: Out },
): void {
  if (code === 1 && stack !== undefined && process.env.ADSEQ_DEBUG) stderr.write(`${stack}\n`)
  if (json) {
    const error = { message, hint, exitCode: code, meaning: MEANING[code] }
    stdout.write(`${JSON.stringify({ error }, undefined, 2)}\n`)
    return
  }
  const columns = stderr.isTTY ? (stderr.columns ?? 80) : undefined
  // over a line of progress that is not finished
  stderr.write(`${stderr.isTTY ? '\r\u001B[2K' : ''}${wrap(harmless(message), columns, 'Error: ')}\n`)
  if (hint) stderr.write(`${wrap(harmless(hint), columns, 'Try:   ')}\n`)
}

/** Bytes of a file that a message quotes must not command the terminal. */
const harmless = (text: string): string => text.split('\n').map(printable).join('\n')

interface Out {
  isTTY?: boolean
  columns?: number
  write(text: string): unknown
}
