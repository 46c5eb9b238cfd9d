import { UserError } from '../core/errors.js'
import { gridSize, valueAt, type Axis } from './axes.js'
import { quasiRandom } from './quasi-random.js'
import { resolve, trainingKey, type Basis, type Settings } from './settings.js'

export interface Trial {
  /** names the settings and the data they are tried on: trainingKey */
  key: string
  settings: Settings
}

export interface Plan {
  /** the workspace's own settings first */
  trials: Trial[]
  /** points of the grid; undefined where a range is sampled */
  grid: number | undefined
  /** points that the configuration refuses, and why the first one is */
  refused: number
  reason?: string
}

/** a sample beyond this is never reached */
const MOST = 10_000

/**
 * The trials of a sweep in the order in which they are made, the same for the same axes and seed: the settings as they
 * are, then points that cover the space evenly, so that a budget that ends early has seen all of it. A grid is visited
 * whole unless `most` ends it.
 *
 * @param most trials, that of the settings as they are included; Infinity for a grid without an end
 * @throws UserError where the configuration refuses every point
 */
export function planTrials(
  basis: Basis,
  axes: readonly Axis[],
  seed: number,
  most: number,
  cutoff: number,
  data: string,
): Plan {
  const trials: Trial[] = []
  const seen = new Set<string>()
  let [refused, reason]: [number, string | undefined] = [0, undefined]
  const add = (settings: Settings): void => {
    const key = trainingKey(basis.kind, resolve(basis, settings), cutoff, data)
    if (seen.has(key)) return
    seen.add(key)
    trials.push({ key, settings })
  }
  add({ 'train.refit': false })
  const whole = axes.map((axis) => !('values' in axis) && refusesFraction(basis, axis))
  const grid = gridSize(axes)
  const order = grid === undefined ? sampled(axes, whole, seed) : gridPoints(axes, grid, seed)
  for (const point of order) {
    if (trials.length >= Math.min(most, MOST)) break
    try {
      add({ ...point, 'train.refit': false })
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      refused++
      reason ??= error.message
      if (trials.length === 1 && (refused === grid || refused === 50)) throw error
    }
  }
  return { trials: trials.slice(0, most), grid, refused, reason }
}

/** Does a key take whole numbers only? */
function refusesFraction(basis: Basis, axis: { key: string; low: number; high: number }): boolean {
  const takes = (value: number): boolean => {
    try {
      resolve(basis, { [axis.key]: value })
      return true
    } catch (error) {
      if (error instanceof UserError) return false
      throw error
    }
  }
  const middle = (axis.low + axis.high) / 2
  return !takes(Math.floor(middle) + 0.5 > axis.high ? middle : Math.floor(middle) + 0.5) && takes(Math.round(middle))
}

function* sampled(axes: readonly Axis[], whole: readonly boolean[], seed: number): Generator<Settings> {
  let drawn = 0
  for (const point of quasiRandom(axes.length, seed)) {
    // a few values that are rounded to whole numbers may all have been seen
    if (drawn++ > MOST) return
    yield Object.fromEntries(axes.map((axis, j) => [axis.key, valueAt(axis, point[j], whole[j])]))
  }
}

/** Every point of the grid once: first as the sequence meets them, then those it has not met. */
function* gridPoints(axes: readonly Axis[], size: number, seed: number): Generator<Settings> {
  const settingsOf = (cell: readonly number[]): Settings =>
    Object.fromEntries(
      axes.map((axis, j) => [axis.key, (axis as { values: readonly (number | string | boolean)[] }).values[cell[j]]]),
    )
  const counts = axes.map((axis) => (axis as { values: readonly unknown[] }).values.length)
  const seen = new Set<string>()
  let drawn = 0
  for (const point of quasiRandom(axes.length, seed)) {
    if (seen.size === size || drawn++ > Math.min(MOST, 4 * size)) break
    const cell = counts.map((n, j) => Math.floor(point[j] * n))
    if (seen.has(cell.join())) continue
    seen.add(cell.join())
    yield settingsOf(cell)
  }
  for (let n = 0; n < Math.min(size, MOST); n++) {
    let rest = n
    const cell = counts.map((count) => [rest % count, (rest = Math.floor(rest / count))][0])
    if (!seen.has(cell.join())) yield settingsOf(cell)
  }
}
