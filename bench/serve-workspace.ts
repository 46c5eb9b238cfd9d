import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '../src/config/load.js'
import type { Kind } from '../src/config/schema.js'
import { silent } from '../src/core/progress.js'
import { Rng } from '../src/core/rng.js'
import { DAY } from '../src/core/time.js'
import { loadSnapshot } from '../src/features/snapshot-file.js'
import { readCountries } from '../src/funnel/countries.js'
import { featureNames } from '../src/funnel/l1/features.js'
import { Calibration } from '../src/funnel/l1/calibration.js'
import { LightRanker, type RankerWeights } from '../src/funnel/l1/light-ranker.js'
import { GENERATORS } from '../src/funnel/generators/index.js'
import { makeTables } from '../src/funnel/tables.js'
import { buildGeneration, type PublishedEntries } from '../src/generations/build.js'
import { UNLIMITED } from '../src/store/ads.js'
import { openStore } from '../src/store/open.js'
import { pathsOf } from '../src/store/paths.js'
import type { Store } from '../src/store/store.js'
import { train } from '../src/train/train.js'

const START = 1_600_000_000
const DAYS = 90
const WIDTH = 64
/** Events of a user. */
const HISTORY = 20
/** What is in the workspace when its models are trained: a step each, so that there are towers to encode with. */
const TRAINED = { items: 2000, users: 400 }
const COUNTRIES = ['DE', 'FR', 'US', 'JP']
/** Stored best advertisers of a user. */
const LISTED = 100
/** Groups of vectors, and how far one lies from its centre, of which each value has a spread of 1. */
const CENTRES = 1000
const SPREAD = 0.7

export interface Sizes {
  items: number
  users: number
  ads: number
}

/**
 * Fills a folder with a workspace of a size and publishes a generation: users with histories, a catalog, ads, vectors
 * around random centres, user towers and a light ranker with random weights. What a request costs does not
 * depend on what they have learned.
 */
export async function makeWorkspace(folder: string, { items, users, ads }: Sizes, tell: (text: string) => void) {
  writeFileSync(
    join(folder, 'adseq.yaml'),
    'train: { steps: 2, validateEvery: 1, refit: false, windowDays: 10 }\neval: { windowDays: 10 }\n',
  )
  const config = loadConfig(folder, { env: {} })
  const rng = new Rng(7)
  const vectors = new Vectors(rng)
  const advertisers = Math.max(100, Math.min(20_000, Math.round(items / 50)))
  const store = openStore(folder, { create: true })
  tell('catalog, histories')
  fill(store, rng, { items: Math.min(items, TRAINED.items), users: Math.min(users, TRAINED.users), advertisers })
  const runs = {} as Record<Kind, string>
  for (const kind of ['item', 'advertiser'] as const) {
    const snapshot = loadSnapshot(folder, store, silent)
    for await (const record of train({ workspace: folder, kind, config, snapshot, engine: { engine: 'onnx' } }))
      if (record.type === 'done') runs[kind] = record.run
  }
  fill(store, rng, { items, users, advertisers })
  tell('ads')
  addAds(store, rng, { items, ads, advertisers })
  tell('vectors of users')
  addVectors(store, vectors, runs, users, advertisers)
  tell('tables and index')
  const snapshot = loadSnapshot(folder, store, silent)
  const asOf = START + DAYS * DAY
  const tables = makeTables(snapshot, readCountries(store, snapshot.users), asOf, 30)
  const entries = (kind: Kind, n: number): PublishedEntries => ({
    run: runs[kind],
    width: WIDTH,
    entries: n,
    encode: async (from, to) => vectors.draw(to - from),
    popularity: new Float32Array(n),
    weights: { own: 0.3, popularity: 0, popularityDays: 30 } as PublishedEntries['weights'],
  })
  const { manifest } = await buildGeneration({
    indexFolder: pathsOf(folder).index,
    store,
    items: entries('item', items),
    advertisers: entries('advertiser', advertisers),
    funnel: { tables, ranker: randomRanker(rng) },
    asOf,
    // with less care than one that is served: at a million items the graph takes most of the time
    index: { ...config.index, expansionAdd: 32, recall: 0 },
    history: 'kept',
    seed: 1,
    progress: silent,
  })
  store.close()
  return { generation: manifest.generation, recall: manifest.recall?.recall ?? null, search: manifest.index.search }
}

