import type { Config } from '../config/schema.js'
import { UserError } from '../core/errors.js'
import type { Progress } from '../core/progress.js'
import { percent, range } from '../text/lifts.js'
import { plural } from '../text/numbers.js'
import type { Workspace } from '../workspace/workspace.js'
import { isSame, presetOf } from './arms.js'
import { armOf } from './assignment.js'
import { conversionsBefore, groups } from './groups.js'
import { DailyLooks, type Look } from './looks.js'
import { METRICS, compare, trueLift, type Compared, type Groups, type Metric } from './metrics.js'
import { STAGES, type Outcomes, type Shown, type DayEnd, type Survival } from './outcomes.js'
import type { BudgetState } from './pacing.js'
import { experimentRanker, experimentRuns, experimentWorld, type SimulateOptions } from './setting.js'
import { everyoneIn, liveWorlds, type WorldTask } from './worlds.js'

/**
 * Who is in which arm, and what arms share: users alone are split, and both arms spend the same budgets; or each arm
 * has its share of every budget, too.
 */
export type Design = 'user-split' | 'budget-split'

export interface ExperimentRequest {
  preset: string
  design: Design
  /** live both designs, to see what sharing budgets does */
  designs: boolean
  /** times that each of them is lived, users split anew every time */
  splits: number
  /** live the worlds in which everyone is treated, and nobody */
  truth: boolean
  /** worlds lived at once */
  threads: number
  options: SimulateOptions
  signal?: AbortSignal
}

/** One metric, as scripts read it; truth is null where it was not lived. */
export interface MetricResult {
  name: string
  arm: string
  control: number
  treatment: number
  lift: number | null
  interval: [number, number] | null
  truth: number | null
}

export interface SurvivalResult {
  arm: string
  generator: string
  stage: string
  /** of the ads that the generator found */
  share: number
}

/** A design held against the truth in one metric, over all splits. */
export interface DesignResult {
  design: Design
  /** of the metric */
  name: string
  truth: number
  /** mean of the estimates, less the truth; with more than one split its standard error */
  bias: number
  error: number | null
  /** splits in whose interval the truth lies */
  covered: number
  /** what is estimated by each split */
  splits: { lift: number; interval: [number, number] | null }[]
}

/** Metrics in which designs are held against the truth. */
const OF_DESIGNS = ['conversions', 'clicks', 'spend'] as const

/** What `adseq simulate --json` prints. */
export interface ExperimentResult {
  arms: string[]
  requests: number
  seconds: number
  design: Design
  metrics: MetricResult[]
  survival: SurvivalResult[]
  /** where both were asked for */
  designs?: DesignResult[]
}

/** What is told while worlds are lived: at the beginning, and at the end of every day of any of them. */
export interface DayNews {
  worlds: number
  /** days of all worlds: those that are over, and all */
  done: number
  days: number
  /** where it was a day of the world that is reported: what is known by now */
  reported?: {
    day: number
    /** that it will live */
    of: number
    requests: number
    users: { control: number; treatment: number }
    compared: Compared[]
    look?: Look
    budgets: BudgetState[]
    survival: Survival[]
  }
}

/** What else there is to tell people. */
export interface Experiment {
  result: ExperimentResult
  compared: Compared[]
  looks: Look[]
  users: { control: number; treatment: number }
  /** advertisers with a conversion, by arm */
  converting: number[]
  /** of each arm, or of both where they share */
  budgets: BudgetState[]
  /** ms of the funnel for a request, by arm */
  funnelMs: number[]
  shown: Shown[]
  outcomes: Outcomes
  /** [users] index of the arm */
  split: Uint8Array
  /** ads found in a request, by arm and generator in the order of result.survival */
  found: { arm: string; generator: string; ads: number }[]
}

/**
 * Runs an experiment: worlds are lived in threads, the one in which users are split and those of the truth.
 * @param watch told of every day
 */
