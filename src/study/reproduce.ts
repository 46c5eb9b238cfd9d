import type { Config } from '../config/schema.js'
import { UserError } from '../core/errors.js'
import { hashJson } from '../core/hash.js'
import { type Progress } from '../core/progress.js'
import { median } from '../core/median.js'
import type { Adseq } from './child.js'
import { claims, type Claim, type ClaimId } from './claims.js'
import { compareOnce, evaluateOnce, type Against } from './evaluation.js'
import { findings, type Reproduction } from './findings.js'
import { reproductionMarkdown } from './reproduce-text.js'
import { levelsOf, type Levels } from './result.js'
import { resolve, trainingKey, type Basis, type Settings } from './settings.js'
import { openStudy, type StudyFolder, type StudyState } from './study-file.js'
import { trainOnce, type Training } from './training.js'
import { readWorkspaceData, type WorkspaceData } from './workspace-data.js'
import { duration } from '../text/numbers.js'

export interface ReproduceOptions {
  adseq: Adseq
  basis: Basis
  /** at work in all, over all times it is started */
  seconds: number
  claims: readonly ClaimId[]
  /** trainings of each side of a comparison, where the budget allows */
  seeds: number
  name?: string
  progress: Progress
}

/** A training of the study that was evaluated. */
export interface Arm {
  settings: Settings
  training: Training
  levels: Levels
  /** wall clock, training and evaluation */
  seconds: number
  /** how long such a training was thought to take beside the first, 1 = the same */
  relative: number
}

export interface ReproduceState extends StudyState {
  /** by trainingKey */
  arms: Record<string, Arm>
  /** recall of one run minus that of another, by "key key" */
  pairs: Record<string, Against>
}

/** What a study is about: settings to keys, and keys to what was found. */
export class Ledger {
  private readonly keys = new Map<string, string>()

  constructor(
    readonly basis: Basis,
    readonly data: WorkspaceData,
    readonly state: ReproduceState,
    private readonly firstSeed: number,
    private readonly refitSet: boolean,
  ) {}

  /** Settings of one training: those of a statement, a seed, and no refit unless the user has set it. */
  settings(of: Settings, seed: number): Settings {
    return {
      ...of,
      ...(this.refitSet ? {} : { 'train.refit': false }),
      ...(seed === 0 ? {} : { 'train.seed': this.firstSeed + seed }),
    }
  }

  config(of: Settings, seed: number): Config {
    return resolve(this.basis, this.settings(of, seed))
  }

  key(of: Settings, seed: number): string {
    const text = JSON.stringify(this.settings(of, seed))
    let key = this.keys.get(text)
    if (key === undefined)
      this.keys.set(text, (key = trainingKey(this.basis.kind, this.config(of, seed), this.data.cutoff, this.data.hash)))
    return key
  }

  arm(of: Settings, seed: number): Arm | undefined {
    return this.state.arms[this.key(of, seed)]
  }

  /** Recall of `more` minus that of `less`; undefined where one is not there yet. */
  pair(more: Settings, less: Settings, seed: number): Against | undefined {
    return this.state.pairs[`${this.key(more, seed)} ${this.key(less, seed)}`]
  }
}

/**
 * Runs the claims of the method on the data of the workspace until the budget ends: every statement once, then further
 * points of curves, then every statement again with another seed. Each training is one `adseq train`, shared by all
 * statements that need it, and judged once by `adseq eval` on the window after the cutoff, which no training sees.
 * Settings are compared as they stand; nothing is chosen by these figures.
 * @throws UserError when the first training cannot be made; Interrupted
 */
export async function reproduce(options: ReproduceOptions): Promise<Reproduction> {
  const { adseq, basis, seconds, seeds } = options
  const config = resolve(basis, {})
  const data = readWorkspaceData(basis.folder, config)
  const wanted = claims(basis.kind, config, data).filter(({ id }) => options.claims.includes(id as ClaimId))
  const refitSet = basis.set.some((one) => /(^|\.)train\.refit=/.test(one))
  const identity = hashJson({ kind: basis.kind, base: trainingKey(basis.kind, config, data.cutoff, data.hash) })
  const id = options.name ?? `reproduce-${basis.kind}-${identity.slice(0, 8)}`
  const study = openStudy<ReproduceState>(basis.folder, id, 'trainings.json', {
    version: 1,
    identity,
    spentSeconds: 0,
    arms: {},
    pairs: {},
  })
  try {
    const ledger = new Ledger(basis, data, study.state, config.train.seed, refitSet)
    announce(options, wanted, ledger, study)
    const failed = new Map<string, string>()
    for (const { of, seed } of schedule(wanted, seeds)) await tryTogether(options, ledger, study, of, seed, failed)
    compareAll(adseq, ledger, wanted, seeds)
    study.save()
    const result = findings({ ledger, id, wanted, seeds, budget: seconds, spent: study.spent(), failed, config })
    study.write('reproduce.json', `${JSON.stringify(result, undefined, 2)}\n`)
    study.write('reproduce.md', reproductionMarkdown(result))
    return result
  } finally {
    study.save()
    study.release()
  }
}

