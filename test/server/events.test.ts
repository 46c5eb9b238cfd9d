import { spawn } from 'node:child_process'
import { cpSync } from 'node:fs'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.js'
import { serve, type RunningServer } from '../../src/server/serve.js'
import { openStore } from '../../src/store/open.js'
import { START } from '../fixtures/trained-workspace.js'
import { commandLine } from '../e2e/run-adseq.js'
import { look } from '../store/look.js'
import { publishAgain, publishedOnce, startServer } from './published.js'

const DAY = 86_400
const TOKEN = 'secret'
const { copy, atEnd } = publishedOnce()

async function serving(folder: string, token = TOKEN): Promise<RunningServer> {
  const config = loadConfig(folder, { set: ['serve.port=0'], env: {} })
  const server = await serve({ folder, config, token, refreshMs: 100, logger: false })
  atEnd(server.close)
  return server
}

interface Answer {
  status: number
  retryAfter: string | null
  [key: string]: unknown
  error?: { code: string }
}

async function post(url: string, path: string, body: unknown, token = TOKEN): Promise<Answer> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  })
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    ...((await response.json()) as object),
  }
}

async function candidates(url: string, user: string) {
  const response = await fetch(`${url}/v1/users/${user}/candidates?k=40`)
  return (await response.json()) as {
    items: { item: string; score: number }[]
    advertisers: { advertiser: string; score: number }[]
    provenance: { generation: string; userSeq: number; seq: number }
  }
}

const purchase = (item: string, time?: number) => ({ type: 'checkout', item, ...(time !== undefined && { time }) })

