import { execa, type ResultPromise } from 'execa'
import { relative } from 'node:path'
import { Interrupted, UserError } from '../core/errors.js'

/** How a study starts adseq's own commands. */
export interface Adseq {
  /** node and the entry script */
  start: readonly [string, ...string[]]
  folder: string
  print: (line: string) => void
  /** aborted when the user interrupts: children keep their state and end */
  signal: AbortSignal
}

/** The arguments as a line that can be typed: those with characters of the shell's own are quoted. */
export function commandLine(args: readonly string[]): string {
  return (
    'adseq ' +
    `${args.map((arg) => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`)).join(' ')}`
  )
}

/** A workspace as a flag, as short as it can be said from where the user is. */
export function workspaceFlag(folder: string): string[] {
  return ['--workspace', relative(process.cwd(), folder) || '.']
}

/**
 * Runs one adseq command in a process of its own, having printed its line, and gives what its --json prints.
 * @throws UserError with the command's own message when it ended with 2; Interrupted when it or the study was
 */
export async function runAdseq<T>(adseq: Adseq, args: readonly string[]): Promise<T> {
  adseq.signal.throwIfAborted()
  const all = [...args, ...workspaceFlag(adseq.folder)]
  adseq.print(`$ ${commandLine(all)}`)
  const [node, ...entry] = adseq.start
  // over the channel the child notices when the study is killed: it must not go on training beside the next one
  const child: ResultPromise = execa(node, [...entry, ...all, '--json'], { stdin: 'ignore', reject: false, ipc: true })
  // a Ctrl-C reaches the child by itself; a SIGTERM to the study alone does not
  const stop = (): void => void child.kill('SIGTERM')
  adseq.signal.addEventListener('abort', stop)
  const { exitCode, stdout, stderr, signal } = await child
  adseq.signal.removeEventListener('abort', stop)
  adseq.signal.throwIfAborted()
  if (exitCode === 0) return JSON.parse(String(stdout)) as T
  const { message, hint } = complaint(String(stdout)) ?? {
    message: lastLine(String(stderr)) ?? `it was ended by ${signal ?? `code ${exitCode}`}`,
    hint: '',
  }
  if (exitCode === 130) throw new Interrupted('Run the same command again: it goes on where it was.')
  if (exitCode === 2) throw new UserError(message, hint)
  throw new Error(`${commandLine(all)} failed: ${message}`)
}

/** What a command that failed said in its --json. */
function complaint(stdout: string): { message: string; hint: string } | undefined {
  try {
    return (JSON.parse(stdout) as { error?: { message: string; hint: string } }).error
  } catch {
    return undefined
  }
}

const lastLine = (text: string): string | undefined => text.trim().split('\n').at(-1) || undefined
