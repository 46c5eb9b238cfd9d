import { join } from 'node:path'
import { hashJson } from '../core/hash.js'
import type { Adseq } from './child.js'
import { runAdseq } from './child.js'
import { onlineMarkdown } from './online-text.js'
import { openStudy, type StudyFolder, type StudyState } from './study-file.js'

/** A kind of world in which the online claims are tested. */
export interface WorldSetting {
  id: 'order' | 'bag' | 'noise'
  about: string
  /** knobs of the world that differ from its preset: NAME=VALUE */
  knobs: readonly string[]
}

export const WORLD_SETTINGS: readonly WorldSetting[] = [
  { id: 'order', about: 'what was seen, and in which order, says what comes next', knobs: [] },
  { id: 'bag', about: 'histories are bags of events: their order says nothing', knobs: ['orderDependence=0'] },
  { id: 'noise', about: 'nobody wants anything in particular: nothing may be found', knobs: ['noise=1'] },
]

/** A sentence about an experiment that it can bear out or not. */
export interface OnlineClaim {
  id: string
  text: string
  /** who says it: the original, or only we ask */
  source: 'original' | 'adseq'
  /** of adseq simulate */
  preset: string
  metrics: readonly string[]
  /** up or down: the lift of each metric has that sign; little: it stays within LITTLE on either side */
  direction: 'up' | 'down' | 'little'
}

/** So much of the control is little: a share. */
export const LITTLE = 0.05

/** In the order in which a budget is spent. */
export const ONLINE_CLAIMS: readonly OnlineClaim[] = [
  {
    id: 'conversions',
    text: 'with the sequence models there are more conversions',
    source: 'original',
    preset: 'sequence-model',
    metrics: ['conversions'],
    direction: 'up',
  },
  {
    id: 'cpa',
    text: 'with the sequence models a conversion costs less (CPA)',
    source: 'original',
    preset: 'sequence-model',
    metrics: ['CPA'],
    direction: 'down',
  },
  {
    id: 'others',
    text: 'they have little impact on other key metrics: within 5 % of the control',
    source: 'original',
    preset: 'sequence-model',
    metrics: ['click rate', 'revenue', 'advertiser value', 'advertisers seen', 'all purchases'],
    direction: 'little',
  },
  {
    id: 'real-time',
    text: 'vectors made at the request bring more conversions than those of last night',
    source: 'adseq',
    preset: 'real-time',
    metrics: ['conversions'],
    direction: 'up',
  },
  {
    id: 'item-level',
    text: 'candidates of the item model bring more conversions than those of the advertiser model',
    source: 'adseq',
    preset: 'advertiser-against-item',
    metrics: ['conversions'],
    direction: 'up',
  },
]

/** What `adseq simulate --json` says of a metric. */
export interface MetricFound {
  name: string
  lift: number | null
  interval: [number, number] | null
  truth: number | null
}

export type OnlineVerdict = 'holds' | 'does not hold' | 'cannot be told'

/** A claim in one setting of the world. */
export interface OnlineFinding {
  claim: string
  setting: WorldSetting['id']
  /** by the experiment; by the world as it is, null where the truth was not lived */
  verdict: OnlineVerdict
  truth: OnlineVerdict | null
  metrics: MetricFound[]
}

/** What `adseq reproduce --claims online --json` prints and studies/ID/online.json holds. */
export interface OnlineReproduction {
  version: 1
  id: string
  world: string
  days: number
  set: string[]
  budgetSeconds: number
  spentSeconds: number
  findings: OnlineFinding[]
  /** claims of settings for which the budget had no room: "setting claim" */
  missing: string[]
}

export interface OnlineOptions {
  adseq: Adseq
  /** for all trainings and experiments, as --set takes them */
  set: readonly string[]
  /** preset of the world */
  world: string
  /** that an experiment lives */
  days: number
  seconds: number
  name?: string
}

interface OnlineState extends StudyState {
  /** by setting, what its commands printed, as far as they are done */
  done: Record<string, Record<string, unknown>>
}

/**
 * Makes a world of each setting beside the study, trains in it what an ad request needs, and runs the experiments, each
 * step one adseq command whose line is printed; all settings see an experiment before the next one is begun. What is
 * done is kept, so that the same command goes on.
 * @throws UserError when a command fails; Interrupted
 */
