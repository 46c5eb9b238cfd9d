import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deriveAds } from '../../src/ads/derive.js'
import { importOptions } from '../../src/cli/import-flags.js'
import { loadConfig } from '../../src/config/load.js'
import { hashJson, sha256 } from '../../src/core/hash.js'
import { silent } from '../../src/core/progress.js'
import { inferWorkspace } from '../../src/embed/infer-workspace.js'
import { importFiles } from '../../src/events/import/import.js'
import { verifyGeneration } from '../../src/generations/files.js'
import { indexWorkspace } from '../../src/generations/index-workspace.js'
import { refresh } from '../../src/generations/refresh.js'
import { listRuns } from '../../src/runs/manifest.js'
import { openStore } from '../../src/store/open.js'
import { pathsOf } from '../../src/store/paths.js'
import { inWorkspace, type Workspace } from '../../src/workspace/workspace.js'
import { START, fillWorkspace, tinyConfig, trainIn } from '../fixtures/trained-workspace.js'
import { startServer } from '../server/published.js'
import { look } from '../store/look.js'
import { startAdseq } from './run-adseq.js'

const DAY = 86_400
const root = mkdtempSync(join(tmpdir(), 'adseq-killed-'))
const base = { files: join(root, 'files'), filled: join(root, 'filled'), trained: join(root, 'trained') }
const published = join(root, 'published')
const due = join(root, 'due')
let copies = 0

/** A workspace of its own. */
function copy(of: string): string {
  const folder = join(root, `copy-${copies++}`)
  cpSync(of, folder, { recursive: true })
  return folder
}

const within = <T>(folder: string, work: (workspace: Workspace) => Promise<T>): Promise<T> =>
  inWorkspace(folder, { config: loadConfig(folder, { env: {} }) }, work)

const imports = (format: string, ...names: string[]) => ({
  args: () => ['import', format, ...names.map((name) => join(base.files, name))],
  again: (folder: string) =>
    importFiles(
      folder,
      format,
      names.map((name) => join(base.files, name)),
      importOptions(folder, format, {}, silent),
    ),
})

/** Commands, what they begin with, and the same command again in this process. */
const STEPS = {
  import: { from: () => base.files, ...imports('csv', 'items.csv', 'events.csv') },
  'ads import': { from: () => base.filled, ...imports('ads', 'ads.csv') },
  'ads derive': {
    from: () => base.filled,
    args: () => ['ads', 'derive'],
    async again(folder: string) {
      const store = openStore(folder)
      deriveAds(store)
      store.close()
    },
  },
  train: {
    from: () => base.filled,
    args: () => ['train', 'item'],
    again: (folder: string) => trainIn(folder, 'item', loadConfig(folder, { env: {} })),
  },
  infer: { from: () => base.trained, args: () => ['infer'], again: (folder: string) => within(folder, inferWorkspace) },
  index: { from: () => due, args: () => ['index'], again: (folder: string) => refreshed(folder) },
  refresh: { from: () => due, args: () => ['refresh'], again: (folder: string) => refreshed(folder) },
}
type Step = keyof typeof STEPS

const refreshed = (folder: string) =>
  refresh(folder, { config: loadConfig(folder, { env: {} }), imports: [], progress: silent })