export async function experiment(
  workspace: Workspace,
  request: ExperimentRequest,
  watch: (news: DayNews) => void = plainWatch(workspace.progress),
): Promise<Experiment> {
  const started = performance.now()
  const { folder, config, snapshot, store } = workspace
  const { arms } = presetOf(request.preset)
  if (request.designs && !request.truth)
    throw new UserError('Designs are held against the truth.', 'Leave out --no-truth, or --designs.')
  experimentWorld(workspace)
  const { item } = await experimentRuns(workspace)
  // the threads find it kept
  await experimentRanker(workspace)
  const names = store.externalIds('users')
  const shares = arms.map(() => 1 / arms.length)
  const salt = `${request.preset} ${request.options.seed}`
  const splits = Array.from({ length: request.designs ? request.splits : 1 }, (_, s) =>
    Uint8Array.from(names, (name) => armOf(s === 0 ? salt : `${salt} ${s}`, name, shares)),
  )
  const [split] = splits
  const covariate = conversionsBefore(snapshot, item.manifest.cutoff)
  const groupsOf = (outcomes: Outcomes, of = split): Groups => groups(of, outcomes, covariate)

  const tasks = worldsOf(request, splits)
  const reported = nameOf(request.design, 0)
  const looks: Look[] = []
  const looking = new DailyLooks(request.options.days)
  const total = tasks.length * request.options.days
  let days = 0
  const tell = (news: Pick<DayNews, 'reported'> = {}): void =>
    watch({ worlds: tasks.length, done: days, days: total, ...news })
  tell()
  const onDay = (world: string, day: DayEnd): void => {
    days++
    if (world !== reported) return tell()
    const inArms = groupsOf(day.outcomes)
    const look = looking.at(day, inArms)
    if (look) looks.push(look)
    tell({
      reported: {
        day: day.day,
        of: request.options.days,
        requests: day.requests.reduce((a, b) => a + b, 0),
        users: { control: inArms.control.length, treatment: inArms.treatment.length },
        // of one user or none nothing can be said
        compared: Math.min(inArms.control.length, inArms.treatment.length) < 2 ? [] : compare(day.outcomes, inArms),
        look,
        budgets: day.budgets,
        survival: day.survival,
      },
    })
  }
  const data = { folder, config: oneThread(config), preset: request.preset, options: request.options }
  const worlds = await liveWorlds(tasks, data, request.threads, onDay, request.signal)

  const main = worlds.get(reported)!
  const [all, none] = [worlds.get('all')?.end.outcomes, worlds.get('none')?.end.outcomes]
  // where the arms are one and the same there is nothing to live: the truth is 0
  const truthOf = (name: string): number | null => {
    if (isSame(arms)) return 0
    return all && none ? trueLift(metricOf(name), all, none) : null
  }
  const { outcomes } = main.end
  const inArms = groupsOf(outcomes)
  const compared = compare(outcomes, inArms)
  const designs = !request.designs
    ? []
    : OF_DESIGNS.flatMap((name) =>
        DESIGNS.flatMap((design): DesignResult[] => {
          const truth = finite(truthOf(name))
          const estimates = splits.flatMap((of, s) => {
            const { outcomes } = worlds.get(nameOf(design, s))!.end
            const [{ lift, interval }] = compare(outcomes, groupsOf(outcomes, of), [metricOf(name)])
            return Number.isFinite(lift) ? [{ lift, interval: interval ?? null }] : []
          })
          return truth === null || estimates.length === 0 ? [] : [againstTruth(design, name, truth, estimates)]
        }),
      )
  return {
    result: {
      arms: arms.map(({ name }) => name),
      requests: [...worlds.values()].reduce((sum, { end }) => sum + end.requests.reduce((a, b) => a + b, 0), 0),
      seconds: (performance.now() - started) / 1000,
      design: request.design,
      metrics: compared.map(({ name, control, treatment, lift, interval }) => ({
        name,
        arm: 'treatment',
        control,
        treatment,
        lift: finite(lift),
        interval: interval ?? null,
        truth: finite(truthOf(name)),
      })),
      survival: survivalOf(main.end),
      ...(request.designs && { designs }),
    },
    compared,
    looks,
    users: { control: inArms.control.length, treatment: inArms.treatment.length },
    converting: main.end.converting,
    budgets: main.end.budgets,
    funnelMs: main.end.funnelMs.map((ms, a) => ms / Math.max(1, main.end.requests[a])),
    shown: main.shown,
    outcomes,
    split,
    found: main.end.survival.map(({ arm, generator, counts }) => ({
      arm,
      generator,
      ads: counts[0] / Math.max(1, main.end.requests[arms.findIndex(({ name }) => name === arm)]),
    })),
  }
}