describe('POST /v1/events', () => {
  it('is seen by the next read: history, vectors and advertisers are those that infer would make', async () => {
    const folder = copy()
    const before = look(folder, (store) => ({ seq: store.lastSeq(), user: store.userId('u7')! }))
    const { url } = await serving(folder)
    const [untouched, old] = [await candidates(url, 'u8'), await candidates(url, 'u7')]
    const time = START + 90 * DAY + 5
    const answer = await post(url, '/v1/events', { user: 'u7', events: [purchase('i30', time), purchase('i31', time)] })
    expect(answer).toEqual({ status: 200, retryAfter: null, seq: before.seq + 2, user: 'u7', stored: 2 })
    const now = await candidates(url, 'u7')
    expect(now.provenance).toMatchObject({ seq: before.seq, userSeq: before.seq + 2 })
    expect(now.items).not.toEqual(old.items)
    expect(await candidates(url, 'u8')).toEqual(untouched)
    const { run, vector, history } = look(folder, (store) => {
      const run = store.currentGeneration()!.itemRun!
      return { run, vector: store.userEmbedding(run, before.user)!, history: store.history(before.user) }
    })
    expect([...history.item.slice(-2)].sort()).toEqual(look(folder, (s) => [s.itemId('i30')!, s.itemId('i31')!].sort()))
    expect([vector.seq, vector.asOf]).toEqual([before.seq + 2, time])

    // inference over everything agrees, and so does the generation that it makes
    const again = copy()
    cpSync(folder, again, { recursive: true })
    const store = openStore(again)
    store.putUserEmbeddings(run, 1, before.seq + 2, [before.user], new Float32Array(vector.vector.length))
    store.close()
    const { inferWorkspace } = await import('../../src/embed/infer-workspace.js')
    const { inWorkspace } = await import('../../src/workspace/workspace.js')
    await inWorkspace(again, { config: loadConfig(again, { env: {} }) }, (w) => inferWorkspace(w, { full: true }))
    const inferred = look(again, (s) => s.userEmbedding(run, before.user)!)
    inferred.vector.forEach((x, i) => expect(x).toBeCloseTo(vector.vector[i], 4))
  })

  it('makes new users, who get ads from then on', async () => {
    const folder = copy()
    const { url } = await serving(folder)
    expect((await post(url, '/v1/ads', { user: 'new' })).status).toBe(404)
    expect((await post(url, '/v1/events', { user: 'new', events: [purchase('i3')] })).status).toBe(200)
    const ads = (await post(url, '/v1/ads', { user: 'new' })) as unknown as { ads: unknown[]; provenance: unknown }
    expect(ads.ads.length).toBe(20)
    expect(ads.provenance).toMatchObject({ userSeq: look(folder, (store) => store.lastSeq()) })
    expect((await candidates(url, 'new')).items.length).toBe(40)
  })

  it('puts posts that come together into few transactions, and numbers each of them', async () => {
    const folder = copy()
    const { url } = await serving(folder)
    const before = look(folder, (store) => store.lastSeq())
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        post(url, '/v1/events', { user: `u${i % 40}`, events: [purchase('i1'), purchase('i2')] }),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    const seqs = answers.map(({ seq }) => seq as number).sort((a, b) => a - b)
    expect(seqs).toEqual(answers.map((_, i) => before + 2 * (i + 1)))
  })

  it('stays when another generation is activated; users without posts are as that generation has them', async () => {
    const folder = copy()
    const { url, generation } = await serving(folder)
    const old = await candidates(url, 'u8')
    await post(url, '/v1/events', { user: 'u7', events: [purchase('i30')] })
    const posted = await candidates(url, 'u7')
    const next = await publishAgain(folder)
    const until = async (id: string): Promise<void> => {
      while ((await candidates(url, 'u8')).provenance.generation !== id) await new Promise((r) => setTimeout(r, 50))
    }
    await until(next)
    expect((await candidates(url, 'u7')).provenance.userSeq).toBe(posted.provenance.userSeq)
    const store = openStore(folder)
    store.setCurrentGeneration(generation)
    store.close()
    await until(generation)
    expect(await candidates(url, 'u8')).toEqual(old)
    expect((await candidates(url, 'u7')).items).toEqual(posted.items)
  })

  it.each([
    ['an unknown item', { events: [purchase('i1'), purchase('nothing')] }, 'unknown_item'],
    ['an unknown advertiser', { events: [{ type: 'signup', advertiser: 'nobody' }] }, 'unknown_advertiser'],
    ['an event of the future', { events: [purchase('i1', START + 99 * DAY)] }, 'future_event'],
    ['no events', { events: [] }, 'invalid_request'],
    ['an event of nothing', { events: [{ type: 'view' }] }, 'invalid_request'],
    ['a time before 1990', { events: [purchase('i1', 5)] }, 'invalid_request'],
    ['a user who is a blank', { user: ' ', events: [purchase('i1')] }, 'invalid_request'],
    ['a user who is not known', { user: 'NULL', events: [purchase('i1')] }, 'invalid_request'],
    ['a longer id than an import takes', { user: 'u'.repeat(201), events: [purchase('i1')] }, 'invalid_request'],
    ['a type that is none', { events: [{ type: 'sold', item: 'i1' }] }, 'invalid_request'],
  ])('refuses %s with 400, and stores nothing of it', async (_, body, code) => {
    const folder = copy()
    const { url } = await serving(folder)
    const before = look(folder, (store) => store.counts())
    const answer = await post(url, '/v1/events', { user: 'new', ...body })
    expect([answer.status, answer.error!.code]).toEqual([400, code])
    expect(look(folder, (store) => store.counts())).toEqual(before)
  })

  it('takes events from who has the token alone, and from nobody where there is none', async () => {
    const folder = copy()
    const { url } = await serving(folder)
    const body = { user: 'u7', events: [purchase('i1')] }
    for (const token of ['', 'other', `${TOKEN}x`])
      expect(await post(url, '/v1/events', body, token)).toMatchObject({ status: 401, error: { code: 'wrong_token' } })
    for (const token of ['', undefined]) {
      const config = loadConfig(folder, { set: ['serve.port=0'], env: {} })
      const without = await serve({ folder: copy(), config, token })
      atEnd(without.close)
      for (const sent of ['', TOKEN])
        expect(await post(without.url, '/v1/events', body, sent)).toMatchObject({ status: 403 })
    }
  })
})

