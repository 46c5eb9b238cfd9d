/**
 * npm run bench index [-- --json] [--items 100000] [--width 64] [--queries 200] [--rounds 3]
 *
 * The graph that `adseq index` builds over items, with numbers of 32 bits, 16 and 8: seconds to build it (one thread),
 * bytes of its file, recall@100 against exact search, and milliseconds of a search, in turn, with popularity in it.
 * Medians of the rounds.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ExactIndex, measureRecall } from '../src/ann/ann-index.js'
import { HnswIndex } from '../src/ann/hnsw.js'
import { liftEntries, liftQueries } from '../src/ann/inner-product.js'
import { DEFAULTS } from '../src/config/defaults.js'
import { SCALARS, type Scalar } from '../src/config/schema.js'
import { median } from '../src/core/median.js'
import { Rng } from '../src/core/rng.js'
import { tableLines } from '../src/text/table.js'
import { madeItems } from './made-items.js'

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    items: { type: 'string', default: '100000' },
    width: { type: 'string', default: '64' },
    queries: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '3' },
  },
})
const [items, width, asked, rounds] = [flags.items, flags.width, flags.queries, flags.rounds].map(Number)
const K = 100
/** What a hybrid adds for popularity, in units of cosine. */
const WEIGHT = 0.02

const rng = new Rng(13)
const { vectors, popularity, userVector } = madeItems(items, width, rng)
const lifted = liftEntries(
  vectors,
  width,
  popularity.map((x) => WEIGHT * x),
)
const queries = new Float32Array(asked * lifted.width)
for (let q = 0; q < asked; q++) queries.set(liftQueries(userVector(), width, lifted.width), q * lifted.width)

const folder = mkdtempSync(join(tmpdir(), 'adseq-bench-'))
const exact = await ExactIndex.plain(lifted.vectors, lifted.width)
const measured = new Map(SCALARS.map((scalar) => [scalar, { builds: [] as number[], searches: [] as number[] }]))
const kept = new Map<Scalar, { bytes: number; recall: number }>()
try {
  for (let round = 0; round < rounds; round++) {
    for (const scalar of SCALARS) {
      const { builds, searches } = measured.get(scalar)!
      let started = performance.now()
      const index = await HnswIndex.build(lifted.vectors, lifted.width, { ...DEFAULTS.index, scalar })
      builds.push((performance.now() - started) / 1000)
      started = performance.now()
      for (let q = 0; q < asked; q++) await index.search(queries.subarray(q * lifted.width, (q + 1) * lifted.width), K)
      searches.push((performance.now() - started) / asked)
      if (kept.has(scalar)) continue
      const { bytes } = await index.save(join(folder, scalar))
      kept.set(scalar, { bytes, recall: await measureRecall(index, exact, queries, K) })
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
const results = SCALARS.map((scalar) => {
  const { builds, searches } = measured.get(scalar)!
  return { scalar, seconds: median(builds)!, ...kept.get(scalar)!, ms: median(searches)! }
})
if (flags.json) console.log(JSON.stringify(results))
else
  for (const line of tableLines(
    [
      { head: 'scalar', value: (r) => r.scalar },
      { head: 'build s', align: 'right', value: (r) => r.seconds.toFixed(1) },
      { head: 'MB', align: 'right', value: (r) => (r.bytes / 1e6).toFixed(1) },
      { head: 'recall@100', align: 'right', value: (r) => r.recall.toFixed(4) },
      { head: 'ms', align: 'right', value: (r) => r.ms.toFixed(2) },
    ],
    results,
    80,
  ))
    console.log(line)
