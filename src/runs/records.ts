import type { Kind } from '../config/schema.js'

/** What a training says while it runs: yielded to screens, and appended to runs/<id>/metrics.jsonl, one a line. */
export type TrainRecord = StartRecord | StepRecord | ValidationRecord | DoneRecord

/** select: trained up to cutoff - K and validated on the K days after it; refit: trained up to the cutoff. */
export type Phase = 'select' | 'refit'

export interface StartRecord {
  type: 'start'
  run: string
  kind: Kind
  phase: Phase
  /** steps of this phase: an upper bound while selecting, exact for a refit */
  steps: number
  /** while selecting, what the score of a validation is; absent in records of earlier versions */
  chosenBy?: string
  /** step this process starts from: above 0 when it resumes */
  from: number
  /** what the settings ask for and the data does not allow */
  notes?: string[]
  parameters: number
  engine: string
  device: string
}

export interface StepRecord {
  type: 'step'
  phase: Phase
  step: number
  loss: number
  learningRate: number
  /** learned temperature */
  tau: number
  gradientNorm: number
  /** rows (positives) a second since the last step record */
  rowsPerSecond: number
  /** seconds of training so far in this phase */
  seconds: number
}

export interface ValidationRecord {
  type: 'validation'
  phase: Phase
  step: number
  /** recall over positives at K, on the validation window: {"10": 0.05, "100": 0.2} */
  recall: Record<string, number>
  /** the same of advertisers, each ranked as its best item, where an item model is validated at both levels */
  advertisers?: Record<string, number>
  /** what steps are chosen by, see validationScore; absent in records of earlier versions, which watched one recall */
  score?: number
  best: boolean
}

export interface DoneRecord {
  type: 'done'
  run: string
  /** SHA-256 of the final parameters */
  weightsHash: string
  steps: number
  seconds: number
  recall: Record<string, number>
}
