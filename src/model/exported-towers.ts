import * as tf from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { ProgramSpec, Tensors, TensorSpec } from '../engine/types.js'
import { PROFILE_ADVERTISERS, PROFILE_CATEGORIES, PROFILE_ITEMS } from '../features/history-profile.js'
import { POPULARITY_COLUMNS } from '../features/popularity.js'
import { CATEGORY_LEVELS, TITLE_TOKENS } from '../features/snapshot.js'
import { candidateVectors } from './candidate-tower.js'
import { inContext } from './context.js'
import type { InputSpecs } from './inputs.js'
import type { ModelShape } from './shape.js'
import { userVectors } from './user-tower.js'

/*
 * The towers as others run them: parameters by name in the state, and inputs that need none of our hashing. What a user
 * tower has to know of items, advertisers and categories is in tables of the state; row 0 of each is "none".
 */

const f32 = (...shape: number[]): TensorSpec => ({ shape, dtype: 'float32' })
const i32 = (...shape: number[]): TensorSpec => ({ shape, dtype: 'int32' })

/** The tables that an exported user tower reads beside parameters and frozen tables. */
export interface CatalogTables {
  /** [items + 1, CATEGORY_LEVELS] rows of embed.category */
  'items.category': Int32Array
  /** [items + 1] price buckets */
  'items.price': Int32Array
  /** [advertisers + 1, 2] rows of embed.advertiser */
  'advertisers.buckets': Int32Array
  /** [categories + 1] rows of embed.category */
  'categories.row': Int32Array
}

/** What an exported user tower reads for N histories of which each has at most T events, the last one at T - 1. */
function historyInputs(shape: ModelShape, N: number, ages: boolean): InputSpecs {
  const T = shape.config.length
  return {
    item: i32(N, T), // row of the item; 0 = the event has none
    advertiser: i32(N, T), // row of the advertiser; 0 = none
    type: i32(N, T), // code of the event type + 1; 0 = padding
    domain: i32(N, T), // code of the domain + 1; 0 = padding
    ...(ages && { age: f32(N, T) }), // days before the moment that the history is seen from
    gap: f32(N, T), // days since the user's event before it; 0 for the first
    ...(shape.config.profile && {
      met_item: i32(N, PROFILE_ITEMS), // rows of the distinct items of the whole history; 0 = padding
      met_item_times: i32(N, PROFILE_ITEMS), // events of each
      met_category: i32(N, PROFILE_CATEGORIES), // rows of categories; an event counts for every level of its item's
      met_category_times: i32(N, PROFILE_CATEGORIES),
      met_advertiser: i32(N, PROFILE_ADVERTISERS), // rows of advertisers
      met_advertiser_times: i32(N, PROFILE_ADVERTISERS),
    }),
  }
}

/**
 * Histories to unit vectors: output `vectors` [N, outputWidth]. State: parameters by name, frozen tables,
 * CatalogTables.
 * @param ages whether histories carry the age of their events
 */
export function exportedUserTower(shape: ModelShape, ages: boolean): (rows: number) => ProgramSpec {
  return (N) => ({
    name: `${shape.kind} model, user tower`,
    inputs: historyInputs(shape, N, ages),
    fn: (state, inputs) => {
      const read = { ...events(shape, state, inputs, N), ...(shape.config.profile ? profile(state, inputs, N) : {}) }
      return { outputs: { vectors: userVectors(shape, state, state, read) } }
    },
  })
}

/** What an exported candidate tower reads for C items or advertisers: columns of the exported tables. */
function candidateInputs(shape: ModelShape, C: number): InputSpecs {
  const { config, aggregateWidth } = shape
  if (shape.kind === 'advertiser')
    return {
      aggregates: f32(C, aggregateWidth),
      advertiser_buckets: i32(C, 2),
      popularity: f32(C, POPULARITY_COLUMNS),
    }
  return {
    vector: f32(C, config.vectorWidth),
    advertiser_buckets: i32(C, 2),
    category_rows: i32(C, CATEGORY_LEVELS),
    title_rows: i32(C, TITLE_TOKENS),
    price_bucket: i32(C),
    popularity: f32(C, POPULARITY_COLUMNS),
    ...(config.itemIds && { row: i32(C) }),
  }
}

/**
 * Items or advertisers to unit vectors: output `vectors` [N, outputWidth]. State: parameters by name.
 */