beforeAll(async () => {
  const { model, graph, train } = tinyConfig('train.checkpointSeconds=0.001', 'train.refit=true')
  const settings = stringify({
    model,
    graph,
    train,
    eval: { windowDays: 10, bootstrap: 20 },
    engine: { threads: 1 },
    refresh: { keep: 0 },
  })
  cpSync(join(import.meta.dirname, '..', '..', 'sample-data', 'README.md'), join(base.files, 'README.md'))
  writeFileSync(join(base.files, 'adseq.yaml'), settings)
  const events = Array.from(
    { length: 80_000 },
    (_, e) => `u${e % 40},i${e % 37},${e % 1000 === 7 ? 'nonsense' : 'checkout'},${START + e * 60}\n`,
  )
  writeFileSync(join(base.files, 'events.csv'), `user_id,item_id,event_type,timestamp\n${events.join('')}`)
  writeFileSync(join(base.files, 'items.csv'), 'item_id,advertiser_id,price\ni1,a1,5\ni2,a2,6\n')
  writeFileSync(join(base.files, 'ads.csv'), 'ad_id,advertiser_id,item_id,bid\nad1,a1,i1,2\nad2,a2,,3\n')
  cpSync(base.files, base.filled, { recursive: true })
  fillWorkspace(base.filled)
  cpSync(base.filled, base.trained, { recursive: true })
  for (const kind of ['item', 'advertiser'] as const)
    await trainIn(base.trained, kind, loadConfig(base.trained, { env: {} }))
  cpSync(base.trained, published, { recursive: true })
  await within(published, inferWorkspace)
  await within(published, indexWorkspace)
  cpSync(published, due, { recursive: true })
  const store = openStore(due)
  const writer = store.writer()
  writer.event({ user: writer.user('u3'), item: 5, advertiser: 0, type: 2, domain: 0, time: START + 91 * DAY })
  writer.finish()
  store.close()
  await within(due, inferWorkspace)
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** Files that nobody should be left with. A run that was killed before it had a manifest is none: nobody reads it. */
const leftBehind = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => /\.tmp-\d+$|\.building-|\.removed-/.test(name) && !/^runs\/[^/]+\/manifest\.json\.tmp/.test(name),
  )

/** All that a command has made, without names and times. */
function outcome(folder: string) {
  const store = openStore(folder, { readonly: true })
  try {
    const runs = listRuns(folder).filter(({ status }) => status === 'done')
    const current = store.currentGeneration()
    const index = pathsOf(folder).index
    const vectors = runs.map(({ id, kind }) => {
      const { ids, vectors } = store.userEmbeddings(id)
      return [kind, store.watermark(id), [...ids], sha256(new Uint8Array(vectors.buffer))]
    })
    return {
      data: store.dataHash(),
      events: hashJson([...store.scanEvents()]),
      imports: store.imports.all().map(({ kind, status, rows, rejected }) => [kind, status, rows, rejected]),
      ads: store.ads.counts(),
      weights: [...new Set(runs.map(({ kind, weightsHash }) => `${kind} ${weightsHash}`))].sort(),
      unfinished: listRuns(folder).filter(({ status }) => status !== 'done').length,
      vectors: vectors.filter(([, mark]) => mark !== 0),
      generation: current && [current.seq, current.vectorsHash, current.indexHash],
      folders: existsSync(index) ? readdirSync(index).filter((name) => !name.includes('lock')).length : 0,
      leftBehind: leftBehind(folder),
    }
  } finally {
    store.close()
  }
}

/** What a command comes to that nobody disturbs. */
const undisturbed = new Map<Step, Promise<ReturnType<typeof outcome>>>()
function expected(step: Step) {
  const made = async () => {
    const folder = copy(STEPS[step].from())
    await STEPS[step].again(folder)
    return outcome(folder)
  }
  if (!undisturbed.has(step)) undisturbed.set(step, made())
  return undisturbed.get(step)!
}

/** The generation that is served is whole, whatever was killed. */
async function isWhole(folder: string): Promise<void> {
  if (!existsSync(pathsOf(folder).database)) return
  const current = look(folder, (store) => store.currentGeneration())
  if (current) await verifyGeneration(pathsOf(folder).index, current)
}

const POINTS: Record<Step, string[]> = {
  import: ['commit rows', 'committed rows', 'commit rows 2', 'index rows'],
  'ads import': ['commit rows', 'committed rows'],
  'ads derive': ['commit rows', 'committed rows'],
  train: ['write manifest.json', 'write checkpoint.safetensors 2', 'write model.safetensors', 'wrote manifest.json 2'],
  infer: ['commit vectors', 'committed vectors', 'raised watermark', 'commit vectors 2'],
  index: [
    'write items.usearch',
    'write manifest.json',
    'name generation',
    'named generation',
    'publish generation',
    'published generation',
  ],
  refresh: ['remove generation'],
}

describe.each(Object.entries(POINTS) as [Step, string[]][])('%s', (step, points) => {
  it.each(points)('killed at: %s', async (point) => {
    const { from, args, again } = STEPS[step]
    const folder = copy(from())
    const { signal } = await startAdseq([...args(), '--quiet', '--workspace', folder], { ADSEQ_FAULT: point })
    expect(signal).toBe('SIGKILL')
    await isWhole(folder)
    await again(folder)
    await isWhole(folder)
    expect(outcome(folder)).toEqual(await expected(step))
  })
})

describe('POST /v1/events', () => {
  const post = (url: string) =>
    fetch(`${url}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer secret' },
      body: JSON.stringify({
        user: 'u5',
        events: ['i7', 'i8'].map((item) => ({ type: 'checkout', item, time: START + 90 * DAY })),
      }),
    })
  const candidates = async (url: string): Promise<string[][]> => {
    const { items, advertisers } = (await (await fetch(`${url}/v1/users/u5/candidates?k=40`)).json()) as Found
    return [items.map(({ item }) => item).sort(), advertisers.map(({ advertiser }) => advertiser)]
  }

  it.each([
    ['commit rows', 0],
    ['committed rows', 2],
    ['commit rows 2', 2],
  ])('the server killed at: %s', async (point, stored) => {
    const folder = copy(published)
    const before = look(folder, (store) => store.counts().events)
    const killed = await startServer(folder, [], { ADSEQ_TOKEN: 'secret', ADSEQ_FAULT: point })
    await expect(post(killed.url)).rejects.toThrow()
    expect((await killed.server).signal).toBe('SIGKILL')
    // both events of the post or none: who got no answer looks, or sends again
    expect(look(folder, (store) => store.counts().events)).toBe(before + stored)

    const { server, url } = await startServer(folder, [], { ADSEQ_TOKEN: 'secret' })
    try {
      if (stored === 0) expect((await post(url)).status).toBe(200)
      answers.push(await candidates(url))
    } finally {
      server.kill('SIGTERM')
      await server
    }
    // wherever it was killed, the user is answered alike, by the whole history
    expect(answers.at(-1)).toEqual(answers[0])
    expect(look(folder, (store) => store.counts().events)).toBe(before + 2)
  })
})

interface Found {
  items: { item: string }[]
  advertisers: { advertiser: string }[]
}
/** What a restarted server answers, of each kill. */
const answers: string[][][] = []
