import { GENERATORS } from '../../src/funnel/generators/index.js'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadInventory } from '../../src/ads/inventory.js'
import { DEFAULTS as CONFIG } from '../../src/config/defaults.js'
import { silent } from '../../src/core/progress.js'
import { Rng } from '../../src/core/rng.js'
import { generateData } from '../../src/events/world/generate.js'
import type { WorldKnobs } from '../../src/events/world/knobs.js'
import { PRESETS } from '../../src/events/world/presets.js'
import { storedWorld } from '../../src/events/world/stored-world.js'
import { loadSnapshot } from '../../src/features/snapshot-file.js'
import { openStore } from '../../src/store/open.js'
import { readCountries } from '../../src/funnel/countries.js'
import { makeTables } from '../../src/funnel/tables.js'
import { categoryOf } from '../../src/protocol/catalog.js'
import type { Queries } from '../../src/protocol/queries.js'
import { VectorHybrid } from '../../src/retrieve/vector-hybrid.js'
import type { Arm, Assignment } from '../../src/simulate/arms.js'
import { live } from '../../src/simulate/live.js'
import type { DayEnd } from '../../src/simulate/outcomes.js'
import { liveOrganically } from '../../src/simulate/organic-life.js'
import { DEFAULTS, type Laws, type Setting } from '../../src/simulate/setting.js'

const DAY = 86_400
const WIDTH = 16
/** Events of a history that the stand-in of a user tower reads. */
const LATEST = 12

export const LAWS: Laws = {
  exposure: DEFAULTS.exposure,
  auction: { places: DEFAULTS.places, reserve: DEFAULTS.reserve, exploration: 0 },
  handedOn: 60,
  scoringNoise: DEFAULTS.scoringNoise,
}

/**
 * A small world as an experiment takes it. The towers are no trained ones: an item's vector is one of its category, a
 * user's the mean of those of their latest events.
 * @param days that can be lived, and own purchases are known of no others
 */
export async function tinySetting(changed: Partial<WorldKnobs>, days: number, laws: Laws = LAWS): Promise<Setting> {
  const folder = mkdtempSync(join(tmpdir(), 'adseq-simulate-'))
  const knobs = { ...PRESETS.tiny, users: 500, sessionsPerUser: 45, ...changed }
  const store = openStore(folder, { create: true })
  try {
    await generateData(store, { name: 'tiny', knobs, seed: 1 })
    const snapshot = loadSnapshot(folder, store, silent)
    const stored = storedWorld(store)!
    const asOf = knobs.start + 90 * DAY - 1
    const start = asOf + 1
    const countries = readCountries(store, snapshot.users)
    const rng = new Rng(3)
    const base = snapshot.categories.map(() => Float32Array.from({ length: WIDTH }, () => rng.normal()))
    const vectorOf = (item: number): Float32Array => base[categoryOf(snapshot, item)]
    const vectors = new Float32Array(snapshot.items * WIDTH)
    for (let item = 0; item < snapshot.items; item++) vectors.set(unit(vectorOf(item)), item * WIDTH)
    const encodeUsers = async ({ events, users, ends }: Queries): Promise<Float32Array> => {
      const out = new Float32Array(users.length * WIDTH)
      users.forEach((user, q) => {
        const sum = new Float32Array(WIDTH)
        for (let row = Math.max(events.offsets[user], ends[q] - LATEST); row < ends[q]; row++)
          if (events.eventItem[row] >= 0) vectorOf(events.eventItem[row]).forEach((x, i) => (sum[i] += x))
        out.set(unit(sum), q * WIDTH)
      })
      return out
    }
    const popularity = new Float32Array(snapshot.items)
    const hybrid = { run: 'item', width: WIDTH, vectors, popularity, weights: null, seed: 1, masked: false }
    return {
      stored,
      snapshot,
      life: liveOrganically(stored, 1, { from: asOf, first: start, to: start + days * DAY - 1 }),
      start,
      asOf,
      types: GENERATORS,
      parts: {
        catalog: snapshot,
        items: new VectorHybrid('item', hybrid, { encodeUsers }),
        tables: makeTables(snapshot, countries, asOf, 30),
      },
      // so few that what is found decides
      funnel: { ...CONFIG.funnel, generators: of(20) },
      inventory: loadInventory(store, snapshot),
      countries,
      laws,
      seed: 1,
    }
  } finally {
    store.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

const of = (limit: number) =>
  Object.fromEntries(Object.keys(CONFIG.funnel.generators).map((name) => [name, { on: true, limit, quota: limit }]))

const unit = (v: Float32Array): Float32Array => {
  const length = Math.hypot(...v) || 1
  return v.map((x) => x / length)
}

export const arm = (name: Arm['name'], differs: Partial<Arm> = {}): Arm => ({
  name,
  about: name,
  without: [],
  ranked: false,
  vectors: 'nightly',
  context: false,
  ...differs,
})

/** How a world ended, with all that was shown. */
export async function lived(setting: Setting, assignment: Assignment, days: number): Promise<DayEnd> {
  let last: DayEnd | undefined
  const shown: DayEnd['shown'] = []
  for await (const day of live(setting, assignment, days)) {
    shown.push(...day.shown)
    last = day
  }
  return { ...last!, shown }
}
