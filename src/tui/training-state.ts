import { Curves } from '../inspect/curves.js'
import type { DoneRecord, Phase, StartRecord, StepRecord, TrainRecord } from '../runs/records.js'
import { share, count, duration } from '../text/numbers.js'

/** Lines kept above the live view, oldest first. */
export interface LogLine {
  id: number
  text: string
  best: boolean
}

/** Everything the training view shows, advanced record by record. */
export interface TrainingState {
  start?: StartRecord
  last?: StepRecord
  done?: DoneRecord
  step: number
  curves: Curves
  lines: LogLine[]
  /** best validation of the selection so far */
  best?: { step: number; recall: Record<string, number> }
  /** (step, seconds) of recent step records of this phase, for the time left */
  recent: { step: number; seconds: number }[]
}

export function initialState(): TrainingState {
  return { step: 0, curves: new Curves(), lines: [], recent: [] }
}

/** Takes one record into the state, in place. */
export function advance(state: TrainingState, record: TrainRecord): void {
  state.curves.add(record)
  switch (record.type) {
    case 'start':
      state.start = record
      state.last = undefined
      state.step = record.from
      state.recent = []
      say(state, startLine(record))
      for (const note of record.notes ?? []) say(state, note)
      if (record.chosenBy) say(state, `score: ${record.chosenBy.replaceAll('recall', '').replace(/^the /, '')}`)
      break
    case 'step':
      state.last = record
      state.step = record.step
      state.recent.push({ step: record.step, seconds: record.seconds })
      if (state.recent.length > 50) state.recent.shift()
      break
    case 'validation':
      if (record.best) state.best = { step: record.step, recall: record.recall }
      say(
        state,
        [
          `step ${count(record.step)}${record.best ? ' ✓ best so far' : ''}`,
          ...(record.score === undefined ? [] : [`score ${share(record.score)}`]),
          recallText(record.recall),
          // what does not fit is cut
          ...(record.advertisers ? [`advertisers ${recallText(record.advertisers)}`] : []),
        ].join('   '),
        record.best,
      )
      break
    case 'done':
      state.done = record
  }
}

/** Says that an interruption was heard: the training goes on to its next checkpoint. */
export function noteStop(state: TrainingState): void {
  say(state, 'interrupted: stopping after a checkpoint… (again: at once)')
}

/** Seconds that the rest of this phase takes at the speed of its last 50 records; undefined while unknown. */
export function secondsLeft(state: TrainingState): number | undefined {
  const { recent, start } = state
  if (start === undefined || recent.length < 2) return undefined
  const [first, last] = [recent[0], recent[recent.length - 1]]
  if (last.step <= first.step) return undefined
  return ((start.steps - last.step) * (last.seconds - first.seconds)) / (last.step - first.step)
}

/** {"10": .05, "100": .2} -> "recall @10 .0500 @100 .200", smallest K first */
export function recallText(recall: Record<string, number>): string {
  const ks = Object.keys(recall).sort((a, b) => Number(a) - Number(b))
  return `recall ${ks.map((k) => `@${k} ${share(recall[k])}`).join(' ')}`
}

export const PHASE_NAMES: Record<Phase, string> = { select: 'selecting steps', refit: 'refitting up to the cutoff' }

/** The lines that stay on the terminal when a training has ended. */
export function summaryLines(done: DoneRecord, start: StartRecord | undefined): string[] {
  const recall = Object.keys(done.recall).length > 0 ? recallText(done.recall) : 'not validated'
  return [
    `✓ ${start?.kind ?? 'training'} model done: ${count(done.steps)} steps in ${duration(done.seconds)}`,
    `  run       ${done.run}`,
    `  validated ${recall}`,
    `  weights   ${done.weightsHash.slice(0, 16)}`,
  ]
}

function startLine(record: StartRecord): string {
  const resumed = record.from > 0 ? `, resumed at step ${count(record.from)}` : ''
  const upTo = record.phase === 'select' ? 'at most ' : ''
  return `${PHASE_NAMES[record.phase]}: ${upTo}${count(record.steps)} steps${resumed}`
}

function say(state: TrainingState, text: string, best = false): void {
  state.lines = [...state.lines, { id: state.lines.length, text, best }]
}
