import { execa } from 'execa'
import { UserError } from '../core/errors.js'
import { duration } from '../text/numbers.js'

/** A command that is run in a process of its own. */
export interface Step {
  /** unlike every other's */
  name: string
  /** its arguments, as typed after "adseq" */
  args: readonly string[]
  /** names of steps that are done before it begins; they stand before it in the list */
  after: readonly string[]
  /** stands above it */
  heading?: string
  /** it is run with --json, and what this says of its output is printed instead: as without --json */
  tell?: (stdout: string) => string[]
}

export interface StepsOptions {
  /** how to start adseq itself: node and the entry script */
  adseq: readonly [string, ...string[]]
  /** steps that run at the same time, at most */
  atOnce: number
  /** standard output of the steps that were done before, by name: those are not run again */
  done: Readonly<Record<string, string>>
  /** keeps that a step is done */
  onDone: (name: string, stdout: string) => void
  print: (line: string) => void
  /** where what steps print goes */
  out?: 'stdout' | 'stderr'
  signal?: AbortSignal
}

/**
 * Runs steps, several at the same time where one does not need the other, and shows them as if they ran one after the
 * other in the order of the list: the first that is not done is shown live, what others print is held until it is
 * their turn.
 * @returns standard output by name, of steps whose output is kept
 * @throws UserError when a step fails, with its output shown; the others are ended. What the signal was aborted with
 */
export async function runSteps(steps: readonly Step[], options: StepsOptions): Promise<Record<string, string>> {
  const { atOnce, done, print, signal } = options
  const results: Record<string, string> = { ...done }
  const waiting = steps.filter(({ name }) => done[name] === undefined)
  const running = new Map<string, Running>()
  const finished = new Map<string, Running>()
  let shown = 0
  /** Shows what is done, up to the first step that is not, and that one as far as it is. */
  const show = (): void => {
    for (; shown < steps.length; shown++) {
      const step = steps[shown]
      const ended = finished.get(step.name)
      if (!ended && done[step.name] === undefined) return running.get(step.name)?.show()
      if (ended) ended.show()
      else announce(step, print)
      print(ended ? `  (${duration(ended.seconds)}${ended.wasHeld ? ', beside others' : ''})\n` : '  (done before)\n')
      if (step.tell) for (const line of step.tell(results[step.name])) print(line)
    }
  }
  const stopAll = (): void => running.forEach((one) => one.stop())
  signal?.addEventListener('abort', stopAll)
  try {
    show()
    while (waiting.length > 0 || running.size > 0) {
      // of nothing that runs, nothing would ever end
      signal?.throwIfAborted()
      for (let i = 0; i < waiting.length && running.size < atOnce;) {
        const step = waiting[i]
        if (step.after.some((name) => results[name] === undefined)) i++
        else {
          waiting.splice(i, 1)
          running.set(step.name, new Running(step, options, step === steps[shown]))
        }
      }
      const ended = await Promise.race([...running.values()].map((one) => one.ended))
      signal?.throwIfAborted()
      const { name } = ended.step
      running.delete(name)
      if (ended.failed) {
        ended.show()
        throw new UserError(
          `The step failed: adseq ${ended.step.args.join(' ')}`,
          'Its message stands above; run the command by hand to look closer, or adseq doctor.',
        )
      }
      finished.set(name, ended)
      results[name] = ended.kept
      options.onDone(name, ended.kept)
      show()
    }
    return results
  } finally {
    signal?.removeEventListener('abort', stopAll)
    stopAll()
    await Promise.allSettled([...running.values()].map(({ ended }) => ended))
  }
}

function announce({ heading, args }: Step, print: (line: string) => void): void {
  if (heading !== undefined) print(`\n${heading}\n`)
  print(`$ adseq ${args.join(' ')}`)
}

/** A step that was started. */
class Running {
  /** settles when the process has ended, however it has */
  readonly ended: Promise<Running>
  /** whether it was begun while another was shown */
  readonly wasHeld: boolean
  failed = false
  seconds = 0
  /** standard output of a step whose output is kept */
  kept = ''
  private shown = false
  private readonly held: [NodeJS.WriteStream, Uint8Array][] = []
  private readonly child

  /** @param live it is shown from its beginning on, as if it had the terminal to itself */
  constructor(
    readonly step: Step,
    private readonly options: StepsOptions,
    live: boolean,
  ) {
    const [node, ...entry] = options.adseq
    const began = performance.now()
    const out = options.out === 'stderr' ? process.stderr : process.stdout
    this.wasHeld = !live
    this.child = execa(node, [...entry, ...step.args, ...(step.tell ? ['--json'] : [])], {
      stdin: 'ignore',
      stdout: step.tell || !live ? 'pipe' : out === process.stderr ? 2 : 'inherit',
      stderr: live ? 'inherit' : 'pipe',
      buffer: false,
      // by its channel a step sees that this process is gone, however it ended
      ipc: true,
      reject: false,
    })
    const kept: Uint8Array[] = []
    this.child.stdout?.on('data', (bytes: Uint8Array) => (step.tell ? void kept.push(bytes) : this.write(out, bytes)))
    this.child.stderr?.on('data', (bytes: Uint8Array) => this.write(process.stderr, bytes))
    this.ended = this.child.then(({ failed }) => {
      this.failed = failed
      this.seconds = (performance.now() - began) / 1000
      this.kept = Buffer.concat(kept).toString()
      return this
    })
    if (live) this.show()
  }

  /** Shows the command, what it has printed so far, and from now on what it prints. */
  show(): void {
    if (this.shown) return
    this.shown = true
    announce(this.step, this.options.print)
    for (const [stream, bytes] of this.held.splice(0)) stream.write(bytes)
  }

  stop(): void {
    this.child.kill('SIGTERM')
  }

  private write(stream: NodeJS.WriteStream, bytes: Uint8Array): void {
    if (this.shown) stream.write(bytes)
    else this.held.push([stream, bytes])
  }
}
