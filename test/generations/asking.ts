import { madeUpHistory, type MadeUpEvent } from '../../src/features/made-up-history.js'
import type { Generation } from '../../src/generations/open.js'
import type { Queries } from '../../src/protocol/queries.js'

/** A user with a stored vector by a run, and a history of items (none by default), as a generation is asked. */
export function storedQuery(
  vector: Float32Array,
  events: readonly MadeUpEvent[] = [],
  { run = 'item-run', moment = 1_500_000_299 } = {},
): Queries {
  const items = Math.max(-1, ...events.map(({ item }) => item)) + 1
  return {
    events: madeUpHistory({ items, advertisers: 0, itemAdvertiser: new Int32Array(items).fill(-1) }, events),
    users: Int32Array.of(0),
    ends: Int32Array.of(events.length),
    moment,
    vectors: { [run]: vector },
  }
}

/** The k items that a generation lists first for a stored vector without a history. */
export async function bestItems(
  { items }: Pick<Generation, 'items'>,
  vector: Float32Array,
  k: number,
): Promise<{ items: Int32Array; scores: Float32Array }> {
  const { entries, scores, counts } = await items.list(storedQuery(vector), k)
  return { items: entries.slice(0, counts[0]), scores: scores.slice(0, counts[0]) }
}
