import { Rng } from '../core/rng.js'
import { sha256 } from '../core/hash.js'
import { DOMAIN_CODES, PRICE_BUCKETS, TYPE_CODES } from './inputs.js'
import { POPULARITY_COLUMNS } from '../features/popularity.js'
import { DAY_CODES, HOUR_CODES } from '../features/context.js'
import { readsContext, type ModelShape } from './shape.js'

export interface ParameterSpec {
  name: string
  shape: number[]
  /** place in the flat vector */
  offset: number
  size: number
  /** weight decay applies: matrices and tables, not biases, norms or the temperature */
  decay: boolean
  /** standard deviation of the initial values, or the constant they all have */
  init: { normal: number } | { constant: number }
}

/** Columns of the concatenated event features that the token projection reads. */
export function tokenFeatures({ config }: ModelShape): number {
  return (
    config.vectorWidth + TYPE_CODES + DOMAIN_CODES + PRICE_BUCKETS + 2 + config.advertiserWidth + config.categoryWidth
  )
}

/** Columns of what the user tower's last layers read: the pooled history, and the profile. */
export function userFeatures({ config }: ModelShape): number {
  return config.width + (config.profile ? config.vectorWidth + config.categoryWidth + config.advertiserWidth : 0)
}

/** Columns of the concatenated candidate features. */
export function candidateFeatures({ kind, config, aggregateWidth }: ModelShape): number {
  if (kind === 'advertiser') return aggregateWidth + config.advertiserWidth + POPULARITY_COLUMNS
  const id = config.itemIds ? config.width : 0
  return (
    config.vectorWidth +
    config.advertiserWidth +
    config.categoryWidth +
    config.titleWidth +
    PRICE_BUCKETS +
    POPULARITY_COLUMNS +
    id
  )
}

/** Columns of what the context layers read: what is known of the request, and the user's vector. */
function contextFeatures({ config }: ModelShape): number {
  const known = config.outputWidth + config.titleWidth + config.vectorWidth + PRICE_BUCKETS + HOUR_CODES + DAY_CODES
  return known + config.outputWidth
}

/** Of the context layers at first: who is told what is searched can be surer than who is not. */
const CONTEXT_TEMPERATURE = 0.05

/** Length of a projected graph vector at first, beside outputs of the last layers of length 1 to 2. */
const TASTE = 2

/** Bounds of the learned temperature. */
export const TEMPERATURE = { min: 0.01, max: 1 } as const

/**
 * All parameters of a model in the order of the flat vector; the temperature is the last entry, so that it can be cut
 * off and kept within its bounds.
 */
