import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.js'
import { trainRanker } from '../../src/funnel/l1/run-ranker.js'
import { indexWorkspace } from '../../src/generations/index-workspace.js'
import type { AdsAnswer } from '../../src/server/ads-answer.js'
import { serve, type RunningServer } from '../../src/server/serve.js'
import { UNLIMITED } from '../../src/store/ads.js'
import { openStore } from '../../src/store/open.js'
import { inWorkspace } from '../../src/workspace/workspace.js'
import { START } from '../fixtures/trained-workspace.js'
import { runAdseq } from '../e2e/run-adseq.js'
import { publishedOnce } from './published.js'

const DAY = 86_400
const { copy, atEnd } = publishedOnce()

async function serving(folder: string, ...set: string[]): Promise<RunningServer> {
  const server = await serve({ folder, config: loadConfig(folder, { set: ['serve.port=0', ...set], env: {} }) })
  atEnd(server.close)
  return server
}

async function ads(
  { url }: RunningServer,
  body: unknown,
): Promise<AdsAnswer & { status: number; error?: { code: string; message: string } }> {
  const response = await fetch(`${url}/v1/ads`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: response.status, ...((await response.json()) as AdsAnswer) }
}

/** Three campaigns of a0 with one shopping ad each of item i0, i5 and i10, and a standard one. */
function addAds(folder: string, change: Partial<typeof UNLIMITED> = {}): void {
  const store = openStore(folder)
  const writer = store.writer()
  const advertiser = writer.known('advertisers', 'a0')!
  ;['i0', 'i5', 'i10', undefined].forEach((name, n) => {
    const fields = { ...UNLIMITED, advertiser, bid: 1, origin: 'imported', ...(n === 0 && change) } as const
    const campaign = writer.ads.putCampaign(`c${n}`, fields)
    const item = name === undefined ? null : writer.known('items', name)!
    writer.ads.putAd(`ad${n}`, { campaign, advertiser, item, title: `Ad ${n}`, category: null, status: 'active' })
  })
  writer.commit()
  store.close()
}

const idsOf = (answer: AdsAnswer): string[] => answer.ads.map(({ ad }) => ad).sort()

