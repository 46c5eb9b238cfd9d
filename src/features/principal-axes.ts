import { smallEigen } from './small-eigen.js'

/** The two directions in which vectors spread most. */
export interface PrincipalAxes {
  /** [width] */
  mean: Float64Array
  /** [2, width] of length 1, the wider first; of each the largest component is positive, so that pictures stay alike */
  axes: Float64Array
  /** share of the whole variance along each; 0 where all vectors are one */
  shares: [number, number]
}

/**
 * Principal component analysis (Hotelling, 1933) of some rows of `vectors`, by the eigenvectors of their covariance.
 * @param vectors [entries, width] @param rows those that are looked at
 */
export function principalAxes(vectors: Float32Array, width: number, rows: ArrayLike<number>): PrincipalAxes {
  const mean = new Float64Array(width)
  for (let i = 0; i < rows.length; i++)
    for (let d = 0; d < width; d++) mean[d] += vectors[rows[i] * width + d] / rows.length
  const covariance = new Float64Array(width * width)
  const row = new Float64Array(width)
  for (let i = 0; i < rows.length; i++) {
    for (let d = 0; d < width; d++) row[d] = vectors[rows[i] * width + d] - mean[d]
    for (let d = 0; d < width; d++) for (let e = d; e < width; e++) covariance[d * width + e] += row[d] * row[e]
  }
  for (let d = 0; d < width; d++) for (let e = 0; e < d; e++) covariance[d * width + e] = covariance[e * width + d]
  const { values, vectors: directions } = smallEigen(covariance, width)
  const axes = new Float64Array(2 * width)
  for (let axis = 0; axis < Math.min(2, width); axis++) {
    const direction = directions.subarray(axis * width, (axis + 1) * width)
    const largest = direction.reduce((most, x) => (Math.abs(x) > Math.abs(most) ? x : most), 0)
    for (let d = 0; d < width; d++) axes[axis * width + d] = direction[d] * (largest < 0 ? -1 : 1)
  }
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0)
  const share = (axis: number): number => (total > 0 ? Math.max(0, values[axis] ?? 0) / total : 0)
  return { mean, axes, shares: [share(0), share(1)] }
}

/** Places of all vectors on the two axes: [entries, 2]. @param vectors [entries, width] */
export function project(vectors: Float32Array, { mean, axes }: PrincipalAxes): Float32Array {
  const width = mean.length
  const entries = vectors.length / width
  const places = new Float32Array(entries * 2)
  for (let entry = 0; entry < entries; entry++) {
    let [x, y] = [0, 0]
    for (let d = 0; d < width; d++) {
      const away = vectors[entry * width + d] - mean[d]
      x += away * axes[d]
      y += away * axes[width + d]
    }
    places[entry * 2] = x
    places[entry * 2 + 1] = y
  }
  return places
}
