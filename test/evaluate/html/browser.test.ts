import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WITHOUT_BROWSER, chromium, startBrowser } from '../../chromium.js'
import { NASTY, madePage } from './made-page.js'

describe.skipIf(chromium === undefined)(`the report in a browser${WITHOUT_BROWSER}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'adseq-browser-'))
  const path = join(folder, 'report.html')
  let browser: Browser
  let page: Page
  const asked: string[] = []
  const said: string[] = []

  beforeAll(async () => {
    // a word as long as a line, without a place to break
    writeFileSync(path, (await madePage(`${NASTY} ${'W'.repeat(80)}`)).page)
    browser = await startBrowser()
    page = await browser.newPage()
    page.on('console', (message) => said.push(message.text()))
    page.on('pageerror', (error) => said.push(String(error)))
    page.on('request', (request) => asked.push(request.url()))
    await page.goto(pathToFileURL(path).href, { waitUntil: 'load' })
  })
  afterAll(async () => {
    await browser?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('asks for nothing but itself and has no error to tell; no script of a title runs', () => {
    expect(asked).toEqual([pathToFileURL(path).href])
    expect(said).toEqual([])
  })

  it.each([360, 768, 1280])('is no wider than a window of %i pixels, in light and in dark', async (width) => {
    for (const value of ['light', 'dark']) {
      await page.setViewport({ width, height: 800 })
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }])
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
    }
  })

  it('reads in both: text stands out from its ground by 4.5 to 1 or more', async () => {
    for (const value of ['light', 'dark']) {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }])
      const pairs = (await page.evaluate(`(() => {
        const ground = (e) => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (c !== 'rgba(0, 0, 0, 0)') return c } }
        return [...document.querySelectorAll('h1, p, a, small, td, th, dt, figcaption, .tag, .about, .n, .price, summary, code, .value')].map((e) => [getComputedStyle(e).color, ground(e), e.className || e.tagName])
      })()`)) as [string, string, string][]
      expect(pairs.length).toBeGreaterThan(100)
      for (const [ink, ground, what] of pairs)
        expect(contrast(ink, ground), `${what} in ${value}: ${ink} on ${ground}`).toBeGreaterThanOrEqual(4.5)
    }
  })

  it('has a name for every plot, and marks that are really drawn', async () => {
    const tree = await page.accessibility.snapshot({ interestingOnly: false })
    const images: string[] = []
    const visit = (node: { role: string; name?: string; children?: unknown[] } | null): void => {
      if (node?.role === 'image' || node?.role === 'img') images.push(node.name ?? '')
      for (const child of node?.children ?? []) visit(child as typeof node)
    }
    visit(tree)
    expect(images.length).toBeGreaterThan(5)
    expect(images.filter((name) => name.length < 5)).toEqual([])
    const empty = await page.evaluate(
      `[...document.querySelectorAll('path.mark')].filter((e) => !(e.getBoundingClientRect().width > 4)).length`,
    )
    expect(empty).toBe(0)
  })
})

/** Contrast of two opaque colours (WCAG 2.2, relative luminance). */
function contrast(a: string, b: string): number {
  const luminance = (colour: string): number => {
    const [r, g, b] = colour
      .match(/\d+(\.\d+)?/g)!
      .slice(0, 3)
      .map((v) => {
        const c = Number(v) / 255
        return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
      })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const [x, y] = [luminance(a), luminance(b)]
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05)
}
