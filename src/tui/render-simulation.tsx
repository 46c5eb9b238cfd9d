import { render } from 'ink'
import type { DayNews } from '../simulate/experiment.js'
import { holdSignals } from './hold-signals.js'
import { Simulation } from './simulation.js'
import { advance, initialState } from './simulation-state.js'

/** The time left is told anew every second. */
const REDRAW_MS = 1000

/** A screen on which an experiment is watched. */
export interface SimulationScreen {
  /** draws what is new; the first time the screen appears */
  watch(news: DayNews): void
  /** takes the screen away, so that what was found can be printed; may be called more than once */
  end(): Promise<void>
}

/**
 * Shows an experiment live while its worlds are lived. Keys are left alone, so that Ctrl-C reaches the process as
 * SIGINT.
 */
export function simulationScreen(
  { preset, about }: { preset: string; about: string },
  stdout: NodeJS.WriteStream = process.stdout,
): SimulationScreen {
  const state = initialState(preset, about, Date.now())
  const frame = () => <Simulation state={{ ...state }} now={Date.now()} />
  let end = (): Promise<void> => Promise.resolve()
  const start = (): void => {
    // before Ink listens, so that its listeners are not counted
    const release = holdSignals(() => {
      state.stopping = true
      app.rerender(frame())
    })
    const app = render(frame(), { stdout, exitOnCtrlC: false, maxFps: 10 })
    const timer = setInterval(() => app.rerender(frame()), REDRAW_MS)
    end = async () => {
      clearInterval(timer)
      release()
      app.rerender(<></>)
      app.unmount()
      await app.waitUntilExit().catch(() => undefined)
    }
  }
  return {
    watch(news) {
      const first = state.news === undefined
      advance(state, news)
      if (first) start()
    },
    async end() {
      const once = end
      end = () => Promise.resolve()
      await once()
    },
  }
}
