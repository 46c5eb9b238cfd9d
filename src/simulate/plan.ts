import type { Workspace } from '../workspace/workspace.js'
import { presetOf } from './arms.js'
import { oneThread, type ExperimentRequest } from './experiment.js'
import { conversionsBefore } from './groups.js'
import { METRICS, estimateOf } from './metrics.js'
import { experimentRanker, experimentRuns, experimentWorld } from './setting.js'
import { AIM, detectableLift, usersForLift } from './statistics/power.js'
import { everyoneIn, liveWorlds } from './worlds.js'

/** Lifts that users are counted for. */
export const LIFTS = [0.05, 0.1, 0.2, 0.5] as const

/** What an experiment of so many days would find of a metric. */
export interface PlannedMetric {
  name: string
  /** of the control, and the deviation between users (of a ratio: of its linearised form) */
  mean: number
  deviation: number
  /** the least lift that is found with the probability asked for; null where the control has none of it */
  detectable: number | null
  /** users needed in each arm, by lift */
  users: { lift: number; users: number }[]
}

export interface Plan {
  preset: string
  days: number
  /** users who ask for ads in these days, in both arms together */
  users: number
  alpha: number
  power: number
  requests: number
  seconds: number
  metrics: PlannedMetric[]
}

/** Lives the control alone for the days asked for, and tells from the spread between users what would be found. */
export async function plan(
  workspace: Workspace,
  { preset, threads, options, signal }: Pick<ExperimentRequest, 'preset' | 'threads' | 'options' | 'signal'>,
): Promise<Plan> {
  const started = performance.now()
  const { folder, config, snapshot, progress } = workspace
  const { arms } = presetOf(preset)
  experimentWorld(workspace)
  const { item } = await experimentRuns(workspace)
  await experimentRanker(workspace)
  progress.start('live the control', options.days, 'days')
  const task = {
    name: 'none',
    armOf: everyoneIn(arms, 'control', snapshot.users),
    budgets: 'shared',
    keep: false,
  } as const
  const data = { folder, config: oneThread(config), preset, options }
  const worlds = await liveWorlds([task], data, threads, (_, { day }) => progress.update(day), signal)
  progress.finish()
  const { outcomes, requests } = worlds.get('none')!.end
  const users = Int32Array.from(outcomes.requests.keys()).filter((user) => outcomes.requests[user] > 0)
  const covariate = conversionsBefore(snapshot, item.manifest.cutoff)
  return {
    preset,
    days: options.days,
    users: users.length,
    ...AIM,
    requests: requests[0],
    seconds: (performance.now() - started) / 1000,
    metrics: METRICS.map((metric): PlannedMetric => {
      const { value, se } = estimateOf(metric, outcomes, { covariate, everyone: users }, users)
      const deviation = se * Math.sqrt(users.length)
      const known = value !== 0 && Number.isFinite(value)
      return {
        name: metric.name,
        mean: value,
        deviation,
        detectable: known ? detectableLift(value, deviation, users.length / 2) : null,
        users: known ? LIFTS.map((lift) => ({ lift, users: usersForLift(value, deviation, lift) })) : [],
      }
    }),
  }
}