/** Groups of settings that are of use together only, in the order in which a budget is spent. */
export function* schedule(wanted: readonly Claim[], seeds: number): Generator<{ of: Settings[]; seed: number }> {
  for (let seed = 0; seed < seeds; seed++) {
    for (const { statements } of wanted)
      for (const { more, less, beyond, impossible } of statements)
        if (!impossible) yield { of: [more, less, ...(beyond ? [beyond] : [])], seed }
    if (seed === 0) for (const { points } of wanted) for (const [, settings] of points) yield { of: [settings], seed }
  }
}

function announce(
  { adseq, seconds, seeds }: ReproduceOptions,
  wanted: readonly Claim[],
  ledger: Ledger,
  { path, state }: StudyFolder<ReproduceState>,
): void {
  const keys = new Set([...schedule(wanted, 1)].flatMap(({ of }) => of.map((one) => ledger.key(one, 0))))
  adseq.print(
    `Claims: ${wanted.map(({ id }) => id).join(', ')}: ${keys.size} ` +
      `trainings${seeds > 1 ? `, then again with other seeds up to ${seeds} times in all` : ''}, as far as ` +
      `${duration(seconds)} go; in ${path}`,
  )
  const there = Object.keys(state.arms).length
  if (there > 0) adseq.print(`${there} trainings are there already, after ${duration(state.spentSeconds)} at work.`)
}

/** Trains what is missing of a group, if the budget has room for all of it. */
async function tryTogether(
  options: ReproduceOptions,
  ledger: Ledger,
  study: StudyFolder<ReproduceState>,
  of: readonly Settings[],
  seed: number,
  failed: Map<string, string>,
): Promise<void> {
  const missing = new Map(
    of.map((one) => [ledger.key(one, seed), one]).filter(([key]) => !ledger.state.arms[key as string]) as [
      string,
      Settings,
    ][],
  )
  if ([...missing.keys()].some((key) => failed.has(key))) return
  const expected = [...missing.values()].reduce((sum, one) => sum + expectedSeconds(ledger, one, seed), 0)
  if (missing.size === 0 || study.spent() + expected > options.seconds) return
  for (const [key, one] of missing) {
    try {
      ledger.state.arms[key] = await makeArm(options, ledger, study.id, one, seed)
      study.save()
    } catch (error) {
      if (!(error instanceof UserError) || options.adseq.signal.aborted || Object.keys(ledger.state.arms).length === 0)
        throw error
      failed.set(key, error.message)
      options.progress.line(`  left out: ${error.message}`)
      return
    }
  }
}

async function makeArm(
  { adseq, basis, progress }: ReproduceOptions,
  ledger: Ledger,
  study: string,
  of: Settings,
  seed: number,
): Promise<Arm> {
  const began = performance.now()
  const { data } = ledger
  const settings = ledger.settings(of, seed)
  const label = `training ${Object.keys(ledger.state.arms).length + 1}`
  progress.start(label)
  let total = 0
  const training = await trainOnce({
    adseq,
    basis,
    settings,
    key: ledger.key(of, seed),
    data: data.hash,
    study,
    onStep: (step, most) => (total !== most && progress.start(label, (total = most), 'steps'), progress.update(step)),
  })
  const levels = levelsOf(await evaluateOnce({ adseq, basis, data: data.hash }, training.run), training.run)
  const { recall } = levels[basis.kind]!
  progress.finish(
    `recall@10 ${recall['10'].toFixed(4)}, recall@100 ` +
      `${recall['100'].toFixed(4)}${training.reused ? ', of a run that was there' : ''}`,
  )
  return {
    settings,
    training,
    levels,
    seconds: (performance.now() - began) / 1000,
    relative: relativeCost(ledger.config(of, seed), data),
  }
}

/** A guess before anything is measured: attention and products grow with what is read of a history. */
function relativeCost({ model, train }: Config, { longest }: WorkspaceData): number {
  if (model.userTower !== 'transformer') return 0.5
  const read = Math.min(model.length, longest)
  return (0.3 + read / 64) * (train.objective === 'dense-all-action' ? 1.3 : 1)
}

/** By the trainings measured so far; 0 before the first. */
function expectedSeconds(ledger: Ledger, of: Settings, seed: number): number {
  const relative = relativeCost(ledger.config(of, seed), ledger.data)
  const measured = Object.values(ledger.state.arms).filter(({ training }) => !training.reused)
  const same = measured.filter((arm) => arm.relative === relative)
  return (
    median(same.map(({ seconds }) => seconds)) ??
    (median(measured.map((arm) => arm.seconds / arm.relative)) ?? 0) * relative
  )
}

/** Reads the paired differences of all statements that have both sides. */
function compareAll(adseq: Adseq, ledger: Ledger, wanted: readonly Claim[], seeds: number): void {
  const { basis, data, state } = ledger
  const pairs = wanted.flatMap(({ statements }) =>
    statements.flatMap(({ more, less, beyond }) => [[more, less], ...(beyond ? [[beyond, more]] : [])]),
  )
  for (let seed = 0; seed < seeds; seed++) {
    for (const [more, less] of pairs) {
      const [a, b] = [ledger.arm(more, seed), ledger.arm(less, seed)]
      if (!a || !b || a === b || ledger.pair(more, less, seed)) continue
      state.pairs[`${ledger.key(more, seed)} ${ledger.key(less, seed)}`] = compareOnce(
        { adseq, basis, data: data.hash },
        a.training.run,
        b.training.run,
      )
    }
  }
}
