import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { writeFileAtomic } from '../../core/atomic.js'

/** One row that was not imported. */
export interface Reject {
  line: number
  reason: string
  /** the value to blame, cut */
  value?: string
  /** the row as written, cut */
  row: string
}

/** Samples kept for each reason: the first ones. */
const PER_REASON = 100

/** Counts rejected rows by reason and keeps the first of each for the rejects file (JSON lines). */
export class Rejects {
  private samples: Reject[] = []
  private changed = false
  readonly reasons: Record<string, number>
  count = 0

  /**
   * @param path of the rejects file @param reasons counts already committed of this file @param line lines committed
   */
  constructor(
    readonly path: string,
    reasons: Record<string, number> = {},
    line = 0,
  ) {
    this.reasons = { ...reasons }
    for (const n of Object.values(reasons)) this.count += n
    // samples of a batch that was not committed are read again
    if (this.count > 0) this.samples = readSamples(path).filter((sample) => sample.line <= line)
  }

  /** @param row makes the text of the row; called only when the sample is kept */
  add(line: number, reason: string, value: string | undefined, row: () => string): void {
    this.count++
    const n = (this.reasons[reason] = (this.reasons[reason] ?? 0) + 1)
    if (n > PER_REASON) return
    this.samples.push({ line, reason, ...(value === undefined ? {} : { value: value.slice(0, 200) }), row: row() })
    this.changed = true
  }

  /**
   * Writes the file when there is something new. Before the rows around it are committed: it may say too much, never
   * too little.
   */
  write(): void {
    if (!this.changed) return
    mkdirSync(dirname(this.path), { recursive: true })
    writeFileAtomic(this.path, this.samples.map((sample) => `${JSON.stringify(sample)}\n`).join(''))
    this.changed = false
  }

  /** Removes what an earlier import of the same name left. */
  clear(): void {
    rmSync(this.path, { force: true })
  }

  /** The values, each once, that the samples of a reason blame. */
  valuesOf(reason: string): string[] {
    const values = this.samples.flatMap((one) => (one.reason === reason && one.value ? [one.value] : []))
    return [...new Set(values)]
  }

  /** "unknown event_type: 800, no item_id: 3", most frequent first. */
  summary(): string {
    return byReason(this.reasons)
  }
}

/** "unknown event_type: 800, no item_id: 3", most frequent first. */
export function byReason(reasons: Record<string, number>): string {
  return Object.entries(reasons)
    .sort((a, b) => b[1] - a[1])
    .map(([reason, n]) => `${reason}: ${n.toLocaleString('en-US')}`)
    .join(', ')
}

function readSamples(path: string): Reject[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Reject)
  } catch {
    return [] // removed by hand: the counts are in the imports table
  }
}
