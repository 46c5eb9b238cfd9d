/**
 * Vectors of one length whose dot products order entries as `entry . query + bonus(entry)` does, so that a graph made
 * for nearest neighbours finds the largest sums: [x, bonus, sqrt(M^2 - |x|^2 - bonus^2)] for entries and [q, 1, 0] for
 * queries, M the largest length (Bachrach et al. 2014, "Speeding Up the Xbox Recommender System Using a Euclidean
 * Transformation for Inner-Product Spaces"). Without any bonus vectors stay as they are.
 */
export interface Lifted {
  /** [entries, width] */
  vectors: Float32Array
  width: number
}

/** @param vectors [entries, width] @param bonus [entries], finite */
export function liftEntries(vectors: Float32Array, width: number, bonus: Float32Array): Lifted {
  if (bonus.every((x) => x === 0)) return { vectors, width }
  const squares = Float64Array.from(bonus, (x, e) => {
    let s = x * x
    for (let i = e * width; i < (e + 1) * width; i++) s += vectors[i] ** 2
    return s
  })
  const most = squares.reduce((a, b) => Math.max(a, b), 0)
  const wide = width + 2
  const out = new Float32Array(bonus.length * wide)
  for (let e = 0; e < bonus.length; e++) {
    out.set(vectors.subarray(e * width, (e + 1) * width), e * wide)
    out[e * wide + width] = bonus[e]
    out[e * wide + width + 1] = Math.sqrt(Math.max(0, most - squares[e]))
  }
  return { vectors: out, width: wide }
}

/** @param queries [Q, width] @param lifted the width of the entries */
export function liftQueries(queries: Float32Array, width: number, lifted: number): Float32Array {
  if (lifted === width) return queries
  const Q = queries.length / width
  const out = new Float32Array(Q * lifted)
  for (let q = 0; q < Q; q++) {
    out.set(queries.subarray(q * width, (q + 1) * width), q * lifted)
    out[q * lifted + width] = 1
  }
  return out
}
