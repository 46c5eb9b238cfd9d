import type { MadeUpEvent } from '../embed/made-up-history.js'

/** Entries by index (store id - 1) and cosine, best first. */
export interface Scored {
  indices: Int32Array
  scores: Float32Array
}

/** What one generation can answer. The thread behind it does the work, so that the event loop stays free. */
export interface Retrieval {
  /** The k best items of the index for a vector of the item run's user tower. */
  search(vector: Float32Array, k: number): Promise<Scored>
  /**
   * Encodes a history as seen at `anchorTime` (unix seconds) with the user towers of the generation's runs: items by the
   * index, advertisers by exact scores. `advertisers` is absent where the generation has no advertiser run.
   */
  retrieve(history: MadeUpEvent[], anchorTime: number, k: number): Promise<{ items: Scored; advertisers?: Scored }>
  close(): Promise<void>
}

/** What the retrieval thread is asked, and what it answers; `id` pairs them. */
export type RetrievalRequest =
  | { id: number; kind: 'search'; vector: Float32Array; k: number }
  | { id: number; kind: 'retrieve'; history: MadeUpEvent[]; anchorTime: number; k: number }

export type RetrievalAnswer =
  | { kind: 'ready'; items: number; advertisers: number }
  | { kind: 'refused'; message: string; hint: string }
  | { kind: 'answer'; id: number; items: Scored; advertisers?: Scored }
  | { kind: 'failed'; id: number; message: string }
