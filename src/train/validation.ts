import type { Kind } from '../config/schema.js'
import { firstSeen } from '../features/snapshot.js'
import { day } from '../text/moments.js'
import { dotProducts } from '../ann/dot-products.js'
import { recallAtK } from '../ann/recall.js'
import type { Config } from '../config/schema.js'
import { UserError } from '../core/errors.js'
import { Rng } from '../core/rng.js'
import type { Engine } from '../engine/types.js'
import { historyEnd, type Snapshot } from '../features/snapshot.js'
import { seenAt, type Queries } from '../protocol/queries.js'
import type { Encoder } from '../runs/encoder.js'
import { createPositives } from './positives.js'

const KS = [1, 10, 100]
const STREAM = 0x7a11

/** What is asked of a model during training: users' histories up to a moment, and what they converted on after it. */
export interface ValidationSet {
  queries: Queries
  /** entries known at that moment, ascending */
  entries: Int32Array
  /** positives of user q: positives[offsets[q] .. offsets[q + 1]], as index into `entries`, -1 = not known then */
  offsets: Int32Array
  positives: Int32Array
}

/**
 * A random sample of users with a history up to `from` and conversions in (from, to].
 * @throws UserError when there is none
 */
export function createValidationSet(
  snapshot: Snapshot,
  config: Config,
  kind: Kind,
  from: number,
  to: number,
): ValidationSet {
  const { train } = config
  const positive = createPositives(snapshot, kind, train.labelWeights)
  const eligible: number[] = []
  for (let user = 0; user < snapshot.users; user++) {
    const end = historyEnd(snapshot, user, from)
    if (end === snapshot.offsets[user]) continue
    for (let e = end; e < snapshot.offsets[user + 1] && snapshot.eventTime[e] <= to; e++) {
      if (!positive.has(e)) continue
      eligible.push(user)
      break
    }
  }
  if (eligible.length === 0) {
    throw new UserError(
      `No user has both a history before ${day(from)} and a conversion in the validation window that ends on ` +
        `${day(to)}.`,
      'Set eval.windowDays to more, or import data of a longer time.',
    )
  }
  const users = new Rng(train.seed, STREAM).shuffle(Int32Array.from(eligible)).slice(0, train.validationUsers).sort()

  const entries = firstSeen(snapshot, kind).reduce<number[]>(
    (known, time, i) => (time <= from && known.push(i), known),
    [],
  )
  const place = new Int32Array(positive.entries).fill(-1)
  entries.forEach((entry, i) => (place[entry] = i))
  const offsets = new Int32Array(users.length + 1)
  const positives: number[] = []
  const ends = users.map((user) => historyEnd(snapshot, user, from))
  users.forEach((user, q) => {
    for (let e = ends[q]; e < snapshot.offsets[user + 1] && snapshot.eventTime[e] <= to; e++)
      if (positive.has(e)) positives.push(place[positive.entry[e]])
    offsets[q + 1] = positives.length
  })
  return {
    queries: { events: snapshot, users, ends, moment: from },
    entries: Int32Array.from(entries),
    offsets,
    positives: Int32Array.from(positives),
  }
}

/**
 * The K whose recall early stopping watches: 100, or less where 100 would be more than half of the entries and so say
 * little.
 */
export function watchedK(set: ValidationSet): string {
  return String(KS.findLast((k) => 2 * k <= set.entries.length) ?? KS[0])
}

/** Recall over positives at 1, 10 and 100 against all known entries. */
export async function validate(engine: Engine, encoder: Encoder, set: ValidationSet): Promise<Record<string, number>> {
  const queries = await encoder.encodeUsers(set.queries)
  const entries = await encoder.encodeEntries(set.entries, seenAt(set.queries, 0))
  const products = await dotProducts(encoder.width, engine)
  try {
    return await recallAtK({ queries, entries, offsets: set.offsets, positives: set.positives, ks: KS }, products)
  } finally {
    products.dispose()
  }
}
