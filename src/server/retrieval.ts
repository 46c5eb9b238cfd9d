import type { EngineConfig } from '../config/schema.js'
import type { MadeUpEvent } from '../embed/made-up-history.js'
import type { Generation } from '../store/generations.js'

/** Entries by index (store id - 1) and cosine, best first. */
export interface Scored {
  indices: Int32Array
  scores: Float32Array
}

export interface Retrieved {
  items: Scored
  /** absent where the generation has no advertiser run */
  advertisers?: Scored
}

/** What a generation turned out to hold. */
export interface RetrievalFacts {
  /** items in its index */
  items: number
  /** unix seconds of the last event that its item vectors know of */
  asOf: number
  /** catalog entries that its towers can read: later ones of the store are unknown to it */
  known: { items: number; advertisers: number }
}

/** What one generation can answer. */
export interface Retrieval {
  readonly facts: RetrievalFacts
  /** The k best items of the index for a vector of the item run's user tower. */
  search(vector: Float32Array, k: number): Promise<Scored>
  /**
   * Encodes a history as seen at `anchorTime` (unix seconds) with the user towers of the generation's runs: items by
   * the index, advertisers by exact scores. `advertisers` is absent where the generation has no advertiser run.
   */
  retrieve(history: MadeUpEvent[], anchorTime: number, k: number): Promise<Retrieved>
  /** true when it can answer no more (its thread died) */
  readonly dead?: boolean
  close(): Promise<void>
}

/** What opening a generation takes; can be sent to a thread. */
export interface RetrievalJob {
  /** the workspace */
  folder: string
  generation: Generation
  engine: EngineConfig
}
