import type { DoneRecord, TrainRecord } from '../runs/records.js'
import { count, duration } from '../text/numbers.js'

const PHASES = { select: 'selecting the number of steps', refit: 'refitting up to the cutoff' } as const

/** Seconds between two lines about steps. */
const EVERY = 5

/**
 * Prints records as plain lines, without escape codes and at most one step line in five seconds; gives the last record.
 */
export async function printTraining(
  records: AsyncIterable<TrainRecord>,
  print: (line: string) => void,
  now: () => number = Date.now,
): Promise<DoneRecord> {
  let last = 0
  let steps = 0
  for await (const record of records) {
    if (record.type === 'done') return record
    if (record.type === 'start') steps = record.steps
    if (record.type === 'step' && record.step < steps && now() - last < EVERY * 1000) continue
    last = now()
    print(lineOf(record, steps))
  }
  throw new Error('The training ended without saying that it was done.')
}

function lineOf(record: Exclude<TrainRecord, DoneRecord>, steps: number): string {
  switch (record.type) {
    case 'start':
      return (
        `${record.run}: ${PHASES[record.phase]}, ` +
        `${record.from > 0 ? `from step ${record.from} of ` : ''}${count(record.steps)} steps, ` +
        `${count(record.parameters)} parameters, ${record.engine} on ${record.device}` +
        (record.notes ?? []).map((note) => `; ${note}`).join('') +
        (record.chosenBy ? `; the best step has the highest ${record.chosenBy.replace(/^the /, '')}` : '')
      )
    case 'step': {
      const left =
        record.rowsPerSecond > 0 && record.step > 0
          ? `, ${duration(((steps - record.step) * record.seconds) / record.step)} left`
          : ''
      return (
        `step ${count(record.step)}/${count(steps)}: loss ${record.loss.toFixed(4)}, tau ${record.tau.toFixed(3)}, ` +
        `${count(record.rowsPerSecond)} rows/s${left}`
      )
    }
    case 'validation':
      return (
        `step ${count(record.step)}: validation ${recallText(record.recall)}` +
        `${record.advertisers ? `; advertisers ${recallText(record.advertisers)}` : ''}` +
        `${record.score === undefined ? '' : `; score ${record.score.toFixed(4)}`}` +
        `${record.best ? ', the best so far' : ''}`
      )
  }
}

/** "recall@10 0.0512, recall@100 0.2103" */
export function recallText(recall: Record<string, number>): string {
  return Object.entries(recall)
    .filter(([k]) => k !== '1')
    .map(([k, value]) => `recall@${k} ${value.toFixed(4)}`)
    .join(', ')
}
