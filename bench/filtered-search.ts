/**
 * npm run bench filtered-search -- [--json] [--items 1000000] [--width 64] [--queries 100]
 *   [--filter entries|topics] [--keep FOLDER]
 *
 * What a filter costs, and what it loses: the 100 best of the items that may be shown, found as serving finds them in
 * an index that `adseq index` would publish, against scoring every one of those. The items are made up as a learned
 * tower leaves them: 2,000 topics, few strong directions, popularity added to the product. A share (the selectivity) of
 * them may be shown: each by a draw of its own, or with --filter topics whole topics, so that a user's own may be
 * missing. Prints recall@100 and milliseconds a query (median), beside those of scoring everything that may be shown.
 * --keep keeps the built index in a folder for the next call of the same size.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { DEFAULTS } from '../src/config/defaults.js'
import { median } from '../src/core/median.js'
import { silent } from '../src/core/progress.js'
import { Rng } from '../src/core/rng.js'
import { buildGeneration, type PublishedEntries } from '../src/generations/build.js'
import { openGeneration, type Generation } from '../src/generations/open.js'
import type { Queries } from '../src/protocol/queries.js'
import type { EntrySet } from '../src/retrieve/recommender.js'
import { VectorHybrid } from '../src/retrieve/vector-hybrid.js'
import type { Generation as Row } from '../src/store/generations.js'
import { count } from '../src/text/numbers.js'
import { tableLines } from '../src/text/table.js'
import { TOPICS, madeItems } from './made-items.js'

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    items: { type: 'string', default: '1000000' },
    width: { type: 'string', default: '64' },
    queries: { type: 'string', default: '100' },
    filter: { type: 'string', default: 'entries' },
    keep: { type: 'string' },
  },
})
const SELECTIVITIES = [1, 0.1, 0.01, 0.001]
const K = 100
const RUN = 'bench'
const [items, width, asked] = [Number(flags.items), Number(flags.width), Number(flags.queries)]
const tell = (text: string): void => void (flags.json || console.log(text))

const rng = new Rng(11)
const { vectors, topicOf, popularity, userVector } = madeItems(items, width, rng)
const { manifest, items: searched } = await published()
const { recall, index } = manifest
const cost = index.cost!
tell(
  `${count(items)} items of width ${width}; recall@100 of the index ${recall!.recall.toFixed(4)}, by looking at ` +
    `${index.expansionSearch} candidates (${index.search}).\n` +
    `Measured as it was built: a graph asked for 64 entries ${cost.graph.toFixed(2)} ms, a thousand more ` +
    `${(cost.graphPerEntry * 1000).toFixed(2)} ms; a thousand entries scored ${(cost.exactPerEntry * 1000).toFixed(3)} ms; ` +
    `far down it is asked for ${cost.slack ?? 'any number, in vain:'} times what is used.`,
)
const exact = new VectorHybrid('item', { ...searched.parts, index: undefined })

const results = []
for (const selectivity of SELECTIVITIES) results.push(await measure(selectivity))
if (flags.json) console.log(JSON.stringify(results))
else
  for (const line of tableLines(
    [
      { head: 'selectivity', value: (r) => String(r.selectivity), align: 'right' },
      { head: 'recall@100', value: (r) => r.recall.toFixed(4), align: 'right' },
      { head: 'ms', value: (r) => r.ms.toFixed(2), align: 'right' },
      { head: 'scoring all ms', value: (r) => r.exactMs.toFixed(2), align: 'right' },
      { head: 'searched', value: (r) => count(r.searched), align: 'right' },
      { head: 'by scoring', value: (r) => r.exactShare.toFixed(2), align: 'right' },
    ],
    results,
    80,
  ))
    console.log(line)

async function measure(selectivity: number) {
  const only = eligible(selectivity)
  const times: number[] = []
  const exactTimes: number[] = []
  const looked: number[] = []
  let [hits, due, exactly] = [0, 0, 0]
  for (let q = 0; q < asked; q++) {
    const query = ofUser(userVector())
    const options = { only, onSearch: note }
    function note(_: number, how: { searched: number; exact: boolean }): void {
      looked.push(how.searched)
      if (how.exact) exactly++
    }
    let started = performance.now()
    const found = await searched.list(query, K, options)
    times.push(performance.now() - started)
    started = performance.now()
    const right = await exact.list(query, K, { only })
    exactTimes.push(performance.now() - started)
    const mine = new Set(found.entries.subarray(0, found.counts[0]))
    for (const entry of right.entries.subarray(0, right.counts[0])) if (mine.has(entry)) hits++
    due += right.counts[0]
  }
  return {
    selectivity,
    recall: hits / due,
    ms: median(times)!,
    exactMs: median(exactTimes)!,
    searched: Math.round(median(looked)!),
    exactShare: exactly / asked,
  }
}

/** undefined where everything may be shown: then nothing is filtered */
function eligible(selectivity: number): EntrySet | undefined {
  if (selectivity === 1) return undefined
  const shown = Uint8Array.from({ length: TOPICS }, () => (rng.uniform() < selectivity ? 1 : 0))
  const outside = Uint8Array.from({ length: items }, (_, e) =>
    (flags.filter === 'topics' ? shown[topicOf[e]] === 1 : rng.uniform() < selectivity) ? 0 : 1,
  )
  return { ids: Int32Array.from(outside.keys()).filter((e) => outside[e] === 0), outside }
}

/** A user without history, by a stored vector. */
function ofUser(vector: Float32Array): Queries {
  return {
    events: {
      users: 1,
      offsets: Uint32Array.of(0, 0),
      eventItem: new Int32Array(),
      eventAdvertiser: new Int32Array(),
      eventType: new Uint8Array(),
      eventDomain: new Uint8Array(),
      eventTime: new Uint32Array(),
      eventSeq: new Uint32Array(),
    },
    users: Int32Array.of(0),
    ends: Int32Array.of(0),
    moment: 0,
    vectors: { [RUN]: vector },
  }
}

/** Built, measured and opened as `adseq index` and `adseq serve` do. */
async function published(): Promise<Generation> {
  const folder = flags.keep ?? mkdtempSync(join(tmpdir(), 'adseq-bench-'))
  try {
    const note = join(folder, 'row.json')
    if (!existsSync(note)) {
      tell(`Building an index of ${count(items)} items; minutes.`)
      const rows: Row[] = []
      const { manifest } = await buildGeneration({
        indexFolder: folder,
        store: {
          watermark: () => 1,
          userEmbedding: () => ({ seq: 1, asOf: 0, vector: userVector() }),
          counts: () => ({ users: 1000, items, advertisers: 0, events: 0 }),
          publishGeneration: (row) => void rows.push(row),
          listGenerations: () => rows,
          currentGeneration: () => rows.at(-1),
        },
        items: {
          run: RUN,
          width,
          entries: items,
          encode: async (from, to) => vectors.slice(from * width, to * width),
          popularity,
          weights: { own: 0, popularity: 0.02, popularityDays: 30 } as PublishedEntries['weights'],
        },
        asOf: 0,
        index: DEFAULTS.index,
        history: 'kept',
        seed: 1,
        progress: silent,
      })
      tell(`Built in ${manifest.index.seconds.toFixed(0)} s.`)
      writeFileSync(note, JSON.stringify(rows[0]))
    }
    return await openGeneration(folder, JSON.parse(readFileSync(note, 'utf8')) as Row)
  } finally {
    if (flags.keep === undefined) rmSync(folder, { recursive: true, force: true })
  }
}
