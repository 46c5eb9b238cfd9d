import { UserError } from '../core/errors.js'
import type { GeneratorType } from '../funnel/generators/generator.js'

/** A side of an experiment: what differs from the funnel as it is set. */
export interface Arm {
  name: 'control' | 'treatment'
  /** one line */
  about: string
  /** generators that find nothing */
  without: readonly string[]
  /** whether the light ranker orders candidates; without it their fused ranks do */
  ranked: boolean
  /** when user vectors are made: every night of those who did something, or at every request */
  vectors: 'nightly' | 'at request'
  /** whether user vectors are taken into what the platform sees of the visit: a search, or the first item looked at */
  context: boolean
}

/** An experiment with a name. */
export interface Preset {
  about: string
  /** control, then treatment */
  arms: readonly [Arm, Arm]
}

const arm = (name: Arm['name'], about: string, differs: Partial<Arm> = {}): Arm => ({
  name,
  about,
  without: [],
  ranked: true,
  vectors: 'nightly',
  context: false,
  ...differs,
})

export const PRESETS = {
  'sequence-model': {
    about: "other generators alone against the same with the sequence models' candidates",
    arms: [
      arm('control', 'without the sequence models', { without: ['advertiser-model', 'item-model'] }),
      arm('treatment', 'with the sequence models'),
    ],
  },
  'advertiser-against-item': {
    about: 'candidates of the advertiser model against those of the item model',
    arms: [
      arm('control', 'advertiser model, no item model', { without: ['item-model'] }),
      arm('treatment', 'item model, no advertiser model', { without: ['advertiser-model'] }),
    ],
  },
  'real-time': {
    about: 'user vectors of last night against user vectors made at the request',
    arms: [arm('control', 'vectors of last night'), arm('treatment', 'vectors of now', { vectors: 'at request' })],
  },
  context: {
    about: 'user vectors as they are stored against the same in the context of the request',
    arms: [arm('control', 'without the context of the request'), arm('treatment', 'in its context', { context: true })],
  },
  l1: {
    about: 'fused ranks against the light ranker',
    arms: [
      arm('control', 'ordered by fused ranks', { ranked: false }),
      arm('treatment', 'ordered by the light ranker'),
    ],
  },
  'a-a': {
    about: 'the same on both sides: nothing may be found',
    arms: [arm('control', 'as set'), arm('treatment', 'as set')],
  },
} as const satisfies Record<string, Preset>

export type PresetName = keyof typeof PRESETS

/** @throws UserError where there is none of that name */
export function presetOf(name: string): Preset {
  if (Object.hasOwn(PRESETS, name)) return PRESETS[name as PresetName]
  throw new UserError(
    `There is no experiment "${name}".`,
    `Choose one: ${Object.keys(PRESETS)
      .map((one) => `--preset ${one}`)
      .join(', ')}.`,
  )
}

/** Who is in which arm, and what arms share. */
export interface Assignment {
  arms: readonly Arm[]
  /** [users] index of the arm */
  armOf: ArrayLike<number>
  /**
   * shared: both arms spend the same budgets, as where users alone are split; split: each has its share of every
   * budget (Liu, Mao & Kang 2020)
   */
  budgets: 'shared' | 'split'
  /** at every request also note what each arm would have put into the first place, had it been asked */
  choices?: boolean
}

/** Whether two arms are one and the same. */
export const isSame = ([a, b]: readonly [Arm, Arm]): boolean =>
  a.ranked === b.ranked &&
  a.vectors === b.vectors &&
  a.context === b.context &&
  String([...a.without].sort()) === String([...b.without].sort())

/**
 * Generators of which some find nothing. They stay where they are, so that the light ranker reads the same columns in
 * every arm.
 */
export const muted = (types: readonly GeneratorType[], without: readonly string[]): GeneratorType[] =>
  types.map((type) => {
    if (!without.includes(type.name)) return type
    return {
      ...type,
      open: (parts) => {
        const generator = type.open(parts)
        return generator && { level: generator.level, ranked: () => ({ entries: [], scores: [], complete: true }) }
      },
    }
  })
