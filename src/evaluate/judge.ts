import type { Kind } from '../config/schema.js'
import type { Snapshot } from '../features/snapshot.js'
import type { EvaluationSet } from '../protocol/evaluation-set.js'
import type { Level } from '../protocol/queries.js'
import { groundOf, type Baseline } from '../retrieve/baselines.js'
import { canFit, type Fitted } from '../retrieve/fit.js'
import type { OracleSource } from '../retrieve/oracle.js'
import type { Recommender } from '../retrieve/recommender.js'
import { Lists, type ListsRow } from './lists.js'
import { measure, type Measured } from './measure.js'
import { dimensionsOf, type Dimension } from './slices.js'

/** How recommenders are measured, all alike. */
export interface JudgeOptions {
  /** the level whose lists are looked at */
  kind: Kind
  /** the K of recall */
  at?: readonly number[]
  /** samples of the bootstrap; 0 = no intervals */
  bootstrap: number
  /** recall by user activity, popularity and age of the entry, too */
  slices?: boolean
}

/** What came of one recommender. It can be sent between threads. */
export interface Judged {
  name: string
  kind: Recommender['kind']
  level: Level
  /** at its own level, then at those above that were asked for */
  measured: Measured[]
  /** what its lists look like, at the level whose lists are looked at */
  lists?: ListsRow
  seconds: number
}

/** What came of a baseline. */
export interface JudgedBaseline extends Judged {
  /** as flags name it; absent for a ceiling */
  baseline?: string
  fitted?: Fitted
}

/** What is told while baselines are judged: one begins, so many of its queries are done, what came of it. */
export type BaselineNews = { begin: Pick<Judged, 'name' | 'level'> } | { queries: number } | { judged: JudgedBaseline }

export interface BaselinesOptions {
  levels: readonly Level[]
  baselines: readonly Baseline[]
  /** what weights are fitted on: without it baselines that have any are left out */
  validation?: EvaluationSet
  /** where the data is a generated world */
  oracle?: OracleSource
}

/** Measures recommenders on one evaluation set. */
export class Judge {
  readonly lists: Lists
  private readonly dimensions: Partial<Record<Level, Dimension[]>> = {}

  constructor(
    private readonly snapshot: Snapshot,
    readonly set: EvaluationSet,
    private readonly options: JudgeOptions,
  ) {
    this.lists = new Lists(snapshot, set, options.kind)
    if (!options.slices) return
    for (const [level, of] of Object.entries(set.levels))
      this.dimensions[level as Level] = dimensionsOf(snapshot, set.queries, of, set.protocol.cutoff)
  }

  /**
   * @param above levels at which an item recommender is measured, too
   * @param onProgress queries done so far
   */
  async judge(
    recommender: Recommender,
    above: readonly Level[] = [],
    onProgress?: (queries: number) => void,
  ): Promise<Judged> {
    const { at, bootstrap } = this.options
    const { name, kind, level } = recommender
    const started = performance.now()
    const looked = level === this.lists.level ? this.lists.look(recommender) : undefined
    const measured = await measure(this.snapshot, this.set, recommender, {
      above,
      dimensions: this.dimensions,
      at,
      bootstrap: { samples: bootstrap, seed: this.set.protocol.seed },
      onProgress,
      onList: looked?.add,
    })
    return { name, kind, level, measured, lists: looked?.row(), seconds: (performance.now() - started) / 1000 }
  }

  /**
   * Judges baselines level by level, and on a generated world ceiling and oracle after them.
   * @param tell of every one that begins, how far it is, and what came of it
   */
  async baselines(
    { levels, baselines, validation, oracle }: BaselinesOptions,
    tell: (news: BaselineNews) => void,
  ): Promise<void> {
    const { snapshot, set } = this
    const judge = async (recommender: Recommender, about: Pick<JudgedBaseline, 'fitted' | 'baseline'>) => {
      tell({ begin: { name: recommender.name, level: recommender.level } })
      tell({ judged: { ...(await this.judge(recommender, [], (queries) => tell({ queries }))), ...about } })
    }
    for (const level of levels) {
      const ground = groundOf(snapshot, set, level, validation && canFit(validation, level) ? validation : undefined)
      for (const baseline of baselines) {
        if (baseline.fitted && !ground.validation) continue
        const { recommender, fitted } = await baseline.make(ground)
        await judge(recommender, { fitted, baseline: baseline.name })
      }
      if (!oracle) continue
      const { catalog, t, windowDays } = ground
      await judge(oracle.ceiling(snapshot, catalog, t, windowDays), {})
      await judge(oracle.recommender(snapshot, catalog, t, windowDays), { baseline: 'oracle' })
    }
  }
}
