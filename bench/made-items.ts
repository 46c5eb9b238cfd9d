import type { Rng } from '../src/core/rng.js'

export const TOPICS = 2000

/**
 * Items and users made up as a learned tower leaves them: topics, few strong directions, a long tail of popularity
 * (half of the items have no conversion).
 */
export function madeItems(
  items: number,
  width: number,
  rng: Rng,
): {
  /** [items, width] of length 1 */
  vectors: Float32Array
  topicOf: Uint16Array
  /** [items] log(1 + conversions) */
  popularity: Float32Array
  /** [width] of length 1: of a user of some topic */
  userVector: () => Float32Array
} {
  // directions of a learned space are not alike: the first carry most
  const strength = Float64Array.from({ length: width }, (_, d) => 1 / Math.sqrt(1 + d / 8))
  const draw = (): Float32Array => Float32Array.from(strength, (s) => s * rng.normal())
  const topics = Array.from({ length: TOPICS }, draw)
  const topicOf = new Uint16Array(items)
  const vectors = new Float32Array(items * width)
  for (let e = 0; e < items; e++) {
    topicOf[e] = rng.int(TOPICS)
    vectors.set(unit(draw(), topics[topicOf[e]]), e * width)
  }
  const popularity = Float32Array.from({ length: items }, () =>
    Math.log1p(Math.floor(1 / (1e-4 + 0.9999 * rng.uniform())) - 1),
  )
  return { vectors, topicOf, popularity, userVector: () => unit(draw(), topics[rng.int(TOPICS)]) }
}

/** Of length 1: a topic, and as much again of its own. */
function unit(own: Float32Array, topic: Float32Array): Float32Array {
  const sum = own.map((x, d) => 0.6 * x + topic[d])
  const length = Math.hypot(...sum)
  return sum.map((x) => x / length)
}
