import { render } from 'ink'
import type { DoneRecord, TrainRecord } from '../runs/records.js'
import { holdSignals } from './hold-signals.js'
import { Training } from './training.js'
import { advance, initialState, noteStop } from './training-state.js'

/** At most ten redraws a second, however fast records come: drawing must not compete with the training. */
export const REDRAW_MS = 100

export interface TrainViewOptions {
  stdout?: NodeJS.WriteStream
}

/**
 * Shows a training live while it runs and a summary when it has ended; returns its last record.
 * Keys are left alone, so that Ctrl-C reaches the process as SIGINT.
 * @throws what `records` throws, after the screen is restored; Error when it ends without a done record.
 */
export async function renderTraining(
  records: AsyncIterable<TrainRecord>,
  options: TrainViewOptions = {},
): Promise<DoneRecord> {
  const state = initialState()
  let dirty = false
  // before Ink listens, so that its listeners are not counted
  const release = holdSignals(() => {
    noteStop(state)
    dirty = true
  })
  const app = render(<Training state={{ ...state }} />, {
    stdout: options.stdout ?? process.stdout,
    exitOnCtrlC: false,
    maxFps: Math.floor(1000 / REDRAW_MS),
  })
  const draw = (): void => {
    if (dirty) app.rerender(<Training state={{ ...state }} />)
    dirty = false
  }
  const timer = setInterval(draw, REDRAW_MS)
  try {
    for await (const record of records) {
      advance(state, record)
      dirty = true
    }
    dirty = true
    draw()
  } finally {
    clearInterval(timer)
    release()
    app.unmount()
    await app.waitUntilExit().catch(() => undefined)
  }
  if (state.done === undefined) throw new Error('The training ended without saying that it was done.')
  return state.done
}
