import type { Progress } from '../core/progress.js'
import type { ItemTower } from './ports.js'
import { count } from '../text/numbers.js'

/**
 * Encodes the whole catalog, cold items included: [items, d], row-major.
 * @throws Error when a vector is not finite
 */
export async function encodeCatalog(
  tower: ItemTower,
  items: number,
  progress: Progress,
  signal?: AbortSignal,
  block = 8192,
): Promise<Float32Array> {
  const vectors = new Float32Array(items * tower.width)
  progress.start('encode items', items, 'items')
  for (let from = 0; from < items; from += block) {
    signal?.throwIfAborted()
    const to = Math.min(items, from + block)
    const part = await tower.encodeItems(from, to)
    if (part.length !== (to - from) * tower.width)
      throw new Error(`index: run ${tower.run} gave ${part.length} values for ${to - from} items`)
    vectors.set(part, from * tower.width)
    progress.update(to)
  }
  for (const x of vectors)
    if (!Number.isFinite(x)) throw new Error(`index: run ${tower.run} gave an item vector that is not finite`)
  progress.finish(count(items))
  return vectors
}