/** Brings the catalog and the users up to a size. */
function fill(store: Store, rng: Rng, size: { items: number; users: number; advertisers: number }): void {
  const before = store.counts()
  const writer = store.writer()
  for (let a = before.advertisers; a < size.advertisers; a++) writer.advertiser(`a${a}`)
  for (let i = before.items; i < size.items; i++) {
    const category = `c${i % 20}/${i % 400}`
    writer.item(`i${i}`, { advertiser: rng.int(size.advertisers) + 1, category, price: 1 + rng.int(100) })
    if (i % 100_000 === 99_999) writer.commit()
  }
  for (let u = before.users; u < size.users; u++) {
    const user = writer.user(`u${u}`)
    writer.setUser(user, { country: COUNTRIES[u % COUNTRIES.length] })
    // a user keeps to a corner of the catalog, and some items are in many of them
    const corner = rng.int(size.items)
    for (let e = 0; e < HISTORY; e++) {
      const item =
        rng.uniform() < 0.5 ? (corner + rng.int(200)) % size.items : Math.floor(size.items * rng.uniform() ** 3)
      const time = START + Math.floor(((e + rng.uniform()) * DAYS * DAY) / HISTORY)
      writer.event({ user, item: item + 1, advertiser: 0, type: rng.int(3), domain: 0, time })
    }
    if (u % 20_000 === 19_999) writer.commit()
  }
  writer.finish()
}

/** A shopping ad of as many items as there are ads for, else more of the same; every fourth campaign has rules. */
function addAds(
  store: Store,
  rng: Rng,
  { items, ads, advertisers }: { items: number; ads: number; advertisers: number },
) {
  const writer = store.writer()
  const owner = new Int32Array(items)
  for (const [id, , advertiser] of store.scanItems()) owner[id - 1] = advertiser
  const rules = [
    { countries: ['DE', 'US'] },
    { cap: 3, capDays: 7 },
    { flags: ['alcohol'], excludeBuyersDays: 30 },
    { dailyBudget: 100, pacing: 'even' as const },
  ]
  for (let a = 0; a < advertisers; a++) {
    const own = a % 4 === 0 ? rules[rng.int(rules.length)] : {}
    writer.ads.putCampaign(`c${a}`, { ...UNLIMITED, advertiser: a + 1, bid: 1, origin: 'imported', ...own }, undefined)
  }
  const rest = { title: null, category: null, status: 'active' } as const
  for (let n = 0; n < ads; n++) {
    const standard = n < Math.min(advertisers, ads / 10)
    const item = standard ? null : (n % items) + 1
    const advertiser = standard ? n + 1 : owner[n % items]
    writer.ads.putAd(`ad${n}`, { campaign: advertiser, advertiser, item, ...rest }, undefined)
    if (n % 100_000 === 99_999) writer.commit()
  }
  writer.commit()
}

function addVectors(
  store: Store,
  vectors: Vectors,
  runs: Record<Kind, string>,
  users: number,
  advertisers: number,
): void {
  const seq = store.lastSeq()
  const asOf = START + DAYS * DAY
  for (let from = 0; from < users; from += 5000) {
    const ids = Int32Array.from({ length: Math.min(5000, users - from) }, (_, i) => from + i + 1)
    for (const run of Object.values(runs)) store.putUserEmbeddings(run, asOf, seq, ids, vectors.draw(ids.length))
    const list = Int32Array.from({ length: ids.length * LISTED }, (_, i) => ((ids[0] * 31 + i * 7) % advertisers) + 1)
    const scores = Float32Array.from(list, (_, i) => 1 - (i % LISTED) / LISTED)
    store.putCandidates(runs.advertiser, seq, ids, list, scores)
  }
  for (const run of Object.values(runs)) store.setWatermark(run, seq)
}

/**
 * Unit vectors around centres that items and users have in common, as those that are learned lie in groups: vectors
 * without any have no near neighbours, and a graph over them is slow and finds half.
 */
class Vectors {
  private readonly centres: Float32Array

  constructor(private readonly rng: Rng) {
    this.centres = Float32Array.from({ length: CENTRES * WIDTH }, () => rng.normal())
  }

  /** @returns [n, WIDTH] */
  draw(n: number): Float32Array {
    const out = new Float32Array(n * WIDTH)
    for (let row = 0; row < n; row++) {
      const centre = this.rng.int(CENTRES) * WIDTH
      const at = row * WIDTH
      let squares = 0
      for (let d = 0; d < WIDTH; d++)
        squares += (out[at + d] = this.centres[centre + d] + SPREAD * this.rng.normal()) ** 2
      const length = Math.sqrt(squares)
      for (let d = 0; d < WIDTH; d++) out[at + d] /= length
    }
    return out
  }
}

/** With as many weights as a trained one. */
function randomRanker(rng: Rng): LightRanker {
  const names = featureNames(GENERATORS.map(({ name }) => name))
  const hidden = 16
  const some = (n: number): Float32Array => Float32Array.from({ length: n }, () => 0.1 * rng.normal())
  const weights = (): RankerWeights => ({
    linear: some(names.length),
    bias: -3,
    hidden: some(names.length * hidden),
    hiddenBias: some(hidden),
    output: some(hidden),
    calibration: new Calibration(Float32Array.of(-5, 5), Float32Array.of(0.01, 0.5)),
  })
  return new LightRanker(names, { shopping: weights(), standard: weights() })
}
