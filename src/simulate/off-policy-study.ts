import { UserError } from '../core/errors.js'
import type { Workspace } from '../workspace/workspace.js'
import { presetOf } from './arms.js'
import { oneThread, type ExperimentRequest } from './experiment.js'
import type { Choice } from './outcomes.js'
import { experimentRanker, experimentWorld } from './setting.js'
import { offPolicy, type OffPolicy } from './statistics/off-policy.js'
import { everyoneIn, liveWorlds, type WorldTask } from './worlds.js'

/** Weights above it are clipped by the clipped estimators. */
export const CLIP = 20

/** What a log of the control says of an arm, beside the truth. */
export interface OffPolicyResult {
  /** whose choices are judged */
  arm: string
  requests: number
  /** clicks on the first place a request, true chances */
  truth: number
  /** share of the requests in which what the arm would have shown had a chance of being shown */
  supported: number
  estimates: { estimator: Exclude<keyof OffPolicy, 'effective'>; value: number; interval: [number, number] }[]
  /** choices that the log is worth for this question */
  effective: number
}

export interface OffPolicyStudy {
  preset: string
  exploration: number
  seconds: number
  arms: OffPolicyResult[]
}

/**
 * Lives the control alone, with a share of the places filled by chance, and estimates from its log what each arm would
 * earn in the first place without chance: the control itself, of which the log holds nearly everything, and the
 * treatment, which may show what the control does not even find. Requests are taken as independent.
 * @throws UserError without exploration
 */
export async function offPolicyStudy(
  workspace: Workspace,
  { preset, threads, options, signal }: Pick<ExperimentRequest, 'preset' | 'threads' | 'options' | 'signal'>,
): Promise<OffPolicyStudy> {
  if (options.exploration === 0)
    throw new UserError(
      'A log of the best alone says nothing of what was not shown.',
      'Fill some places by chance: --exploration 0.2.',
    )
  const started = performance.now()
  const { folder, config, snapshot, progress } = workspace
  const { arms } = presetOf(preset)
  experimentWorld(workspace)
  await experimentRanker(workspace)
  progress.start('live the control', options.days, 'days')
  const armOf = everyoneIn(arms, 'control', snapshot.users)
  const task: WorldTask = { name: 'log', armOf, budgets: 'shared', keep: false, choices: true }
  const data = { folder, config: oneThread(config), preset, options }
  const worlds = await liveWorlds([task], data, threads, (_, { day }) => progress.update(day), signal)
  progress.finish()
  const { choices } = worlds.get('log')!
  return {
    preset,
    exploration: options.exploration,
    seconds: (performance.now() - started) / 1000,
    arms: arms.map(({ name }, a) =>
      judge(
        name,
        choices.filter(({ arm }) => arm === a),
      ),
    ),
  }
}

/** What the choices of one arm are estimated to earn. */
export function judge(arm: string, choices: readonly Choice[]): OffPolicyResult {
  const column = (name: keyof Choice): Float64Array => Float64Array.from(choices, (choice) => choice[name])
  const { effective, ...estimates } = offPolicy(
    {
      propensity: column('propensity'),
      target: column('target'),
      reward: column('clicked'),
      expected: column('expected'),
      expectedOfTarget: column('expectedOfTarget'),
    },
    CLIP,
  )
  const mean = (name: keyof Choice): number => column(name).reduce((a, b) => a + b, 0) / choices.length
  return {
    arm,
    requests: choices.length,
    truth: mean('truth'),
    supported: mean('supported'),
    estimates: Object.entries(estimates).map(([estimator, { value, se }]) => ({
      estimator: estimator as OffPolicyResult['estimates'][number]['estimator'],
      value,
      interval: [value - 1.96 * se, value + 1.96 * se],
    })),
    effective,
  }
}
