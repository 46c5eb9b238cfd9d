import { notFinite } from '../ann/not-finite.js'
import type { OwnHistory } from './own-history.js'
import type { LevelSet } from '../protocol/evaluation-set.js'

/** What a score is made of before the user's own history is added, of some entries. */
export interface Parts {
  /** the model's score */
  base: Float32Array
  logPopularity: Float32Array
}

/** One query as fitting sees it: the few entries that can be among its best, whatever the weights are. */
export interface Contest {
  /** outside of the history: those that can be among the best `depth` of these for some weight of popularity */
  others: Parts
  /** the history's own entries */
  own: Parts & { counts: Float64Array; decayed: Float64Array }
  /** what is to be found and in the catalog */
  found: Parts & {
    /** place among `own`, or -1 */
    place: Int32Array
    counts: Float64Array
  }
}

/**
 * Picks from score rows what a contest needs. Where at least `depth` other entries have both a base and a popularity as
 * high, an entry is among the best `depth` under no weight of popularity >= 0: the rest, a depth-skyband, is about
 * depth * log(entries / depth) entries. Weights of the own history move only the entries of that history.
 */
export class ContestMaker {
  private readonly byPopularity: Int32Array
  /** the `depth` highest base scores so far, as a heap with the lowest first */
  private readonly heap: Float32Array
  /** place of an entry in the open history, plus 1 */
  private readonly places: Int32Array

  constructor(
    private readonly level: LevelSet,
    private readonly logPopularity: Float32Array,
    depth: number,
    /** the history's own entries are neither ranked nor to be found */
    private readonly masked = false,
  ) {
    const { size } = level.catalog
    this.byPopularity = Int32Array.from({ length: size }, (_, e) => e).sort(
      (a, b) => logPopularity[b] - logPopularity[a] || a - b,
    )
    this.heap = new Float32Array(depth)
    this.places = new Int32Array(size)
  }

  /**
   * @param own the history of `query`, read @param row the base scores of all entries @throws when one is not finite
   */
  make(query: number, own: OwnHistory, row: Float32Array): Contest {
    const { offsets, positives, counts } = this.level
    own.distinct.forEach((e, i) => (this.places[e] = i + 1))
    const entries = this.masked ? own.distinct.subarray(0, 0) : own.distinct
    const found = Int32Array.from({ length: offsets[query + 1] - offsets[query] }, (_, i) => offsets[query] + i).filter(
      (p) => positives[p] >= 0,
    )
    const contest: Contest = {
      others: this.parts(this.band(row), row),
      own: {
        ...this.parts(entries, row),
        counts: Float64Array.from(entries, (e) => Math.log1p(own.count(e))),
        decayed: Float64Array.from(entries, (e) => Math.log1p(own.decayedCount(e))),
      },
      found: {
        ...this.parts(
          found.map((p) => positives[p]),
          row,
        ),
        place: found.map((p) => (this.masked ? -1 : this.places[positives[p]] - 1)),
        counts: Float64Array.from(found, (p) => counts[p]),
      },
    }
    for (const e of own.distinct) this.places[e] = 0
    return contest
  }

  /** Entries outside the history that fewer than `depth` of these dominate. */
  private band(row: Float32Array): Int32Array {
    const { heap, places } = this
    const kept: number[] = []
    let size = 0
    for (const e of this.byPopularity) {
      const base = row[e]
      if (base - base !== 0) notFinite(base, e)
      if (places[e] > 0) continue
      if (size < heap.length) raise(heap, size++, base)
      else if (base > heap[0]) sink(heap, base)
      else continue
      kept.push(e)
    }
    return Int32Array.from(kept)
  }

  private parts(entries: Int32Array, row: Float32Array): Parts {
    return {
      base: Float32Array.from(entries, (e) => row[e]),
      logPopularity: Float32Array.from(entries, (e) => this.logPopularity[e]),
    }
  }
}

/** Puts x at the end, i, of a heap. */
function raise(heap: Float32Array, i: number, x: number): void {
  while (i > 0) {
    const parent = (i - 1) >> 1
    if (heap[parent] <= x) break
    heap[i] = heap[parent]
    i = parent
  }
  heap[i] = x
}

/** Puts x in the place of the lowest of a heap. */
function sink(heap: Float32Array, x: number): void {
  let i = 0
  for (;;) {
    let child = 2 * i + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && heap[child + 1] < heap[child]) child++
    if (heap[child] >= x) break
    heap[i] = heap[child]
    i = child
  }
  heap[i] = x
}
