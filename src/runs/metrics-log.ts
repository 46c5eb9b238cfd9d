import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileAtomic } from '../core/atomic.js'
import type { Phase, TrainRecord } from './records.js'

/** runs/<id>/metrics.jsonl: the records of a training, one a line. */
export class MetricsLog {
  private readonly path: string

  constructor(folder: string) {
    this.path = join(folder, 'metrics.jsonl')
  }

  append(record: TrainRecord): void {
    appendFileSync(this.path, `${JSON.stringify(record)}\n`)
  }

  /** Drops what was recorded after a checkpoint: those steps are done again. */
  rewind(phase: Phase, step: number): void {
    writeFileAtomic(
      this.path,
      this.read()
        .filter((record) => !isLater(record, phase, step))
        .map((record) => `${JSON.stringify(record)}\n`)
        .join(''),
    )
  }

  /** All records; a last line that was cut off by a kill is left out. */
  read(): TrainRecord[] {
    if (!existsSync(this.path)) return []
    return readFileSync(this.path, 'utf8')
      .split('\n')
      .flatMap((line) => {
        try {
          return [JSON.parse(line) as TrainRecord]
        } catch {
          return []
        }
      })
  }
}

function isLater(record: TrainRecord, phase: Phase, step: number): boolean {
  if (record.type === 'done') return true
  if (record.phase !== phase) return phase === 'select'
  return record.type === 'start' ? record.from > step : record.step > step
}
