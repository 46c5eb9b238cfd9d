import type { Generated } from './generate.js'

/**
 * The ads that generators found, each once, with all that found it: those of candidate c are at
 * offsets[c] .. offsets[c + 1] - 1 of the other arrays, in order of generator.
 */
export interface Candidates {
  /** [candidates] in the order in which they were found */
  ads: Int32Array
  /** [candidates + 1] */
  offsets: Int32Array
  /** index of the generator */
  generator: Int32Array
  /** from 1 */
  rank: Int32Array
  /** the generator's own */
  score: Float64Array
}

/** Joins what generators found, one request after another. */
export class Union {
  /** place of an ad among the candidates, -1 outside of a request [ads] */
  private readonly placeOf: Int32Array

  /** @param ads of the inventory */
  constructor(ads: number) {
    this.placeOf = new Int32Array(ads).fill(-1)
  }

  /** @param found what each generator brought, by index; null: it was left out */
  of(found: readonly (Generated | null)[]): Candidates {
    const { placeOf } = this
    let total = 0
    for (const one of found) total += one?.ads.length ?? 0
    const distinct = new Int32Array(total)
    const counts = new Int32Array(total + 1)
    let n = 0
    for (const one of found) {
      if (!one) continue
      for (let i = 0; i < one.ads.length; i++) {
        const ad = one.ads[i]
        let place = placeOf[ad]
        if (place < 0) {
          placeOf[ad] = place = n
          distinct[n++] = ad
        }
        counts[place + 1]++
      }
    }
    const offsets = counts.subarray(0, n + 1)
    for (let c = 0; c < n; c++) offsets[c + 1] += offsets[c]
    const next = offsets.slice()
    const [generator, rank, score] = [new Int32Array(total), new Int32Array(total), new Float64Array(total)]
    for (let g = 0; g < found.length; g++) {
      const one = found[g]
      if (!one) continue
      for (let i = 0; i < one.ads.length; i++) {
        const at = next[placeOf[one.ads[i]]]++
        generator[at] = g
        rank[at] = i + 1
        score[at] = one.scores[i]
      }
    }
    const ads = distinct.subarray(0, n)
    for (let c = 0; c < n; c++) placeOf[ads[c]] = -1
    return { ads, offsets, generator, rank, score }
  }
}

/** Some of the candidates, in the order of `rows`. */
export function chosen(all: Candidates, rows: Int32Array): Candidates {
  const offsets = new Int32Array(rows.length + 1)
  for (let r = 0; r < rows.length; r++) offsets[r + 1] = offsets[r] + all.offsets[rows[r] + 1] - all.offsets[rows[r]]
  const total = offsets[rows.length]
  const out: Candidates = {
    ads: new Int32Array(rows.length),
    offsets,
    generator: new Int32Array(total),
    rank: new Int32Array(total),
    score: new Float64Array(total),
  }
  for (let r = 0; r < rows.length; r++) {
    out.ads[r] = all.ads[rows[r]]
    for (let i = all.offsets[rows[r]], to = offsets[r]; to < offsets[r + 1]; i++, to++) {
      out.generator[to] = all.generator[i]
      out.rank[to] = all.rank[i]
      out.score[to] = all.score[i]
    }
  }
  return out
}

/** Added to every rank, so that a first place of one generator does not outweigh good places of several. */
const FUSION = 60

/** Without a light ranker: the sum of 1 / (60 + rank) over generators (reciprocal rank fusion, Cormack et al. 2009). */
export function fusion({ ads, offsets, rank }: Candidates): Float32Array {
  const scores = new Float32Array(ads.length)
  for (let c = 0; c < ads.length; c++) {
    let sum = 0
    for (let i = offsets[c]; i < offsets[c + 1]; i++) sum += 1 / (FUSION + rank[i])
    scores[c] = sum
  }
  return scores
}
