import { plainDotProducts } from '../ann/dot-products.js'
import { RankCounter, TopK } from '../ann/exact.js'

/** Below every cosine: entries that are not to be retrieved end up last. */
export const LAST = -2
/** Ties in lists are broken the same way every time. */
const TIE_SEED = 1

/** All entries of a catalog in the order that one query gives them. */
export class Ranking {
  private readonly counter = new RankCounter()

  private constructor(private readonly scores: Float32Array) {}

  /** Finite scores above -2, one an entry, higher is better; entries with absent[e] = 1 rank below all others. */
  static ofScores(scores: Float32Array, absent?: Uint8Array): Ranking {
    if (absent === undefined) return new Ranking(scores)
    return new Ranking(scores.map((score, e) => (absent[e] === 1 ? LAST : score)))
  }

  /** Cosines of one unit query vector with unit entry vectors; entries with absent[e] = 1 rank below all others. */
  static of(query: Float32Array, entries: Float32Array, absent?: Uint8Array): Ranking {
    const n = entries.length / query.length
    const scores = new Float32Array(n)
    plainDotProducts(query.length, query, entries, scores, n)
    return Ranking.ofScores(scores, absent)
  }

  /** The k best entries, best first; entries that are absent or `without` are never among them. */
  top(k: number, without = -1): { entry: number; rank: number; score: number }[] {
    const best = new TopK(Math.min(k + 1, this.scores.length), TIE_SEED)
    const n = best.select(this.scores)
    const out: { entry: number; rank: number; score: number }[] = []
    for (let i = 0; i < n && out.length < k; i++) {
      if (best.scores[i] === LAST || best.entries[i] === without) continue
      out.push({ entry: best.entries[i], rank: out.length + 1, score: best.scores[i] })
    }
    return out
  }

  /** Ranks of entries (1 is best, ties count half, rounded up to whole places); null for one that is absent or -1. */
  ranks(entries: readonly number[]): (number | null)[] {
    const ranks = new Float64Array(entries.length)
    this.counter.count(this.scores, Int32Array.from(entries), ranks)
    return Array.from(ranks, (rank, i) =>
      Number.isFinite(rank) && this.scores[entries[i]] !== LAST ? Math.ceil(rank) : null,
    )
  }
}
