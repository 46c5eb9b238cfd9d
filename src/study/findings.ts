import type { Config, Kind } from '../config/schema.js'
import type { Level } from '../protocol/queries.js'
import type { Claim, Statement } from './claims.js'
import type { Ledger } from './reproduce.js'
import {
  estimate,
  flattens,
  overall,
  seedNoise,
  verdict,
  type Estimate,
  type Observed,
  type SeedNoise,
  type Verdict,
} from './verdict.js'

/** A statement at one K. */
export interface FoundAt {
  /** difference, positive where the statement is right; absent where nothing can be said of its interval */
  estimate?: Estimate
  /** the plain difference */
  difference: number
  /** difference over what the lesser side has */
  relative: number
  /** the same in recall of checkouts alone; no interval */
  relativeCheckout?: number
  /** of flatten: gain per doubling beyond, beside `estimate`, the gain per doubling before */
  beyond?: Estimate
  verdict: Verdict
}

export interface Finding {
  id: string
  text: string
  source: Statement['source']
  of: Statement['of']
  level: Level
  verdict: Verdict
  /** trainings of each side */
  seeds: number
  /** a training of either side was best at its last step: more steps might change the verdict */
  rising?: boolean
  /** by K */
  at: Record<string, FoundAt>
  /** why there is no verdict */
  reason?: string
}

/** What `adseq reproduce --json` prints and studies/<id>/reproduce.json holds. */
export interface Reproduction {
  version: 1
  id: string
  kind: Kind
  data: { hash: string; users: number; items: number; advertisers: number; longest: number; middle: number }
  cutoff: number
  windowDays: number
  /** settings of adseq.yaml that were changed for all trainings */
  set: string[]
  /** at most, of each training */
  steps: number
  refit: boolean
  budgetSeconds: number
  spentSeconds: number
  trainings: number
  /** of them best at the last step allowed */
  rising: number
  /** standard deviation between seeds of a paired difference in recall, by level and K, where it is known */
  seedDeviation: Partial<Record<Level, Record<string, number>>>
  claims: {
    id: string
    title: string
    original: string
    findings: Finding[]
    curve: { label: string; recall: Record<string, number>; coverage: Record<string, number>; seconds: number }[]
  }[]
}

export interface FindingsOptions {
  ledger: Ledger
  id: string
  wanted: readonly Claim[]
  seeds: number
  budget: number
  spent: number
  /** why a training could not be made, by key */
  failed: ReadonlyMap<string, string>
  config: Config
}

/** Verdicts on every statement from what the ledger holds. */
export function findings({ ledger, id, wanted, seeds, budget, spent, failed, config }: FindingsOptions): Reproduction {
  const { basis, data, state } = ledger
  const judge = new Judge(ledger, wanted, seeds, failed)
  const arms = Object.values(state.arms)
  return {
    version: 1,
    id,
    kind: basis.kind,
    data: {
      hash: data.hash,
      users: data.users,
      items: data.items,
      advertisers: data.advertisers,
      longest: data.longest,
      middle: data.middle,
    },
    cutoff: data.cutoff,
    windowDays: data.windowDays,
    set: [...basis.set],
    steps: config.train.steps,
    refit: ledger.config({}, 0).train.refit,
    budgetSeconds: budget,
    spentSeconds: spent,
    trainings: arms.length,
    rising: arms.filter(({ training }) => training.rising).length,
    seedDeviation: judge.deviations(),
    claims: wanted.map((claim) => ({
      id: claim.id,
      title: claim.title,
      original: claim.original,
      findings: claim.statements.map((one) => judge.finding(one)),
      curve: curve(ledger, claim),
    })),
  }
}

/** Points of a claim that has a curve, as far as they are there. */
function curve(ledger: Ledger, { id, statements, points }: Claim): Reproduction['claims'][number]['curve'] {
  if (id !== 'length') return []
  const sides = statements.flatMap(({ more, less, beyond }) => [more, less, ...(beyond ? [beyond] : [])])
  const all = new Map(
    [...sides, ...points.map(([, settings]) => settings)].map((settings) => [
      Number(settings['model.length']),
      settings,
    ]),
  )
  return [...all]
    .sort(([a], [b]) => a - b)
    .flatMap(([length, settings]) => {
      const arm = ledger.arm(settings, 0)
      const result = arm?.levels[ledger.basis.kind]
      return arm && result
        ? [
            {
              label: `${length} events`,
              recall: result.recall,
              coverage: result.coverage,
              seconds: arm.training.seconds,
            },
          ]
        : []
    })
}

class Judge {
  constructor(
    private readonly ledger: Ledger,
    private readonly wanted: readonly Claim[],
    private readonly seeds: number,
    private readonly failed: ReadonlyMap<string, string>,
  ) {}