const DESIGNS = ['user-split', 'budget-split'] as const satisfies readonly Design[]

const metricOf = (name: string): Metric => METRICS.find((metric) => metric.name === name)!

/** Of the world in which users are split for the s-th time. */
const nameOf = (design: Design, s: number): string => `${design} ${s}`

function againstTruth(design: Design, name: string, truth: number, splits: DesignResult['splits']): DesignResult {
  const n = splits.length
  const mean = splits.reduce((sum, { lift }) => sum + lift, 0) / n
  const squares = splits.reduce((sum, { lift }) => sum + (lift - mean) ** 2, 0)
  return {
    design,
    name,
    truth,
    bias: mean - truth,
    error: n > 1 ? Math.sqrt(squares / (n - 1) / n) : null,
    // no interval leaves nothing out
    covered: splits.filter(({ interval }) => !interval || (interval[0] <= truth && truth <= interval[1])).length,
    splits,
  }
}

/** Days between two lines about the experiment where there is no screen. */
const SAID_DAYS = 5

/** Tells of the days in lines. */
export function plainWatch(progress: Progress): (news: DayNews) => void {
  return ({ worlds, done, days, reported }) => {
    if (done === 0) return progress.start(`live ${plural(worlds, 'world')}`, days, 'days')
    progress.update(done)
    if (reported && (reported.day % SAID_DAYS === 0 || reported.day === reported.of)) {
      const { day, of, look } = reported
      const said = look ? `${percent(look.lift)} (${range(look.interval)} at all looks)` : 'too few to say'
      progress.line(`day ${day} of ${of}: conversions ${said}`)
    }
    if (done === days) progress.finish()
  }
}

/** The world that is reported first, so that its days are seen; then those it is held against. */
function worldsOf({ preset, design, designs, truth }: ExperimentRequest, splits: readonly Uint8Array[]): WorldTask[] {
  const { arms } = presetOf(preset)
  const budgets = { 'user-split': 'shared', 'budget-split': 'split' } as const
  const [split] = splits
  const tasks: WorldTask[] = [{ name: nameOf(design, 0), armOf: split, budgets: budgets[design], keep: true }]
  if (truth && !isSame(arms)) {
    for (const [name, arm] of [
      ['none', 'control'],
      ['all', 'treatment'],
    ] as const)
      tasks.push({ name, armOf: everyoneIn(arms, arm, split.length), budgets: 'shared', keep: false })
  }
  if (!designs) return tasks
  for (const [s, armOf] of splits.entries())
    for (const one of DESIGNS) {
      const name = nameOf(one, s)
      if (name !== tasks[0].name) tasks.push({ name, armOf, budgets: budgets[one], keep: false })
    }
  return tasks
}

function survivalOf({ survival }: DayEnd): SurvivalResult[] {
  return survival.flatMap(({ arm, generator, counts }) =>
    STAGES.map((stage, s) => ({ arm, generator, stage, share: counts[0] > 0 ? counts[s] / counts[0] : 0 })),
  )
}

/** Worlds are what is lived at once: a program in one of them has a thread to itself. */
export const oneThread = (config: Config): Config => ({ ...config, engine: { ...config.engine, threads: 1 } })

const finite = (x: number | null): number | null => (x !== null && Number.isFinite(x) ? x : null)
