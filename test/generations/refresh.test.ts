import { appendFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { importOptions } from '../../src/cli/import-flags.js'
import { loadConfig } from '../../src/config/load.js'
import { takeLock } from '../../src/core/lock.js'
import { silent } from '../../src/core/progress.js'
import { activateGeneration } from '../../src/generations/list.js'
import { refresh, type RefreshResult } from '../../src/generations/refresh.js'
import { runAdseq, startAdseq } from '../e2e/run-adseq.js'
import { START } from '../fixtures/trained-workspace.js'
import { publishedOnce, startServer } from '../server/published.js'
import { look } from '../store/look.js'

const DAY = 86_400
const { copy, atEnd } = publishedOnce()

const HEAD = 'user_id,item_id,event_type,timestamp\n'
const rows = (users: number, day: number): string =>
  Array.from({ length: users }, (_, u) => `u${u},i${(u + day) % 40},checkout,${START + day * DAY + u}\n`).join('')

interface Told {
  changed: boolean
  published: boolean
  generation: string
  current: string
  imported: { rows: number }
  inferred: { encoded: number }
  removed: string[]
  error?: { message: string; hint: string }
}

async function refreshed(folder: string, ...args: string[]): Promise<Told & { code: number | undefined }> {
  const { stdout, code } = await runAdseq(['refresh', '--json', '--workspace', folder, ...args])
  return { code, ...(JSON.parse(stdout) as Told) }
}

/** The same in this process. */
const inProcess = (folder: string, format?: string, ...files: string[]): Promise<RefreshResult> => {
  const config = loadConfig(folder, { env: {} })
  const imports = format === undefined ? [] : [{ format, files, options: importOptions(folder, format, {}, silent) }]
  return refresh(folder, { config, imports, progress: silent })
}

it('imports, encodes and publishes what is new, and nothing where nothing is', async () => {
  const folder = copy()
  const log = join(folder, 'clicks.csv')
  writeFileSync(log, HEAD + rows(3, 90))
  writeFileSync(join(folder, 'adseq.yaml'), 'refresh: {imports: ["csv click*.csv", "ads none-*.csv"], keep: 1}\n')
  const first = await refreshed(folder)
  expect(first).toMatchObject({ code: 0, changed: true, published: true, current: first.generation, removed: [] })
  expect([first.imported.rows, first.inferred.encoded]).toEqual([3, 3])
  const quiet = await runAdseq(['refresh', '--quiet', '--workspace', folder])
  expect(quiet).toEqual({ code: 0, stdout: `Nothing is new: ${first.generation} holds everything.`, stderr: '' })

  appendFileSync(log, rows(2, 91))
  const second = await inProcess(folder, 'csv', log)
  expect([second.imported.rows, second.inferred.encoded, second.published]).toEqual([2, 2, true])
  // the published one that the workspace began with: one older is kept
  expect(second.removed.length).toBe(1)
  expect(await inProcess(folder, 'csv', log)).toMatchObject({ changed: false, generation: second.generation })

  // an item that is changed changes what is published, without an event
  const catalog = join(folder, 'catalog.csv')
  writeFileSync(catalog, 'item_id,price\ni3,99\n')
  expect(await inProcess(folder, 'csv', catalog)).toMatchObject({ inferred: { encoded: 0 }, published: true })
})

it('publishes for another setting, for lost files; leaves an activated one until there is something new', async () => {
  const folder = copy()
  const config = loadConfig(folder, { env: {} })
  const once = (change = config) => refresh(folder, { config: change, imports: [], progress: silent })
  const first = await once()
  expect(first.published).toBe(false)
  const other = { ...config, index: { ...config.index, expansionSearch: 500 } }
  const second = await once(other)
  expect([second.published, second.inferred.encoded]).toEqual([true, 0])
  await activateGeneration(folder, first.generation)
  expect(await once(other)).toMatchObject({
    published: false,
    generation: second.generation,
    current: first.generation,
  })
  rmSync(join(folder, 'index', second.generation), { recursive: true })
  expect((await once(other)).published).toBe(true)
})

it('says who is at work, with exit code 2, and what is wrong with what it is to import', async () => {
  const folder = copy()
  const release = takeLock(join(folder, '.refresh.lock'), '`adseq refresh`')
  const { code, error } = await refreshed(folder)
  release()
  expect([code, error!.message]).toEqual([2, `Another \`adseq refresh\` is at work here (process ${process.pid}).`])
  expect((await refreshed(folder, 'cvs', 'a.csv')).error!.message).toContain('"cvs a.csv" is nothing to import')
})

it('beside a server no posted event is lost, and the server goes over to what is published', async () => {
  const folder = copy()
  const { server, url } = await startServer(folder, [], { ADSEQ_TOKEN: 'secret' })
  atEnd(async () => {
    server.kill('SIGTERM')
    await server
  })
  const log = join(folder, 'log.csv')
  writeFileSync(log, HEAD + Array.from({ length: 50 }, (_, d) => rows(40, 90 + d / 50)).join(''))
  const before = look(folder, (store) => store.counts().events)
  const post = (user: string): Promise<Response> =>
    fetch(`${url}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer secret' },
      body: JSON.stringify({ user, events: [{ type: 'checkout', item: 'i5', time: START + 90 * DAY }] }),
    })
  const under = startAdseq(['refresh', '--json', '--workspace', folder, 'csv', log])
  let running = true
  void under.then(() => (running = false))
  const stored: string[] = []
  for (let n = 0; running; n++) {
    const user = n % 2 === 0 ? `u${n % 40}` : `new${n}`
    const { status } = await post(user)
    if (status === 200) stored.push(user)
    else expect(status).toBe(503)
  }
  const { stdout, stderr, exitCode } = await under
  expect([exitCode, exitCode === 0 ? '' : `${stdout}${stderr}`]).toEqual([0, ''])
  const { imported, generation } = JSON.parse(stdout) as Told
  expect(imported.rows).toBe(2000)
  expect(stored.length).toBeGreaterThan(5)
  expect(look(folder, (store) => store.counts().events)).toBe(before + imported.rows + stored.length)
  const last = stored.at(-1)!
  const answer = async () =>
    (await (await fetch(`${url}/v1/users/${last}/candidates?k=5`)).json()) as {
      provenance: { generation: string; userSeq: number }
    }
  await expect.poll(async () => (await answer()).provenance.generation, { timeout: 20_000 }).toBe(generation)
  const seq = look(folder, (store) => store.history(store.userId(last)!).seq.at(-1))
  expect((await answer()).provenance.userSeq).toBeGreaterThanOrEqual(seq!)
  // what was posted while it ran is for the next one
  expect(await inProcess(folder)).toMatchObject({ changed: true, published: true })
})
