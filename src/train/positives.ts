import type { Kind } from '../config/schema.js'
import { UserError } from '../core/errors.js'
import { EVENT_TYPES } from '../features/snapshot.js'
import type { Snapshot } from '../features/snapshot.js'
import type { SamplerConfig } from './batch.js'

/** Which events are positives, what entry (item or advertiser) each is of, and the weight of its row in the loss. */
export interface Positives {
  /** entry of every event row: the snapshot's eventItem or eventAdvertiser; -1 = none */
  entry: Int32Array
  entries: number
  /** weight by type code; 0 = not a positive */
  weight: Float32Array
  /** Whether event row e is a positive. */
  has(e: number): boolean
}

/**
 * Positives are conversions that have an entry of the kind (a signup has an advertiser but no item) and whose label
 * weight is above 0: a type of weight 0 would fill rows that the loss does not see.
 * @throws UserError when no type has a weight above 0
 */
export function createPositives(
  snapshot: Snapshot,
  kind: Kind,
  labelWeights: SamplerConfig['labelWeights'],
): Positives {
  const weight = new Float32Array(EVENT_TYPES.length)
  EVENT_TYPES.forEach((type, code) => {
    if (type in labelWeights) weight[code] = labelWeights[type as keyof typeof labelWeights]
  })
  if (!weight.some((w) => w > 0)) {
    throw new UserError(
      'No event type has a label weight above 0, so there is nothing to learn from.',
      'Set one of train.labelWeights.checkout, add_to_cart or signup above 0.',
    )
  }
  const entry = kind === 'item' ? snapshot.eventItem : snapshot.eventAdvertiser
  const { eventType } = snapshot
  return {
    entry,
    entries: kind === 'item' ? snapshot.items : snapshot.advertisers,
    weight,
    has: (e) => entry[e] >= 0 && weight[eventType[e]] > 0,
  }
}