describe('what goes wrong with the store', () => {
  it('locked by another process: reads go on, events get 503 in 2 s, and are taken again after', async () => {
    const folder = copy()
    const { url } = await serving(folder)
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', fileURLToPath(new URL('./lock-child.ts', import.meta.url)), folder, '10'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const ended = once(child, 'exit')
    await once(child.stdout, 'data')
    const before = look(folder, (store) => store.lastSeq())
    let reading = true
    let reads = 0
    const reader = (async () => {
      while (reading) {
        expect((await post(url, '/v1/ads', { user: 'u7' })).status).toBe(200)
        reads++
      }
    })()
    for (let i = 0; i < 3; i++) {
      const began = performance.now()
      const answers = await Promise.all(
        [1, 2, 3].map((n) => post(url, '/v1/events', { user: `u${n}`, events: [purchase('i1')] })),
      )
      for (const answer of answers)
        expect(answer).toMatchObject({ status: 503, retryAfter: '2', error: { code: 'store_locked' } })
      expect(performance.now() - began).toBeLessThan(3500)
    }
    expect(look(folder, (store) => store.lastSeq())).toBe(before)
    await ended
    reading = false
    await reader
    expect(reads).toBeGreaterThan(50)
    const answer = await post(url, '/v1/events', { user: 'u1', events: [purchase('i1')] })
    expect(answer).toMatchObject({ status: 200, seq: before + 1 })
  })

  it('a full disk: 503, nothing acknowledged that is not stored, reads go on', async () => {
    const folder = copy()
    const line = commandLine(['serve', '--port', '0', '--workspace', folder, '--token', TOKEN])
    // files of this process can be no larger than this: as on a disk that is full
    const child = spawn('sh', ['-c', 'ulimit -f 3000; exec "$@"', 'sh', line.command, ...line.args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    atEnd(() => child.kill('SIGKILL'))
    const [text] = (await once(child.stdout, 'data')) as [Buffer]
    const url = /http:\/\/\S+/.exec(text.toString())![0]
    let acknowledged = 0
    let refused: Answer | undefined
    const events = Array.from({ length: 1000 }, (_, i) => purchase(`i${i % 40}`))
    for (let i = 0; i < 200 && !refused; i++) {
      const answer = await post(url, '/v1/events', { user: `u${i % 40}`, events })
      if (answer.status === 200) acknowledged = answer.seq as number
      else refused = answer
    }
    expect(refused).toMatchObject({ status: 503, error: { code: 'store_unwritable' } })
    expect((await post(url, '/v1/ads', { user: 'u7' })).status).toBe(200)
    expect(look(folder, (store) => store.lastSeq())).toBe(acknowledged)
  })

  it('kill -9 after an acknowledgement: nothing acknowledged is lost, and the next read sees it', async () => {
    const folder = copy()
    let expected = look(folder, (store) => store.lastSeq())
    for (let round = 0; round < 3; round++) {
      const { server, url } = await startServer(folder, ['--token', TOKEN])
      const acknowledged: number[] = []
      let killed = false
      const senders = Array.from({ length: 8 }, async (_, n) => {
        while (!killed)
          try {
            const answer = await post(url, '/v1/events', { user: `new${n}`, events: [purchase(`i${n}`)] })
            if (answer.status === 200) acknowledged.push(answer.seq as number)
          } catch {
            return
          }
      })
      while (acknowledged.length <= 5) await new Promise((resolve) => setTimeout(resolve, 10))
      await new Promise((resolve) => setTimeout(resolve, 100 * round))
      server.kill('SIGKILL')
      killed = true
      await Promise.all(senders)
      await server
      const last = look(folder, (store) => store.lastSeq())
      expect(last).toBeGreaterThanOrEqual(Math.max(...acknowledged))
      // at most what was under way is there without an acknowledgement
      expect(last - expected - acknowledged.length).toBeLessThanOrEqual(8)
      expected = last
    }
    const { server, url } = await startServer(folder)
    for (let n = 0; n < 8; n++) {
      const [id, last] = look(folder, (store) => {
        const id = store.userId(`new${n}`)!
        // the clock of a server that starts again may be behind: the last to come is not the latest
        return [id, Math.max(...store.history(id).seq)]
      })
      expect([id > 0, (await candidates(url, `new${n}`)).provenance.userSeq]).toEqual([true, last])
    }
    server.kill('SIGTERM')
    expect((await server).exitCode).toBe(0)
  })

  it('events that were stored and not encoded are encoded when they are asked for', async () => {
    const folder = copy()
    const store = openStore(folder)
    const writer = store.writer()
    const user = writer.known('users', 'u7')!
    const event = { item: writer.known('items', 'i30')!, advertiser: 0, type: 2, domain: 0, time: START + 90 * DAY }
    const seq = writer.event({ ...event, user })
    store.live.set(user, seq)
    writer.commit()
    store.close()
    const { url } = await serving(folder)
    const unrefreshed = await candidates(url, 'u7')
    expect(unrefreshed.provenance.userSeq).toBe(seq)
    const other = await serving(copy())
    await post(other.url, '/v1/events', { user: 'u7', events: [purchase('i30', event.time)] })
    expect((await candidates(other.url, 'u7')).items).toEqual(unrefreshed.items)
    expect((await candidates(other.url, 'u7')).advertisers).toEqual(unrefreshed.advertisers)
  })
})
