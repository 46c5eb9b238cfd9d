import { cpSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.js'
import { lookupInThread } from '../../src/inspect/lookup.js'
import { runAdseq, startAdseq } from './run-adseq.js'

const TRAIN = [
  'train.steps=10',
  'train.validateEvery=10',
  'train.patience=1',
  'train.refit=false',
  'train.windowDays=7',
  'eval.windowDays=7',
  'train.uniformNegatives=64',
  'model.length=16',
  'model.width=16',
  'model.layers=1',
  'model.feedForward=16',
  'model.outputWidth=16',
  'graph.vectors=true',
  'train.rows=64',
].flatMap((setting) => ['--set', setting])

let trained: string
const copies: string[] = []

async function json(
  folder: string,
  ...args: string[]
): Promise<Record<string, never> & { error?: { message: string } }> {
  const { stdout, code } = await runAdseq([...args, '--json', '--workspace', folder])
  const result = JSON.parse(stdout)
  if (code !== 0 && !result.error) throw new Error(`${args.join(' ')}: code ${code}`)
  return result
}

/** A workspace of its own for a test. */
function copy(of = trained): string {
  const folder = mkdtempSync(join(tmpdir(), 'adseq-serving-'))
  copies.push(folder)
  cpSync(of, folder, { recursive: true })
  return folder
}

beforeAll(async () => {
  trained = mkdtempSync(join(tmpdir(), 'adseq-serving-'))
  await json(trained, 'generate-data', '--preset', 'tiny')
  for (const kind of ['item', 'advertiser'])
    expect((await json(trained, 'train', kind, ...TRAIN)).error).toBeUndefined()
}, 240_000)
afterEach(() => {
  for (const folder of copies.splice(0)) rmSync(folder, { recursive: true, force: true })
})
afterAll(() => rmSync(trained, { recursive: true, force: true }))

interface Lists {
  items: { rank: number; item: string; score: number }[]
  advertisers: { rank: number; advertiser: string; score: number }[]
}

/** Entries and scores in the order of their ranks. */
const listsOf = ({ items, advertisers }: Lists): Record<keyof Lists, [id: string, score: number][]> => {
  for (const list of [items, advertisers]) expect(list.map(({ rank }) => rank)).toEqual(list.map((_, i) => i + 1))
  return {
    items: items.map(({ item, score }) => [item, score]),
    advertisers: advertisers.map(({ advertiser, score }) => [advertiser, score]),
  }
}

describe('infer, index, generations', () => {
  it('encode one user for an event imported today and dated a year back, and roll back exactly', async () => {
    const folder = copy()
    const first = await json(folder, 'infer')
    expect(first).toMatchObject({ encoded: first.users, missing: [] })
    expect(await json(folder, 'infer')).toMatchObject({
      encoded: 0,
      models: { item: { encoded: 0 }, advertiser: { encoded: 0 } },
    })
    const { generation: older, recall } = (await json(folder, 'index')) as unknown as {
      generation: string
      recall: { at: number; recall: number }
    }
    expect(recall.at).toBe(100)
    expect(recall.recall).toBeGreaterThan(0.9)

    const file = join(folder, 'late.csv')
    writeFileSync(file, 'user_id,item_id,event_type,timestamp\nu7,i5,checkout,1704067200\n')
    expect((await json(folder, 'import', 'csv', file)).error).toBeUndefined()
    expect(await json(folder, 'infer')).toMatchObject({
      encoded: 1,
      models: { item: { encoded: 1 }, advertiser: { encoded: 1 } },
      seq: Number(first.seq) + 1,
    })

    const { generation: newer } = await json(folder, 'index')
    expect(await json(folder, 'generations')).toMatchObject({ current: newer })
    expect(await json(folder, 'generations', 'activate', older)).toMatchObject({ current: older })
    expect((await json(folder, 'generations', 'activate', 'nothing')).error!.message).toContain('no generation nothing')
    const last = await json(folder, 'index', '--keep', '0')
    expect(readdirSync(join(folder, 'index'))).toEqual([last.generation])
    expect(await json(folder, 'infer', '--full')).toMatchObject({ encoded: first.users })
  }, 120_000)

  it('say what is missing: no run, no inference, no item run', async () => {
    const folder = copy()
    expect((await json(folder, 'index')).error!.message).toContain('has not encoded every user')
    expect((await json(folder, 'serve')).error!.message).toBe('There is no generation to serve.')
    for (const run of readdirSync(join(folder, 'runs')))
      if (run.startsWith('item-')) rmSync(join(folder, 'runs', run), { recursive: true })
    expect(await json(folder, 'infer')).toMatchObject({
      missing: ['item'],
      models: { advertiser: { encoded: expect.any(Number) } },
    })
    expect((await json(folder, 'index')).error!.message).toBe('There is no finished item run to index.')
  }, 120_000)
})

describe('serve', () => {
  let published: string
  let generation: string
  beforeAll(async () => {
    published = mkdtempSync(join(tmpdir(), 'adseq-serving-'))
    cpSync(trained, published, { recursive: true })
    await json(published, 'infer')
    generation = (await json(published, 'index')).generation
  }, 120_000)
  afterAll(() => rmSync(published, { recursive: true, force: true }))

  /** A server on a port of its own, and where it listens. */
  async function served(folder: string): Promise<{ server: ReturnType<typeof startAdseq>; url: string }> {
    const server = startAdseq(['serve', '--port', '0', '--workspace', folder])
    const url = await new Promise<string>((resolve, reject) => {
      server.stdout!.on('data', (text: Buffer) => {
        const found = /http:\/\/\S+/.exec(text.toString())
        if (found) resolve(found[0])
      })
      void server.then(({ stderr }) => reject(new Error(String(stderr))))
    })
    return { server, url }
  }

  it('answers over HTTP, picks up a new generation, and stops cleanly on SIGTERM', async () => {
    const folder = copy(published)
    const { server, url } = await served(folder)
    try {
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:/)
      const health = await (await fetch(`${url}/healthz`)).json()
      expect(health).toMatchObject({ status: 'ok', generation })
      const candidates = (await (await fetch(`${url}/v1/users/u7/candidates?k=5`)).json()) as {
        items: { item: string; score: number }[]
        advertisers: unknown[]
      }
      expect([candidates.items.length, candidates.advertisers.length]).toEqual([5, 5])
      const retrieved = (await (
        await fetch(`${url}/v1/retrieve`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ events: [{ type: 'view', item: candidates.items[0].item }], k: 3 }),
        })
      ).json()) as { items: unknown[] }
      expect(retrieved.items.length).toBe(3)

      const { generation: next } = await json(folder, 'index')
      for (
        let i = 0;
        i < 50 && ((await (await fetch(`${url}/healthz`)).json()) as { generation: string }).generation !== next;
        i++
      )
        await sleep(200)
      expect(await (await fetch(`${url}/healthz`)).json()).toMatchObject({ generation: next })
    } finally {
      server.kill('SIGTERM')
    }
    expect((await server).exitCode).toBe(0)
  }, 120_000)

  it('serves what inspect and the tui show as served: the same entries in the same order with the same scores', async () => {
    const folder = copy(published)
    // known to the store, not to the generation: no reader of it may see them
    const late = join(folder, 'late.csv')
    writeFileSync(late, 'user_id,item_id,event_type,timestamp\nu7,i5,checkout,1704067200\nu7,new,checkout,1704067200\n')
    expect((await json(folder, 'import', 'csv', late)).error).toBeUndefined()
    const lookup = lookupInThread({ folder, config: loadConfig(folder, { env: {} }) })
    const through = { asServed: true }
    const { server, url } = await served(folder)
    try {
      for (const user of ['u7', 'u8', await lookup.random(1, through)]) {
        const candidates = await (await fetch(`${url}/v1/users/${user}/candidates?k=100`)).json()
        const inspected = await json(folder, 'inspect', 'user', user, '--as-served', '--k', '100')
        const shown = await lookup.user(user, through)
        const [expected, ...others] = [candidates, inspected, shown].map((view) => listsOf(view as Lists))
        expect([expected.items.length, new Set(expected.items.map(([item]) => item)).size]).toEqual([100, 100])
        expect(expected.advertisers.length).toBeGreaterThan(4)
        for (const other of others) expect(other).toEqual(expected)
        expect(inspected).toMatchObject({ itemBy: generation, advertiserBy: generation })
      }
    } finally {
      await lookup.close()
      server.kill('SIGTERM')
    }
    expect((await server).exitCode).toBe(0)
  }, 120_000)

  it('refuses to start on a truncated index file, in one sentence, with exit code 2', async () => {
    const folder = copy(published)
    const path = join(folder, 'index', generation, 'items.usearch')
    truncateSync(path, statSync(path).size / 2)
    const { code, stderr, stdout } = await runAdseq(['serve', '--port', '0', '--workspace', folder])
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(
      /^Error: The index \S+items\.usearch is damaged: it has \d+ bytes, its manifest says \d+\.$/m,
    )
    expect((await json(folder, 'generations', 'activate', generation)).error!.message).toContain('cannot be used')
  }, 120_000)
})
