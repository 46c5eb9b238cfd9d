import { join } from 'node:path'
import type { Rng } from '../core/rng.js'

/** Where things lie in a workspace folder. */
export interface Paths {
  folder: string
  config: string
  database: string
  cache: string
  runs: string
  index: string
  rejects: string
  simulations: string
}

export function pathsOf(folder: string): Paths {
  return {
    folder,
    config: join(folder, 'adseq.yaml'),
    database: join(folder, 'adseq.db'),
    cache: join(folder, 'cache'),
    runs: join(folder, 'runs'),
    index: join(folder, 'index'),
    rejects: join(folder, 'rejects'),
    simulations: join(folder, 'simulations'),
  }
}

/** The folder of a run: config.yaml, metrics.jsonl, checkpoint, model and manifest. */
export function runFolder(folder: string, run: string): string {
  return join(folder, 'runs', run)
}

/**
 * A name that sorts by time: `item-20260131-101500-a1b2`.
 * @param prefix item, advertiser, generation @param time the moment, UTC @param rng draws the last four characters
 */
export function newId(prefix: string, time: Date, rng: Rng): string {
  const stamp = time.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  return `${prefix}-${stamp}-${(rng.uint32() & 0xffff).toString(16).padStart(4, '0')}`
}