export async function reproduceOnline(options: OnlineOptions): Promise<OnlineReproduction> {
  const { adseq, set, world, days, seconds } = options
  const identity = hashJson({ world, days, set })
  const id = options.name ?? `online-${identity.slice(0, 8)}`
  const fresh: OnlineState = { version: 1, identity, spentSeconds: 0, done: {} }
  const study = openStudy<OnlineState>(adseq.folder, id, 'commands.json', fresh)
  try {
    for (const preset of new Set(ONLINE_CLAIMS.map((claim) => claim.preset)))
      for (const setting of WORLD_SETTINGS) await experimentIn(options, study, setting, preset)
    study.save()
    const made = findings(study.state)
    const result: OnlineReproduction = {
      ...{ version: 1, id, world, days, set: [...set] },
      ...{ budgetSeconds: seconds, spentSeconds: study.spent(), ...made },
    }
    study.write('online.json', `${JSON.stringify(result, undefined, 2)}\n`)
    study.write('online.md', onlineMarkdown(result))
    return result
  } finally {
    study.save()
    study.release()
  }
}

const experimentKey = (preset: string): string => `simulate ${preset}`

/** Runs what is missing of an experiment, while there is time. */
async function experimentIn(
  { adseq, set, world, days, seconds }: OnlineOptions,
  study: StudyFolder<OnlineState>,
  setting: WorldSetting,
  preset: string,
): Promise<void> {
  const folder = join(study.path, setting.id)
  const done = (study.state.done[setting.id] ??= {})
  const flags = set.flatMap((one) => ['--set', one])
  const knobs = setting.knobs.flatMap((one) => ['--set', one])
  const steps: [string, string[]][] = [
    ['init', ['init', '--template', 'tutorial', '--force']],
    ['generate-data', ['generate-data', '--preset', world, ...knobs]],
    ...['item', 'advertiser', 'l1'].map((kind): [string, string[]] => [`train ${kind}`, ['train', kind, ...flags]]),
    [experimentKey(preset), ['simulate', '--preset', preset, '--days', String(days), ...flags]],
  ]
  for (const [key, args] of steps) {
    if (done[key] !== undefined) continue
    if (study.spent() >= seconds) return
    done[key] = await runAdseq<unknown>({ ...adseq, folder }, args)
    study.save()
  }
}

function findings({ done }: OnlineState): Pick<OnlineReproduction, 'findings' | 'missing'> {
  const found: OnlineFinding[] = []
  const missing: string[] = []
  for (const claim of ONLINE_CLAIMS)
    for (const { id } of WORLD_SETTINGS) {
      const made = done[id]?.[experimentKey(claim.preset)] as { metrics: MetricFound[] } | undefined
      if (made) found.push(judge(claim, id, made.metrics))
      else missing.push(`${id} ${claim.id}`)
    }
  return { findings: found, missing }
}

/** What an experiment says of a claim, and what is true. */
export function judge(
  { id, metrics, direction }: OnlineClaim,
  setting: WorldSetting['id'],
  all: readonly MetricFound[],
): OnlineFinding {
  const about = metrics.map((name): MetricFound => {
    const { lift, interval, truth } = all.find((metric) => metric.name === name)!
    return { name, lift, interval, truth }
  })
  const truths = about.map(({ truth }) => truth)
  return {
    claim: id,
    setting,
    verdict: together(about.map(({ interval }) => verdictOf(direction, interval))),
    truth: truths.includes(null) ? null : together(truths.map((truth) => verdictOf(direction, [truth!, truth!]))),
    metrics: about,
  }
}

/** Of one metric: the interval says so, or the contrary, or holds both. */
function verdictOf(direction: OnlineClaim['direction'], interval: [number, number] | null): OnlineVerdict {
  if (!interval) return 'cannot be told'
  const [low, high] = interval
  if (direction === 'little')
    return low >= -LITTLE && high <= LITTLE
      ? 'holds'
      : low > LITTLE || high < -LITTLE
        ? 'does not hold'
        : 'cannot be told'
  const [right, wrong] = direction === 'up' ? [low > 0, high <= 0] : [high < 0, low >= 0]
  return right ? 'holds' : wrong ? 'does not hold' : 'cannot be told'
}

/** Of several: what does not hold of one does not hold. */
function together(verdicts: readonly OnlineVerdict[]): OnlineVerdict {
  if (verdicts.includes('does not hold')) return 'does not hold'
  return verdicts.includes('cannot be told') ? 'cannot be told' : 'holds'
}