export function exportedCandidateTower(shape: ModelShape): (rows: number) => ProgramSpec {
  return (C) => ({
    name: `${shape.kind} tower`,
    inputs: candidateInputs(shape, C),
    fn: (state, inputs) => {
      const read: Tensors = {
        'candidate.frozen': inputs[shape.kind === 'item' ? 'vector' : 'aggregates'],
        'candidate.row': inputs.row,
        'candidate.advertiser': inputs.advertiser_buckets,
        'candidate.category': inputs.category_rows,
        'candidate.title': inputs.title_rows,
        'candidate.price': inputs.price_bucket,
        'candidate.popularity': inputs.popularity,
      }
      return { outputs: { vectors: candidateVectors(shape, state, state, read) } }
    },
  })
}

/**
 * User vectors, stored or made, in the context of N requests: output `vectors` [N, outputWidth]. State: parameters by
 * name.
 */
export function exportedContextLayers(shape: ModelShape): (rows: number) => ProgramSpec {
  const { outputWidth, vectorWidth } = shape.config
  return (N) => ({
    name: 'context layers',
    inputs: {
      user_vector: f32(N, outputWidth),
      present: f32(N), // 1 = there is a context, 0 = none
      category_rows: i32(N, CATEGORY_LEVELS),
      title_rows: i32(N, TITLE_TOKENS),
      vector: f32(N, vectorWidth), // of the item whose page is open; zeros: none
      price_bucket: i32(N),
      hour: i32(N), // + 1; 0 = unknown
      weekday: i32(N), // from Monday on, + 1; 0 = unknown
    },
    fn: (state, inputs) => {
      const read: Tensors = {
        'context.present': inputs.present,
        'context.category': inputs.category_rows,
        'context.title': inputs.title_rows,
        'context.vector': inputs.vector,
        'context.price': inputs.price_bucket,
        'context.hour': inputs.hour,
        'context.weekday': inputs.weekday,
      }
      return { outputs: { vectors: inContext(state, state, inputs.user_vector, read) } }
    },
  })
}

/** The inputs of historyInputs in src/model/inputs.ts. */
function events(shape: ModelShape, state: Tensors, inputs: Tensors, N: number): Tensors {
  const flat = (x: Tensor): tf.Tensor1D => tf.reshape(x, [N * shape.config.length])
  const item = flat(inputs.item)
  const gap = tf.log1p(tf.expandDims(flat(inputs.gap), 1))
  const age = inputs.age ? tf.log1p(tf.expandDims(flat(inputs.age), 1)) : tf.mul(gap, 0)
  return {
    'event.item': item,
    'event.advertiser': tf.gather(state['advertisers.buckets'], flat(inputs.advertiser)),
    'event.category': tf.gather(state['items.category'], item),
    'event.type': flat(inputs.type),
    'event.domain': flat(inputs.domain),
    'event.price': tf.gather(state['items.price'], item),
    'event.time': tf.concat([age, gap], 1),
    'event.mask': tf.step(tf.cast(inputs.type, 'float32')),
  }
}

/** The inputs of profileInputs; weights as in HistoryProfiles. */
function profile(state: Tensors, inputs: Tensors, N: number): Tensors {
  const times = (of: string): Tensor => tf.cast(inputs[`met_${of}_times`], 'float32')
  const met = (n: Tensor): Tensor => tf.mul(tf.step(n), tf.add(1, tf.div(tf.log(tf.maximum(n, 1)), 4)))
  const advertisers = tf.reshape(inputs.met_advertiser, [N * PROFILE_ADVERTISERS]) as tf.Tensor1D
  return {
    'profile.item': inputs.met_item,
    'profile.item.weight': unit(tf.log1p(times('item'))),
    'profile.category': tf.gather(state['categories.row'], inputs.met_category as tf.Tensor2D),
    'profile.category.weight': unit(met(times('category'))),
    'profile.advertiser': tf.gather(state['advertisers.buckets'], advertisers),
    'profile.advertiser.weight': unit(met(times('advertiser'))),
  }
}

/** Rows whose squares sum to 1; an empty one stays zeros. */
const unit = (weights: Tensor): Tensor =>
  tf.div(weights, tf.sqrt(tf.maximum(tf.sum(tf.square(weights), 1, true), 1e-12)))
