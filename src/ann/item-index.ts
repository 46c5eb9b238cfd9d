import type { AnnIndex } from './ann-index.js'
import { distinctRows, type Distinct } from './distinct.js'
import { liftEntries, liftQueries } from './inner-product.js'

/** What an index of items is over: their vectors, and what is added to each product of a user and an item. */
export interface ItemVectors {
  /** [items, width] */
  vectors: Float32Array
  width: number
  /** [items] weight of popularity times log popularity; zeros without a hybrid */
  bonus: Float32Array
}

/** The rows that the graph is built over: lifted, so that their products hold the bonus, and each value once. */
export function graphRows({ vectors, width, bonus }: ItemVectors): { rows: Distinct; width: number } {
  const lifted = liftEntries(vectors, width, bonus)
  return { rows: distinctRows(lifted.vectors, lifted.width), width: lifted.width }
}

/** Finds items by `vector . user + bonus` in a graph over distinct rows. */
export class ItemIndex {
  /** @param rows those that the graph was built over; without them every item is a row of its own */
  constructor(
    private readonly graph: AnnIndex,
    private readonly width: number,
    private readonly rows?: Pick<Distinct, 'offsets' | 'members'>,
  ) {}

  /**
   * At least k items (all where there are fewer), those of equal vectors together, nearly the k best.
   * @param user [width]
   */
  async find(user: Float32Array, k: number): Promise<Uint32Array> {
    const query = liftQueries(user, this.width, this.graph.width)
    const { entries, counts } = await this.graph.search(query, Math.min(k, this.graph.size))
    const found = entries.subarray(0, counts[0])
    if (!this.rows) return Uint32Array.from(found)
    const { offsets, members } = this.rows
    const items: number[] = []
    for (const row of found) {
      for (let i = offsets[row]; i < offsets[row + 1]; i++) items.push(members[i])
      // what is left has lower products than all that is taken
      if (items.length >= k) break
    }
    return Uint32Array.from(items)
  }
}
