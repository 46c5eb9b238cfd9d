/**
 * npm run bench evaluate [-- --json] [--entries 2000000] [--width 64] [--positives 10000] [--users 2000] [--engine
 * auto]
 *
 * Exact evaluation by vectors, as `adseq eval` does it: every user against every entry, ranks of all positives and the
 * top 100 of every user. Random unit vectors. Prints seconds, scores a second and the most memory held.
 */
import { parseArgs } from 'node:util'
import { dotProducts } from '../src/ann/dot-products.js'
import { RankCounter, TopK } from '../src/ann/exact.js'
import { scoreEntries } from '../src/ann/recall.js'
import { Rng } from '../src/core/rng.js'
import { createEngine, type EngineOptions } from '../src/engine/index.js'
import { count } from '../src/text/numbers.js'

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean' },
    entries: { type: 'string', default: '65000' },
    width: { type: 'string', default: '64' },
    positives: { type: 'string', default: '10000' },
    users: { type: 'string', default: '2000' },
    engine: { type: 'string', default: 'auto' },
  },
})
const [entries, width, positives, users] = [flags.entries, flags.width, flags.positives, flags.users].map(Number)
const perUser = Math.ceil(positives / users)

const vectors = unitVectors(entries, 1)
const queries = unitVectors(users, 2)
const rng = new Rng(3)
const wanted = Int32Array.from({ length: users * perUser }, () => rng.int(entries))

let peak = 0
const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20)
const engine = await createEngine({ engine: flags.engine as EngineOptions['engine'] })
const products = await dotProducts(width, engine)
const counter = new RankCounter(1000)
const top = new TopK(100, 1)
const ranks = new Float64Array(perUser)
let hits = 0
const cpu = process.cpuUsage()
const started = performance.now()
await scoreEntries(products, queries, vectors, (q, row) => {
  counter.count(row, wanted.subarray(q * perUser, (q + 1) * perUser), ranks)
  top.select(row)
  for (const rank of ranks) if (rank <= 1000) hits++
  peak = Math.max(peak, process.memoryUsage.rss())
})
const seconds = (performance.now() - started) / 1000
const used = process.cpuUsage(cpu)
clearInterval(watch)
products.dispose()
await engine.dispose()

const result = {
  entries,
  width,
  users,
  positives: users * perUser,
  engine: engine.name,
  device: engine.device,
  seconds: Number(seconds.toFixed(2)),
  cpuSeconds: Number(((used.user + used.system) / 1e6).toFixed(2)),
  scoresPerSecond: Math.round((users * entries) / seconds),
  peakMemoryMB: Math.round(peak / 1e6),
  recallAt1000: hits / (users * perUser),
}
console.log(
  flags.json
    ? JSON.stringify(result)
    : `${count(entries)} entries x ${width}, ${count(users)} users, ${count(result.positives)} positives on ` +
        `${engine.name}: ${result.seconds} s (${result.cpuSeconds} s of CPU), ${count(result.scoresPerSecond)} ` +
        `scores/s, ${result.peakMemoryMB} MB of memory at most`,
)

function unitVectors(n: number, seed: number): Float32Array {
  const random = new Rng(seed)
  const out = new Float32Array(n * width)
  for (let r = 0; r < n; r++) {
    let norm = 0
    for (let i = 0; i < width; i++) norm += (out[r * width + i] = random.uniform() - 0.5) ** 2
    for (let i = 0; i < width; i++) out[r * width + i] /= Math.sqrt(norm)
  }
  return out
}
