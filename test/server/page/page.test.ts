import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Browser, Page } from 'puppeteer-core'
import { deriveAds } from '../../../src/ads/derive.js'
import { loadConfig } from '../../../src/config/load.js'
import { ROUTES } from '../../../src/server/page/routes.js'
import { serve, type RunningServer } from '../../../src/server/serve.js'
import { openStore } from '../../../src/store/open.js'
import { WITHOUT_BROWSER, chromium, startBrowser } from '../../chromium.js'
import { publish, temporaryFolder } from '../published.js'

const { folder, remove } = temporaryFolder()
let server: RunningServer

const start = (page?: boolean): Promise<RunningServer> =>
  serve({ folder, config: loadConfig(folder, { set: ['serve.port=0', 'funnel.deadlineMs=20000'], env: {} }), page })

beforeAll(async () => {
  await publish(folder)
  const store = openStore(folder)
  deriveAds(store)
  store.close()
  server = await start()
}, 240_000)
afterAll(async () => {
  await server?.close()
  remove()
})

describe('the page', () => {
  it('is files of this server alone, and nothing in it that the policy would stop', async () => {
    const page = await fetch(`${server.url}/`)
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    const policy = page.headers.get('content-security-policy')!
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ])
    const html = await page.text()
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|\sstyle=|\son\w+=|https?:/)
    const files = [...html.matchAll(/<(?:script|link)[^>]*(?:src|href)="(?!data:)([^"]+)"/g)].map(([, path]) => path)
    expect(files.sort()).toEqual(['page.css', 'page.js'])
    const types = ['text/css; charset=utf-8', 'text/javascript; charset=utf-8']
    for (const [i, file] of files.entries()) {
      const answer = await fetch(new URL(file, page.url))
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, types[i]])
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
      // nothing of another host, but for the name of SVG
      expect((await answer.text()).replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:\/\//)
    }
  })

  it('calls no route but those that /openapi.json describes', async () => {
    const { paths } = (await (await fetch(`${server.url}/openapi.json`)).json()) as { paths: Record<string, unknown> }
    for (const route of ROUTES) expect(Object.keys(paths)).toContain(route)
    const script = await (await fetch(`${server.url}/page.js`)).text()
    const named = [...script.matchAll(/"(\/(?:v1\/|healthz|readyz|metrics)[^"]*)"/g)].map(([, path]) => path)
    expect([...new Set(named)].sort()).toEqual([...ROUTES].sort())
    expect(script.match(/\bfetch\(/g)).toHaveLength(1)
  })

  it('is not there where it is not wanted, and all else is', async () => {
    const without = await start(false)
    try {
      const statuses = ['/', '/page.js', '/page.css', '/docs', '/v1/search?q=u1', '/healthz'].map(
        async (path) => (await fetch(without.url + path)).status,
      )
      expect(await Promise.all(statuses)).toEqual([404, 404, 404, 200, 200, 200])
    } finally {
      await without.close()
    }
  })
})

describe('GET /v1/search', () => {
  const search = async (query: string): Promise<unknown> => (await fetch(`${server.url}/v1/search?${query}`)).json()

  it('finds users by how their id begins, items and advertisers by words, the whole id first', async () => {
    expect(await search('q=u7&k=3')).toEqual({ users: [{ user: 'u7' }], items: [], advertisers: [] })
    expect(await search('q=i3&k=2')).toEqual({
      users: [],
      items: [
        { item: 'i3', title: 'thing number 3' },
        { item: 'i30', title: 'thing number 30' },
      ],
      advertisers: [],
    })
    expect(await search('q=nothing+of+this')).toEqual({ users: [], items: [], advertisers: [] })
  })

  it('refuses what is too long', async () => {
    for (const query of [`q=${'a+'.repeat(11)}`, `q=${'a'.repeat(300)}`, 'k=1000'])
      expect((await fetch(`${server.url}/v1/search?${query}`)).status).toBe(400)
  })
})

