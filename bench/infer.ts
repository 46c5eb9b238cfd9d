/**
 * npm run bench infer -- [--json] [--users 1000000] [--items 20000] [--events 5] [--share 0.01]
 *
 * What `adseq infer` costs: a full pass over all users of a synthetic log with short histories, by a small item model
 * that is trained a few steps, then a pass after a share of the users got an event more (--share, the active ones).
 * Each pass is a process of its own, as cron runs it: it reads the store anew, which is the constant. Prints seconds,
 * users a second, and the most memory.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { loadConfig } from '../src/config/load.js'
import { silent } from '../src/core/progress.js'
import { Rng } from '../src/core/rng.js'
import { DAY } from '../src/core/time.js'
import { inferWorkspace } from '../src/embed/infer-workspace.js'
import { loadSnapshot } from '../src/features/snapshot-file.js'
import { openStore } from '../src/store/open.js'
import { count, duration } from '../src/text/numbers.js'
import { train } from '../src/train/train.js'
import { inWorkspace } from '../src/workspace/workspace.js'

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    users: { type: 'string', default: '1000000' },
    items: { type: 'string', default: '20000' },
    events: { type: 'string', default: '5' },
    share: { type: 'string', default: '0.01' },
    pass: { type: 'string' },
  },
})
const START = 1_600_000_000
const DAYS = 60
/** Users that the model is trained on: what a pass costs does not depend on what it has learned. */
const TRAINED = 5000

interface Pass {
  encoded: number
  /** of encoding, and of all of the command */
  seconds: number
  totalSeconds: number
  peakMB: number
}

if (flags.pass !== undefined) console.log(JSON.stringify(await pass(flags.pass)))
else await bench()

async function bench(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'adseq-bench-'))
  const tell = (text: string): void => void (flags.json || console.log(text))
  try {
    const [users, share] = [Number(flags.users), Number(flags.share)]
    tell(`Making histories of ${count(users)} users, and a model.`)
    await make(folder, users)
    const full = passApart(folder)
    if (full.encoded !== users) throw new Error(`the full pass encoded ${full.encoded} users`)
    addEvents(folder, users, Math.round(users * share))
    const active = passApart(folder)
    const result = {
      users,
      fullSeconds: full.totalSeconds,
      activeShare: active.encoded / users,
      activeSeconds: active.totalSeconds,
      fullEncodeSeconds: full.seconds,
      activeEncodeSeconds: active.seconds,
      peakMB: Math.max(full.peakMB, active.peakMB),
    }
    if (flags.json) return console.log(JSON.stringify(result))
    const line = (what: string, { encoded, seconds, totalSeconds }: Pass): string =>
      `${what}: ${count(encoded)} users in ${duration(totalSeconds)}, of which encoding took ${duration(seconds)}, ` +
      `${count(encoded / seconds)} users/s`
    console.log(
      `${line('everybody', full)}\n${line('the active', active)}\n` +
        `${((100 * active.seconds) / full.seconds).toFixed(1)} % of the time of encoding for ` +
        `${(100 * result.activeShare).toFixed(1)} % of the users, and ` +
        `${duration(active.totalSeconds - active.seconds)} beside it; at most ${count(result.peakMB)} MB ` +
        `(${cpus().length} cores)`,
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function make(folder: string, users: number): Promise<void> {
  writeFileSync(
    join(folder, 'adseq.yaml'),
    `model: {width: 32, layers: 1, heads: 2, feedForward: 64, length: 16, outputWidth: 32, vectorWidth: 16}
train: {rows: 64, uniformNegatives: 64, steps: 2, validateEvery: 1, windowDays: 10, refit: false, validationUsers: 50}
eval: {windowDays: 10}
`,
  )
  addHistories(folder, 0, Math.min(users, TRAINED))
  const config = loadConfig(folder, { env: {} })
  const store = openStore(folder)
  const snapshot = loadSnapshot(folder, store, silent)
  store.close()
  const engine = { engine: 'onnx' } as const
  for await (const _ of train({ workspace: folder, kind: 'item', config, snapshot, engine }));
  addHistories(folder, TRAINED, users)
}

function addHistories(folder: string, from: number, to: number): void {
  const store = openStore(folder, { create: true })
  const [items, events] = [Number(flags.items), Number(flags.events)]
  const writer = store.writer()
  const rng = new Rng(3, from)
  if (from === 0)
    for (let i = 0; i < items; i++)
      writer.item(`i${i}`, {
        advertiser: writer.advertiser(`a${i % 500}`),
        category: `c${i % 100}`,
        price: 1 + (i % 90),
      })
  for (let u = from; u < to; u++) {
    const user = writer.user(`u${u}`)
    for (let e = 0; e < events; e++) {
      const time = START + Math.floor(rng.uniform() * DAYS * DAY)
      writer.event({ user, item: 1 + rng.int(items), advertiser: 0, type: rng.int(3), domain: 0, time })
    }
    if (u % 20_000 === 19_999) writer.commit()
  }
  writer.finish()
  store.close()
}

function addEvents(folder: string, users: number, active: number): void {
  const store = openStore(folder)
  const writer = store.writer()
  const order = new Rng(4).shuffle(Int32Array.from({ length: users }, (_, u) => u))
  for (const u of order.slice(0, active))
    writer.event({ user: writer.user(`u${u}`), item: 1, advertiser: 0, type: 2, domain: 0, time: START + DAYS * DAY })
  writer.commit()
  store.close()
}

function passApart(folder: string): Pass {
  const run = join(import.meta.dirname, 'run.mjs')
  return JSON.parse(execFileSync(process.execPath, [run, 'infer', '--pass', folder], { encoding: 'utf8' })) as Pass
}

async function pass(folder: string): Promise<Pass> {
  const started = performance.now()
  const config = loadConfig(folder, { env: {} })
  const { encoded, seconds } = await inWorkspace(folder, { config }, (workspace) => inferWorkspace(workspace))
  const totalSeconds = (performance.now() - started) / 1000
  return { encoded, seconds, totalSeconds, peakMB: Math.round(process.resourceUsage().maxRSS / 1024) }
}