describe('POST /v1/ads', () => {
  it('makes ads of the catalog where there are none, each with all that found it', async () => {
    const server = await serving(copy())
    const answer = await ads(server, { user: 'u7', k: 10 })
    expect([answer.status, answer.ads.length, answer.degraded]).toEqual([200, 10, []])
    expect(new Set(idsOf(answer)).size).toBe(10)
    for (const { ad, kind, advertiser, item, title, price, sources } of answer.ads) {
      expect(ad).toBe(kind === 'shopping' ? `shopping:${item}` : `standard:${advertiser}`)
      if (kind === 'shopping') {
        const n = Number(item!.slice(1))
        expect([advertiser, title, price]).toEqual([`a${n % 5}`, `thing number ${n}`, n + 1])
      }
      expect(sources.length).toBeGreaterThan(0)
    }
    const { provenance } = answer
    // the data ends in 2020: by the clock of the data the request comes at its end
    const time = Date.parse(provenance.time) / 1000
    expect(time).toBeGreaterThan(START + 88 * DAY)
    expect(time).toBeLessThan(START + 91 * DAY)
    expect(provenance).toMatchObject({ derived: true, inventory: 0, generation: server.generation, rankedBy: 'fusion' })
    expect(provenance.userSeq).toBe(provenance.seq)
  })

  it('gives the same for a history as for the user who has it, encoded on the spot', async () => {
    const folder = copy()
    const server = await serving(folder, 'funnel.generators.nearest-users.on=false')
    const store = openStore(folder, { readonly: true })
    const { item, time } = store.history(store.userId('u7')!)
    const events = Array.from(item, (id, i) => ({ type: 'checkout', item: store.item(id)!.externalId, time: time[i] }))
    store.close()
    const context = { time: START + 91 * DAY }
    const [known, sent] = [await ads(server, { user: 'u7', context }), await ads(server, { events, context })]
    expect(idsOf(sent)).toEqual(idsOf(known))
    expect(sent.provenance.userSeq).toBeUndefined()
    const unknown = await ads(server, { events: [...events, { type: 'view', item: 'nothing' }], context })
    expect(unknown.ignored).toEqual([{ event: events.length, item: 'nothing', reason: 'unknown item' }])
    const nothing = await ads(server, { events: [{ type: 'view', item: 'nothing' }], k: 5 })
    expect([nothing.status, nothing.ads.length]).toEqual([200, 5])
  })

  it('picks up changed ads within a second or two, without a restart', async () => {
    const folder = copy()
    const server = await serving(folder)
    expect((await ads(server, { user: 'u7' })).provenance.derived).toBe(true)
    addAds(folder)
    await sleep(1100)
    const answer = await ads(server, { user: 'u7' })
    expect([idsOf(answer), answer.provenance.derived]).toEqual([['ad0', 'ad1', 'ad2', 'ad3'], false])
    const store = openStore(folder)
    const writer = store.writer()
    const campaign = writer.ads.putCampaign('c1', {
      ...UNLIMITED,
      advertiser: writer.known('advertisers', 'a0')!,
      bid: 1,
      status: 'paused',
      origin: 'imported',
    })
    expect(campaign).toBe(2)
    writer.commit()
    store.close()
    await sleep(1100)
    expect(idsOf(await ads(server, { user: 'u7' }))).toEqual(['ad0', 'ad2', 'ad3'])
  })

  it.each([
    [
      'a flight by the time of the request',
      { starts: START, ends: START + DAY },
      { context: { time: START + DAY } },
      3,
    ],
    ['within the flight', { starts: START, ends: START + DAY }, { context: { time: START + DAY - 1 } }, 4],
    ['a country that the request names', { countries: ['DE'] }, { context: { country: 'FR' } }, 3],
    ['the right country', { countries: ['DE'] }, { context: { country: 'DE' } }, 4],
    ["the user's own country", { countries: ['DE'] }, {}, 4],
    ['a policy', { flags: ['alcohol'] }, { context: { policy: ['alcohol'] } }, 3],
    ['an excluded ad', {}, { exclude: { ads: ['ad0', 'nothing'] } }, 3],
    ['an excluded item', {}, { exclude: { items: ['i5'] } }, 3],
    ['an excluded advertiser', {}, { exclude: { advertisers: ['a0'] } }, 0],
    [
      'a cap that is reached',
      { cap: 1, capDays: 1 },
      { context: { time: START + 91 * DAY }, impressions: [{ ad: 'ad0', time: START + 91 * DAY - 60 }] },
      3,
    ],
    ['k', {}, { k: 2 }, 2],
  ])('minds %s', async (_, change, request, found) => {
    const folder = copy()
    addAds(folder, change)
    const store = openStore(folder)
    const writer = store.writer()
    writer.setUser(writer.user('u7'), { country: 'DE' })
    writer.commit()
    store.close()
    const answer = await ads(await serving(folder), { user: 'u7', ...request })
    expect(answer.ads.length).toBe(found)
    if (found === 0) expect(answer.note).toBe('No ad is eligible: excluded by the request.')
    else expect(answer.note).toBeUndefined()
  })

  it.each([
    ['an unknown user', { user: 'nobody' }, 404, 'unknown_user'],
    ['neither user nor history', {}, 400, 'invalid_request'],
    ['both', { user: 'u7', events: [{ type: 'view', item: 'i1' }] }, 400, 'invalid_request'],
    ['k over the bound', { user: 'u7', k: 1001 }, 400, 'invalid_request'],
  ])('refuses %s', async (_, body, status, code) => {
    const answer = await ads(await serving(copy()), body)
    expect([answer.status, answer.error!.code]).toEqual([status, code])
  })

  it('leaves out what fails or is late among generators of the user, and names it', async () => {
    const folder = copy()
    const own = (open: string): string =>
      `export default {name: 'NAME', summary: 'x', open: () => ({level: 'item', ${open}})}`
    for (const [name, open] of [
      ['broken', "ranked() { throw new Error('no') }"],
      ['slow', 'ranked: () => new Promise(() => {})'],
      ['fixed', 'ranked: () => ({entries: [3], scores: [1], complete: true})'],
    ])
      writeFileSync(join(folder, `${name}.mjs`), own(open).replace('NAME', name))
    const set = ['broken', 'slow', 'fixed'].flatMap((name) =>
      Object.entries({ on: true, limit: 5, quota: 5, file: `${name}.mjs` }).map(
        ([key, value]) => `funnel.generators.${name}.${key}=${value}`,
      ),
    )
    const server = await serving(folder, 'funnel.deadlineMs=1000', ...set)
    const answer = await ads(server, { user: 'u7', k: 1000, trace: true })
    expect(answer.degraded).toContain('broken')
    expect(answer.degraded).toContain('slow')
    expect(answer.trace!.generators.find(({ generator }) => generator === 'broken')!.state).toBe('failed')
    expect(answer.ads.length).toBeGreaterThan(10)
    const metrics = await (await fetch(`${server.url}/metrics`)).text()
    expect(metrics).toContain('adseq_generators_left_out_total{generator="broken",state="failed"} 1')
    expect(metrics).toContain('adseq_stage_seconds_count{stage="item-model"} 1')
  })

  it('orders the ads of a generator of the user by a ranker that was trained with it', async () => {
    const folder = copy()
    writeFileSync(
      join(folder, 'mine.mjs'),
      "export default {name: 'mine', summary: 'x', open: () => ({level: 'item', " +
        'ranked: () => ({entries: [3, 5], scores: [2, 1], complete: true})})}',
    )
    const set = ['on=true', 'limit=5', 'quota=5', 'file=mine.mjs'].map((pair) => `funnel.generators.mine.${pair}`)
    const config = loadConfig(folder, { set, env: {} })
    await inWorkspace(folder, { config }, async (workspace) => {
      await trainRanker(workspace)
      await indexWorkspace(workspace)
    })
    const answer = await ads(await serving(folder, ...set), { user: 'u7', k: 1000 })
    expect(answer.provenance.rankedBy).toBe('l1')
    expect(answer.ads.some(({ sources }) => sources.some(({ generator }) => generator === 'mine'))).toBe(true)
  })

  it.each([
    ['missing', 'mine.mjs', undefined, /there is no .*mine\.mjs/],
    ['of another kind', 'mine.mjs', 'export default 3', /is no generator named mine/],
    ['that cannot be read', 'mine.mjs', 'export default {', /cannot be loaded/],
  ])('does not start with a generator of the user that is %s', async (_, file, text, message) => {
    const folder = copy()
    if (text !== undefined) writeFileSync(join(folder, file), text)
    const set = ['on=true', 'limit=1', 'quota=1', `file=${file}`].map((pair) => `funnel.generators.mine.${pair}`)
    await expect(serving(folder, ...set)).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(message),
    })
  })
})