describe.skipIf(chromium === undefined)(`the page in a browser${WITHOUT_BROWSER}`, () => {
  let browser: Browser
  let page: Page
  const foreign: string[] = []
  const said: string[] = []
  const texts = (selector: string): Promise<string[]> =>
    page.$$eval(selector, (found) => found.map((one) => one.textContent ?? ''))
  /** the ids of the ads that are listed */
  const ads = async (): Promise<string[]> =>
    (await texts('#main .two section:last-of-type li small:first-of-type')).map((text) => text.split(' · ')[0])
  const settled = (): Promise<unknown> =>
    page.waitForFunction(`document.querySelector('table') && !document.querySelector('[aria-busy]')`)

  beforeAll(async () => {
    browser = await startBrowser()
    page = await browser.newPage()
    page.on('console', (message) => said.push(message.text()))
    page.on('pageerror', (error) => said.push(String(error)))
    page.on('request', (request) => {
      if (!request.url().startsWith(server.url) && !request.url().startsWith('data:')) foreign.push(request.url())
    })
    await page.goto(server.url, { waitUntil: 'networkidle0' })
  })
  afterAll(async () => {
    await browser?.close()
    expect([foreign, said]).toEqual([[], []])
  })

  it('finds a user from the keyboard, and shows the ads that the route answers', async () => {
    await page.keyboard.type('/u7')
    await page.waitForSelector('#found a')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await settled()
    expect(await texts('h1')).toEqual(['User u7'])
    const answer = await fetch(`${server.url}/v1/ads`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user: 'u7', k: 20 }),
    })
    const expected = ((await answer.json()) as { ads: { ad: string }[] }).ads.map(({ ad }) => ad)
    expect(expected.length).toBeGreaterThan(5)
    expect(await ads()).toEqual(expected)
    // the stages: every generator, and how many ads were handed on
    expect((await texts('.stages li')).at(-1)).toMatch(new RegExp(`^${expected.length} handed on`))
    expect((await texts('.sankey text')).filter((text) => text.startsWith('handed on'))).toEqual([
      `handed on ${expected.length}`,
    ])
    expect(await texts('tbody th')).toContain('item-model')
  })

  it('an event that is left out moves the ads to where its history without it has them', async () => {
    const first = await ads()
    await page.focus('.events button')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.list .tag')
    await settled()
    const { latest } = (await (await fetch(`${server.url}/v1/users/u7?events=1000`)).json()) as {
      latest: { type: string; item: string; domain: string; time: string }[]
    }
    const events = latest
      .slice(1)
      .reverse()
      .map(({ type, item, domain, time }) => ({ type, item, domain, time }))
    const answer = await fetch(`${server.url}/v1/ads`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ events, k: 20 }),
    })
    expect(await ads()).toEqual(((await answer.json()) as { ads: { ad: string }[] }).ads.map(({ ad }) => ad))
    // the focus is where it was: the same key takes it back
    await page.keyboard.press('Enter')
    await page.waitForFunction(`!document.querySelector('.list .tag')`)
    await settled()
    expect(await ads()).toEqual(first)
  })

  it('an item is added, and its page has its neighbours', async () => {
    await page.type('#add-item', 'i3')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.events li.new')
    await settled()
    await page.click('.events li.new a')
    await page.waitForFunction(`document.querySelector('#main h2')?.textContent === 'Nearest items'`)
    expect(await texts('#main .list li')).toHaveLength(20)
    await page.click('dl a')
    await page.waitForFunction(`[...document.querySelectorAll('#main h2')].some((one) => one.textContent === 'Ads')`)
    expect((await texts('#main .two section:first-of-type li')).length).toBeGreaterThan(1)
  })

  it('has a map of all items, where the arrow keys go from dot to dot and Enter opens an item', async () => {
    // as it is stored: what was edited is forgotten
    await page.goto(`${server.url}/#user=u7`)
    await page.reload()
    await settled()
    await page.click('nav a[href="#map"]')
    await page.waitForSelector('canvas.map')
    expect(await texts('nav [aria-current=page]')).toEqual(['Map'])
    const map = (await (await fetch(`${server.url}/v1/map`)).json()) as { points: { item: string; title: string }[] }
    expect(map.points).toHaveLength(40)
    // the categories of fillWorkspace: 40 items in three
    expect(await texts('.legend li')).toEqual(['c0 14', 'c1 13', 'c2 13'])
    // marked, and listed below: the items of the history
    const user = (await (await fetch(`${server.url}/v1/users/u7?events=50`)).json()) as { latest: { item: string }[] }
    const history = new Set(user.latest.map(({ item }) => item))
    expect(await texts('#main section:first-of-type li')).toHaveLength(history.size)
    // something is drawn on it
    const colours = await page.$eval('canvas.map', (canvas) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
      return new Set(new Uint32Array(data.buffer)).size
    })
    expect(colours).toBeGreaterThan(4)
    await page.focus('canvas.map')
    await page.keyboard.press('ArrowRight')
    const [first] = await texts('.map + p a')
    expect(map.points.map(({ title }) => title)).toContain(first)
    expect((await texts('#said'))[0]).toMatch(new RegExp(`^${first} · c[012]$`))
    await page.keyboard.press('ArrowRight')
    const [second] = await texts('.map + p a')
    expect(second).not.toBe(first)
    await page.keyboard.press('Enter')
    await page.waitForFunction(`document.querySelector('#main h2')?.textContent === 'Nearest items'`)
    expect(await texts('h1')).toEqual([second])
  })

  it('has the runs that were trained, which of them are served, and the experiments that were kept', async () => {
    const kept = join(folder, 'simulations', 'a-a-1')
    mkdirSync(kept, { recursive: true })
    const lift = {
      name: 'clicks',
      arm: 'treatment',
      control: 2,
      treatment: 3,
      lift: 0.5,
      interval: [0.25, 0.75],
      truth: 0,
    }
    const result = { arms: ['control', 'treatment'], requests: 1234, seconds: 1, design: 'user-split', metrics: [lift] }
    writeFileSync(join(kept, 'result.json'), JSON.stringify(result))
    await page.click('nav a[href="#runs"]')
    await page.waitForSelector('svg.lift')
    const { runs } = (await (await fetch(`${server.url}/v1/runs`)).json()) as { runs: { run: string }[] }
    expect(runs).toHaveLength(2)
    expect(await texts('[aria-label=Runs] tbody th')).toEqual(runs.map(({ run }) => `${run}served`))
    expect(await texts('h3')).toEqual(['a-a-1'])
    expect(await texts('[aria-label="Experiment a-a-1"] tbody tr > *')).toEqual([
      'clicks',
      '',
      '2.00',
      '3.00',
      '+50.0 %',
      '+25.0 % to +75.0 %',
      '0.0 %',
    ])
    // from -0.75 to 0.75 on 168 of 180 pixels: 0 in the middle, 0.5 at 90 + 84 * 2 / 3
    const at = (name: string): Promise<unknown> =>
      page.evaluate(`[...document.querySelectorAll('svg.lift [${name}]')].map((one) => one.getAttribute('${name}'))`)
    expect(await at('cx')).toEqual(['146'])
    expect([await at('x1'), await at('x2')]).toEqual([
      ['90', '118'],
      ['90', '174'],
    ])
  })

  it('leaves what is shown where it is when the search is skipped', async () => {
    await page.goto(`${server.url}/#item=i3`)
    await page.waitForSelector('dl')
    await page.focus('.skip')
    await page.keyboard.press('Enter')
    await page.waitForFunction(`document.activeElement?.id === 'main'`)
    expect(await texts('h1')).toEqual(['thing number 3'])
  })

  it.each([360, 1280])('is no wider than a window of %i pixels', async (width) => {
    await page.setViewport({ width, height: 800 })
    for (const address of ['#', '#user=u7', '#map', '#runs', '#item=i3', '#advertiser=a2', '#history']) {
      await page.goto(`${server.url}/${address}`)
      await page.waitForNetworkIdle({ idleTime: 100 })
      expect([address, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([address, width])
    }
  })

  it('says what is not there, and what to try', async () => {
    await page.goto(`${server.url}/#user=none`)
    await page.waitForSelector('[role=alert]')
    expect(await texts('[role=alert]')).toEqual([
      'There is no user none. Use an id as it stands in the imported data, or send a history: {"events": [...]}.',
    ])
    // the browser says 404, too
    expect(said.splice(0)).toEqual([expect.stringContaining('404')])
  })
})
