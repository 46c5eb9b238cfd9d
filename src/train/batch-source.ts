import { firstSeen } from '../features/snapshot.js'
import { day } from '../text/moments.js'
import { UserError } from '../core/errors.js'
import { Rng } from '../core/rng.js'
import { fillContexts } from '../features/context.js'
import { fillAdvertisers, fillItems } from '../features/candidate-batch.js'
import { fillHistories } from '../features/history-batch.js'
import { HistoryProfiles } from '../features/history-profile.js'
import { createItemFeatures } from '../features/item-features.js'
import { createPopularity } from '../features/popularity.js'
import { usesAges } from '../runs/model-inputs.js'
import type { BatchShape, BatchSource, BatchSourceOptions } from './batch.js'
import { bucketLengths, createLengthBuckets } from './sampling-buckets.js'
import { CandidateMask } from './masks.js'
import { createPool, knownEntries, logExpectedCount, negativesFor } from './negatives.js'
import { createPositives } from './positives.js'
import { PseudoContexts } from './pseudo-context.js'
import type { Positives } from './positives.js'
import { Sampler } from './sampler.js'
import { samplingMass } from './sampling-probability.js'
import { SlotFinder } from './slots.js'

const BATCH_STREAM = 1
const CONTEXT_STREAM = 2

/**
 * Training batches drawn from a snapshot.
 *
 * Batch n: a length bucket in proportion to its share of the draws, S sequences and R rows (sampler.ts), then M
 * uniform draws from the pool, where the catalog is small fewer than the settings ask for (negativesFor). The
 * candidates are the R positives and the M draws; Q is of that bucket. Popularity features of a positive are as of its
 * own row's anchor, those of a uniform negative as of the anchor of a row drawn at random, so that both are spread over
 * time alike.
 *
 * @throws UserError when there is no conversion or no eligible anchor, or settings contradict each other
 */
export function createBatchSource(options: BatchSourceOptions): BatchSource {
  const { snapshot, kind, limit, model, train, seed } = options
  const R = train.rows
  const P = train.positivesPerAnchor
  if (R % P !== 0 || R < 2) {
    throw new UserError(
      `train.rows is ${R}: it must be at least 2 and a multiple of train.positivesPerAnchor (${P}).`,
      `Set train.rows to ${Math.max(2, Math.ceil(R / P)) * P}.`,
    )
  }
  const positive = createPositives(snapshot, kind, train.labelWeights)
  const finder = new SlotFinder(snapshot, positive, options)
  const lengths = bucketLengths(model.length)
  const { classes, positives } = samplingMass(finder, positive, snapshot.users, lengths, snapshot.offsets)
  const buckets = createLengthBuckets(classes)
  if (buckets.length === 0) throw nothingToDraw(options, positive)

  const first = firstSeen(snapshot, kind)
  const known = knownEntries(first, limit)
  const { draws: M, pool: size } = negativesFor(train, known.length)
  const pool = M > 0 ? createPool(known, size, seed) : new Uint32Array(0)
  const logq = buckets.map((bucket) => logExpectedCount(bucket.probability, R, M, pool))
  const features = createItemFeatures(snapshot, model)
  const popularity = createPopularity(snapshot, kind, limit)
  const fillCandidates = kind === 'item' ? fillItems : fillAdvertisers
  const sampler = new Sampler(snapshot, finder, positive, { maxLength: model.length, positivesPerAnchor: P })
  const mask = new CandidateMask(first)
  const profiles = new HistoryProfiles(snapshot, features)
  const contexts = kind === 'item' && model.context ? new PseudoContexts(snapshot) : undefined
  const shares = runningSum(buckets.map((bucket) => bucket.share))
  const shapes = buckets.map((bucket): BatchShape => ({ S: R / P, T: bucket.length, R, C: R + M, share: bucket.share }))

  return {
    buckets: shapes,
    positives,
    batch(n) {
      const rng = new Rng(seed, BATCH_STREAM, n)
      const b = rng.fromCumulative(shares)
      const { S, T, C } = shapes[b]
      const draw = sampler.draw(buckets[b], S, rng)
      const candidates = new Int32Array(C)
      const moments = new Float64Array(C)
      candidates.set(draw.entry)
      moments.set(draw.moment)
      for (let c = R; c < C; c++) {
        candidates[c] = pool[rng.int(pool.length)]
        moments[c] = draw.moment[rng.int(R)]
      }
      return {
        bucket: b,
        S,
        T,
        R,
        C,
        feeds: {
          ...fillHistories(snapshot, features, draw, S, T, usesAges(model, train)),
          ...(model.profile ? profiles.fill(snapshot, finder.dense ? draw.rows : draw, finder.dense ? R : S) : {}),
          ...fillCandidates(features, popularity, candidates, moments),
          ...(contexts &&
            fillContexts(features, model.titleBuckets, contexts.draw(draw, new Rng(seed, CONTEXT_STREAM, n)))),
          'row.output': draw.output,
          'row.weight': draw.weight,
          'candidate.logq': Float32Array.from(candidates, (entry) => logq[b][entry]),
          mask: mask.fill(draw, candidates),
        },
      }
    },
  }
}

function nothingToDraw({ snapshot, kind, limit, train }: BatchSourceOptions, positive: Positives): UserError {
  const { eventTime } = snapshot
  let conversions = 0
  let from = Infinity
  for (let e = 0; e < eventTime.length; e++) {
    if (eventTime[e] > limit) continue
    from = Math.min(from, eventTime[e])
    if (positive.has(e)) conversions++
  }
  if (conversions === 0) {
    return new UserError(
      `There is no conversion of ${kind === 'item' ? 'an item' : 'an advertiser'} in the data before ` +
        `${day(limit)}: nothing to learn from.`,
      'Import events of the types checkout, add_to_cart or signup, or map your own types to them.',
    )
  }
  return new UserError(
    `No history is followed by a conversion within ${train.windowDays} days before ${day(limit)}: training data ` +
      `begins on ${day(from)} and holds ${conversions} conversions.`,
    'Set train.windowDays (and eval.windowDays) to less, or import data of a longer time.',
  )
}

function runningSum(values: number[]): Float64Array {
  let sum = 0
  return Float64Array.from(values, (x) => (sum += x))
}