export function parameterSpecs(shape: ModelShape, temperature = 0.1): ParameterSpec[] {
  const { config } = shape
  const { width, feedForward, outputWidth } = config
  const specs: ParameterSpec[] = []
  let offset = 0
  const add = (name: string, dims: number[], init: ParameterSpec['init'], decay: boolean): void => {
    const size = dims.reduce((a, b) => a * b, 1)
    specs.push({ name, shape: dims, offset, size, decay, init })
    offset += size
  }
  const table = (name: string, rows: number, columns: number, sd = 0.1): void =>
    add(name, [rows, columns], { normal: sd }, true)
  const dense = (
    name: string,
    from: number,
    to: number,
    scale = 1,
    bias: ParameterSpec['init'] = { constant: 0 },
  ): void => {
    add(`${name}.weight`, [from, to], { normal: scale / Math.sqrt(from) }, true)
    add(`${name}.bias`, [to], bias, false)
  }
  // an output of exactly 0 (an empty history) has no direction, and scaling it to length 1 an unbounded gradient
  const vector = (name: string): void => {
    dense(`${name}.hidden`, name === 'user' ? userFeatures(shape) : candidateFeatures(shape), 2 * width)
    dense(`${name}.output`, 2 * width, outputWidth, 1, { normal: 0.02 })
  }
  const norm = (name: string): void => {
    add(`${name}.gain`, [width], { constant: 1 }, false)
    add(`${name}.bias`, [width], { constant: 0 }, false)
  }

  // row 0 of a hash table stands for "unknown", the others are buckets
  table('embed.advertiser', config.advertiserBuckets, config.advertiserWidth)
  table('embed.category', config.categoryBuckets, config.categoryWidth)
  if (shape.kind === 'item') table('embed.title', config.titleBuckets, config.titleWidth)
  if (config.itemIds) table('embed.item', shape.items + 1, width)
  if (!shape.causal) table('embed.position', config.length, width)
  dense('token', tokenFeatures(shape), width)

  if (config.userTower === 'transformer') {
    for (let l = 0; l < config.layers; l++) {
      // residual branches start small, so that depth does not grow the variance (GPT-2, Radford et al. 2019)
      const residual = 1 / Math.sqrt(2 * config.layers)
      norm(`layer.${l}.attention.norm`)
      dense(`layer.${l}.attention.qkv`, width, 3 * width)
      dense(`layer.${l}.attention.output`, width, width, residual)
      norm(`layer.${l}.feedforward.norm`)
      dense(`layer.${l}.feedforward.hidden`, width, feedForward)
      dense(`layer.${l}.feedforward.output`, feedForward, width, residual)
    }
    norm('final.norm')
  }
  // log of the decay rate per step of recency: exp(-rate * rank)
  if (config.userTower === 'decayed-mean') add('decay.rate', [1], { constant: Math.log(0.1) }, false)
  vector('user')
  vector('candidate')
  if (config.profile && shape.kind === 'item')
    add('taste.weight', [config.vectorWidth, outputWidth], { normal: TASTE / Math.sqrt(outputWidth) }, true)
  if (readsContext(shape)) {
    table('context.category', config.categoryBuckets, outputWidth, 0.02)
    add('context.temperature', [1], { constant: Math.log(CONTEXT_TEMPERATURE) }, false)
    dense('context.hidden', contextFeatures(shape), 2 * width)
    // at first a context moves the user's vector little
    dense('context.output', 2 * width, outputWidth, 0.1)
  }
  const bounded = Math.min(TEMPERATURE.max, Math.max(TEMPERATURE.min, temperature))
  add('temperature', [1], { constant: Math.log(bounded) }, false)
  return specs
}

/** Number of values in the flat vector. */
export function parameterCount(specs: readonly ParameterSpec[]): number {
  const last = specs[specs.length - 1]
  return last.offset + last.size
}

/** Initial values as one flat vector; every parameter has its own random stream, so that adding one moves no other. */
export function initialParameters(specs: readonly ParameterSpec[], seed: number): Float32Array {
  const flat = new Float32Array(parameterCount(specs))
  for (const { name, offset, size, init } of specs) {
    const view = flat.subarray(offset, offset + size)
    if ('constant' in init) view.fill(init.constant)
    else fillNormal(view, init.normal, new Rng(seed, Number.parseInt(sha256(name).slice(0, 8), 16)))
  }
  return flat
}

/** 1 where weight decay applies, 0 elsewhere. */
export function decayMask(specs: readonly ParameterSpec[]): Float32Array {
  const mask = new Float32Array(parameterCount(specs))
  for (const { offset, size, decay } of specs) if (decay) mask.fill(1, offset, offset + size)
  return mask
}

/** The flat vector as named arrays (views, not copies), as files store it. */
export function nameParameters(
  specs: readonly ParameterSpec[],
  flat: Float32Array,
): Record<string, { shape: number[]; data: Float32Array }> {
  return Object.fromEntries(
    specs.map(({ name, shape, offset, size }) => [name, { shape, data: flat.subarray(offset, offset + size) }]),
  )
}

/**
 * The inverse of nameParameters. An item id table may have fewer rows than the shape asks for (items that came after
 * the training): missing rows stay 0.
 * @throws when a parameter is missing or has another shape.
 */
export function flattenParameters(
  specs: readonly ParameterSpec[],
  named: Record<string, { shape: number[]; data: ArrayLike<number> }>,
): Float32Array {
  const flat = new Float32Array(parameterCount(specs))
  for (const { name, shape, offset, size } of specs) {
    const found = named[name]
    const grows = name === 'embed.item' && found !== undefined && found.data.length <= size
    if (found === undefined || (found.data.length !== size && !grows)) {
      throw new Error(
        `parameter ${name} should have shape [${shape}] but the file has ${found ? `[${found.shape}]` : 'none'}`,
      )
    }
    flat.set(found.data, offset)
  }
  return flat
}

function fillNormal(out: Float32Array, sd: number, rng: Rng): void {
  for (let i = 0; i < out.length; i++) out[i] = sd * rng.normal()
}