  finding(statement: Statement): Finding {
    const { id, text, source, of, level, more, less, beyond, impossible } = statement
    const about = { id, text, source, of, level }
    if (impossible) return { ...about, verdict: 'cannot be tested', seeds: 0, at: {}, reason: impossible }
    const sides = [more, less, ...(beyond ? [beyond] : [])]
    const error = sides.map((side) => this.failed.get(this.ledger.key(side, 0))).find(Boolean)
    if (error) return { ...about, verdict: 'cannot be tested', seeds: 0, at: {}, reason: error }
    const done = this.seedsOf(statement)
    if (done.length === 0)
      return { ...about, verdict: 'not enough budget', seeds: 0, at: {}, reason: 'its trainings did not fit' }
    if (!this.ledger.arm(more, done[0])!.levels[level])
      return { ...about, verdict: 'cannot be tested', seeds: 0, at: {}, reason: `the evaluation has no ${level} level` }
    const at = Object.fromEntries(this.ksOf(statement, done[0]).map((k) => [k, this.at(statement, k, done)]))
    const verdicts = Object.values(at).map((one) => one.verdict)
    const whole = overall(verdicts)
    const rising = done.some((seed) => sides.some((side) => this.ledger.arm(side, seed)!.training.rising))
    return {
      ...about,
      verdict: whole,
      seeds: done.length,
      rising,
      at,
      ...(whole === 'not enough budget' && { reason: 'coverage has an interval from two seeds on' }),
    }
  }

  /** Standard deviations between seeds that intervals are made with. */
  deviations(): Reproduction['seedDeviation'] {
    const result: Reproduction['seedDeviation'] = {}
    for (const { level } of this.all()) {
      for (const k of ['10', '100']) {
        const noise = this.noise('recall', level, k)
        if (noise) (result[level] ??= {})[k] = Math.sqrt(noise.variance)
      }
    }
    return result
  }

  private at(statement: Statement, k: string, done: readonly number[]): FoundAt {
    const { of, level, more, less, beyond, doublings } = statement
    const noise = this.noise(of, level, k)
    const value = (
      side: Statement['more'],
      read: (one: NonNullable<NonNullable<ReturnType<Ledger['arm']>>['levels'][Level]>) => number | undefined,
    ): number =>
      done.reduce((sum, seed) => sum + (read(this.ledger.arm(side, seed)!.levels[level]!) ?? NaN), 0) / done.length
    const relative = (read: Parameters<typeof value>[1]): number =>
      (value(more, read) - value(less, read)) / value(less, read)
    const observed = this.observed(statement, more, less, k, done)
    const difference = observed.reduce((sum, one) => sum + one.difference, 0) / observed.length
    const checkout = of === 'recall' ? relative((one) => one.byType.checkout?.[k]) : NaN
    const found = {
      difference,
      relative: relative((one) => one[of][k]),
      ...(Number.isFinite(checkout) && { relativeCheckout: checkout }),
    }
    const first = estimate(observed, noise)
    if (!first) return { ...found, verdict: 'not enough budget' }
    if (!beyond || !doublings) return { ...found, estimate: first, verdict: verdict(first) }
    const second = estimate(this.observed(statement, beyond, more, k, done), noise)!
    const [before, after] = [perDoubling(first, doublings[0]), perDoubling(second, doublings[1])]
    return { ...found, estimate: before, beyond: after, verdict: flattens(before, after) }
  }

  private observed(
    { of, level }: Statement,
    more: Statement['more'],
    less: Statement['less'],
    k: string,
    done: readonly number[],
  ): Observed[] {
    return done.map((seed) => {
      if (of === 'coverage')
        return {
          difference:
            this.ledger.arm(more, seed)!.levels[level]!.coverage[k] -
            this.ledger.arm(less, seed)!.levels[level]!.coverage[k],
        }
      const pair = this.ledger.pair(more, less, seed)?.[level]
      if (!pair) throw new Error(`no comparison at the ${level} level`)
      return { difference: pair.recall[k], users: pair.interval[k] }
    })
  }

  /** Noise between trainings of everything that is measured alike. */
  private noise(of: Statement['of'], level: Level, k: string): SeedNoise | undefined {
    const alike = this.all().filter((one) => one.of === of && one.level === level && !one.impossible)
    return seedNoise(
      alike.flatMap((one) => {
        const done = this.seedsOf(one)
        return done.length >= 2 && this.ksOf(one, done[0]).includes(k)
          ? [this.observed(one, one.more, one.less, k, done)]
          : []
      }),
    )
  }

  private all(): Statement[] {
    return this.wanted.flatMap(({ statements }) => statements)
  }

  /** Seeds for which all sides are there. */
  private seedsOf({ more, less, beyond }: Statement): number[] {
    return Array.from({ length: this.seeds }, (_, seed) => seed).filter((seed) =>
      [more, less, ...(beyond ? [beyond] : [])].every((side) => this.ledger.arm(side, seed)),
    )
  }

  /** 10 and 100, as far as they are no more than half of the entries. */
  private ksOf({ more, level }: Statement, seed: number): string[] {
    const entries = this.ledger.arm(more, seed)?.levels[level]?.entries ?? 0
    return ['10', '100'].filter((k) => k === '10' || entries >= 2 * Number(k))
  }
}

const perDoubling = ({ mean, low, high, seeds }: Estimate, doublings: number): Estimate => ({
  mean: mean / doublings,
  low: low / doublings,
  high: high / doublings,
  seeds,
})
