import cliTruncate from 'cli-truncate'
import { count, duration } from '../text/numbers.js'
import { wrap } from './wrap.js'

/** Where long work reports what it does. Screens, plain lines and silence are three of them. */
export interface Progress {
  /** A new stage: "import events.csv", with the expected total when it is known. */
  start(label: string, total?: number, unit?: string): void
  /** The amount done so far in this stage (not an increment). Cheap: call it as often as you like. */
  update(done: number): void
  /** Ends the stage, with a short result: "847,123 events, 12 rejected". */
  finish(result?: string): void
  /** A line for the user outside any stage. */
  line(text: string): void
}

export const silent: Progress = { start() {}, update() {}, finish() {}, line() {} }

interface Stream {
  write(text: string): unknown
}

/** Plain lines without escape codes: one when a stage starts, at most one every `everyMs`, one when it ends. */
export function plainProgress(out: Stream, everyMs = 10_000, now: () => number = Date.now): Progress {
  const stage = new Stage(now)
  let last = 0
  return {
    start(label, total, unit) {
      stage.begin(label, total, unit)
      last = now()
    },
    update(done) {
      stage.done = done
      if (now() - last < everyMs) return
      last = now()
      out.write(`${stage.text()}\n`)
    },
    finish(result) {
      out.write(`${stage.summary(result)}\n`)
    },
    line(text) {
      out.write(`${text}\n`)
    },
  }
}

/** One line rewritten in place on a terminal, with rate and time left; what stays is broken between words. */
export function terminalProgress(out: Stream & { columns?: number }, now: () => number = Date.now): Progress {
  const stage = new Stage(now)
  let last = 0
  const columns = (): number => out.columns ?? 80
  // a line that fills the last column would make some terminals begin another
  const show = (text: string): void => void out.write(`${ERASE}${cliTruncate(text, columns() - 1)}`)
  const keep = (text: string): void => void out.write(`${ERASE}${wrap(text, columns())}\n`)
  return {
    start(label, total, unit) {
      stage.begin(label, total, unit)
      show(stage.text())
    },
    update(done) {
      stage.done = done
      if (now() - last < 80) return
      last = now()
      show(stage.text())
    },
    finish(result) {
      keep(stage.summary(result))
    },
    line: keep,
  }
}

/** Back to the first column, and the line is empty. */
const ERASE = '\r\u001B[2K'

class Stage {
  private label = ''
  private total: number | undefined
  private unit = ''
  private started = 0
  done = 0

  constructor(private readonly now: () => number) {}

  begin(label: string, total?: number, unit = ''): void {
    Object.assign(this, { label, total, unit, done: 0, started: this.now() })
  }

  text(): string {
    const seconds = (this.now() - this.started) / 1000
    const rate = seconds > 0 ? this.done / seconds : 0
    const amount = this.total === undefined ? count(this.done) : `${count(this.done)}/${count(this.total)}`
    const left = this.total !== undefined && rate > 0 ? `, ${duration((this.total - this.done) / rate)} left` : ''
    if (this.done === 0) return this.label
    return `${this.label}: ${amount}${this.unit ? ` ${this.unit}` : ''}, ${count(rate)}/s${left}`
  }

  summary(result = ''): string {
    return `${this.label}: ${result ? `${result}, ` : ''}${duration((this.now() - this.started) / 1000)}`
  }
}
