import type { Kind } from '../config/schema.js'

/** A sweep with a name: what it varies, and what it is for. */
export interface Preset {
  over: readonly string[]
  about: string
  /** of whom it makes sense for */
  kinds: readonly Kind[]
}

const BOTH: readonly Kind[] = ['item', 'advertiser']

/** The first is what a sweep does when it is told nothing. */
export const PRESETS = {
  diversity: {
    over: ['train.logq.positive=0,0.5,1', 'train.logq.negative=0,0.5,1'],
    about: 'the two weights of the log-Q correction: recall against coverage',
    kinds: BOTH,
  },
  labels: {
    over: ['train.labelWeights.add_to_cart=0.1,0.5,1', 'train.labelWeights.signup=0.1,0.5,1'],
    about: 'weights of carts and signups beside checkouts',
    kinds: BOTH,
  },
  negatives: {
    over: ['train.uniformNegatives=0,128,512,2048'],
    about: 'random negatives beside those of the batch',
    kinds: ['item'],
  },
  temperature: {
    over: ['train.temperature=0.05,0.1,0.2,0.4'],
    about: 'where the learned temperature starts',
    kinds: BOTH,
  },
  length: { over: ['model.length=8,16,32,64,128,256'], about: 'events of a history that the tower reads', kinds: BOTH },
  objective: {
    over: ['train.objective=all-action,dense-all-action,next-action'],
    about: 'which conversions after an anchor are learned',
    kinds: BOTH,
  },
  tuning: {
    over: [
      'train.logq.positive=0..1',
      'train.logq.negative=0..1',
      'train.labelWeights.add_to_cart=0.1..1',
      'train.uniformNegatives=64..1024/log',
      'train.temperature=0.05..0.3/log',
    ],
    about: 'all of these at once, sampled',
    kinds: ['item'],
  },
} as const satisfies Record<string, Preset>

export type PresetName = keyof typeof PRESETS
