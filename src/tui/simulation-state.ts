import type { DayNews } from '../simulate/experiment.js'
import type { Look } from '../simulate/looks.js'
import { STAGES, type Survival } from '../simulate/outcomes.js'
import { share } from '../text/numbers.js'

/** Everything that the view of an experiment shows, advanced day by day. */
export interface SimulationState {
  preset: string
  about: string
  /** milliseconds at which it was begun */
  began: number
  news?: DayNews
  /** the latest day of the world that is reported */
  reported?: NonNullable<DayNews['reported']>
  looks: Look[]
  /** an interruption was heard */
  stopping: boolean
}

export const initialState = (preset: string, about: string, began: number): SimulationState => ({
  ...{ preset, about, began },
  looks: [],
  stopping: false,
})

/** Takes what is new into the state, in place. */
export function advance(state: SimulationState, news: DayNews): void {
  state.news = news
  if (!news.reported) return
  state.reported = news.reported
  if (news.reported.look) state.looks.push(news.reported.look)
}

/** Seconds that the rest takes at the speed so far; undefined while unknown. */
export function secondsLeft({ news, began }: SimulationState, now: number): number | undefined {
  if (!news || news.done === 0) return undefined
  return ((now - began) / 1000 / news.done) * (news.days - news.done)
}

/** Of all that the generators of an arm found, the share that is left at each later stage. */
export function survivalOf(survival: readonly Survival[], arm: string): string[] {
  const sums = STAGES.map((_, s) =>
    survival.filter((one) => one.arm === arm).reduce((sum, { counts }) => sum + counts[s], 0),
  )
  return sums.slice(1).map((n) => (sums[0] > 0 ? share(n / sums[0]) : '-'))
}