describe('adseq explain', () => {
  it('shows what the server answers, and what became of an ad', async () => {
    const folder = copy()
    addAds(folder)
    const context = { time: START + 91 * DAY }
    const answer = await ads(await serving(folder), { user: 'u7', context, exclude: { items: ['i5'] } })
    const args = ['explain', 'u7', '--time', new Date(context.time * 1000).toISOString(), '--exclude-item', 'i5']
    const explained = JSON.parse(
      (await runAdseq([...args, '--ad', 'ad1', '--json', '--workspace', folder])).stdout,
    ) as { answer: AdsAnswer; fate: { verdict: string } }
    expect(explained.answer.ads).toEqual(answer.ads)
    expect(explained.answer.provenance).toEqual(answer.provenance)
    expect(explained.fate.verdict).toBe('It was not eligible: excluded by the request.')
    const { stdout, code } = await runAdseq([...args, '--ad', 'ad0', '--workspace', folder])
    expect(code).toBe(0)
    expect(stdout).toContain('Ad ad0: It was handed on in place')
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
    const missing = await runAdseq([...args, '--ad', 'nothing', '--workspace', folder])
    expect([missing.code, missing.stderr]).toEqual([
      2,
      expect.stringContaining('There is no ad nothing in this workspace'),
    ])
  })
})
