import { UserError } from '../core/errors.js'
import { readValue, type Value } from './settings.js'

/** One setting that a sweep varies: over a list of values, or between two bounds. */
export type Axis = { key: string; values: readonly Value[] } | { key: string; low: number; high: number; log: boolean }

const SECTIONS = ['model', 'graph', 'train']
/** a sweep is a few settings over a few values; more than this is a typing mistake */
const MOST_VALUES = 100

/**
 * Reads `train.logq.negative=0,0.5,1` (a list), `train.temperature=0.05..0.2` (any value between two bounds) or
 * `train.learningRate=0.0005..0.005/log` (the same, evenly by its logarithm).
 * @throws UserError that shows how to write it
 */
export function readAxis(text: string): Axis {
  const where = `--over ${text}`
  const hint = 'Write --over train.logq.negative=0,0.5,1, or --over train.temperature=0.05..0.2 for any value between.'
  const equals = text.indexOf('=')
  if (equals < 1) throw new UserError(`${where} has no list of values.`, hint)
  const key = text
    .slice(0, equals)
    .trim()
    .replace(/^(item|advertiser)\./, '')
  const right = text.slice(equals + 1).trim()
  if (!SECTIONS.includes(key.split('.')[0]))
    throw new UserError(
      `${where}: ${key} does not belong to what is trained.`,
      `A sweep varies keys of ${SECTIONS.join(', ')}; change others for the whole sweep with --set.`,
    )
  if (key === 'train.refit' || key === 'train.checkpointSeconds')
    throw new UserError(`${where}: ${key} makes no other model on the validation window.`, 'Vary another key.')
  const range = /^([^,]+?)\.\.([^,]+?)(\/log)?$/.exec(right)
  if (range) {
    const [low, high] = [Number(range[1]), Number(range[2])]
    const log = range[3] !== undefined
    if (!(low < high)) throw new UserError(`${where}: ${range[1]} is not below ${range[2]}.`, hint)
    if (log && low <= 0) throw new UserError(`${where}: a logarithmic range begins above 0.`, hint)
    return { key, low, high, log }
  }
  const values = right.split(',').map((part) => readValue(part.trim(), where))
  if (new Set(values).size !== values.length)
    throw new UserError(`${where} names a value twice.`, 'Name each value once.')
  if (values.length > MOST_VALUES)
    throw new UserError(
      `${where} has ${values.length} values.`,
      `Name at most ${MOST_VALUES}, or a range: ${key}=LOW..HIGH.`,
    )
  return { key, values }
}

/** Reads all --over flags. @throws UserError where one is wrong or a key is named twice */
export function readAxes(texts: readonly string[]): Axis[] {
  const axes = texts.map(readAxis)
  const twice = axes.find(({ key }, i) => axes.findIndex((axis) => axis.key === key) !== i)
  if (twice) throw new UserError(`${twice.key} is varied twice.`, 'Give all its values in one --over.')
  if (axes.length > 12)
    throw new UserError(`${axes.length} settings at once are too many to tell apart.`, 'Vary at most 12.')
  return axes
}

/** The value at u of [0, 1) along an axis: the list's, or in three digits one between the bounds. */
export function valueAt(axis: Axis, u: number, whole = false): Value {
  if ('values' in axis) return axis.values[Math.floor(u * axis.values.length)]
  const { low, high, log } = axis
  const x = log ? low * (high / low) ** u : low + u * (high - low)
  return whole ? Math.round(x) : Number(x.toPrecision(3))
}

/** Number of points of the grid; undefined where an axis is a range. */
export function gridSize(axes: readonly Axis[]): number | undefined {
  return axes.reduce<number | undefined>(
    (n, axis) => (n === undefined || !('values' in axis) ? undefined : n * axis.values.length),
    1,
  )
}
