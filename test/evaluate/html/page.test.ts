import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { UserError } from '../../../src/core/errors.js'
import { html } from '../../../src/evaluate/html/markup.js'
import { pagePath } from '../../../src/evaluate/html/report-file.js'
import { niceTicks, percent, percentage, points } from '../../../src/evaluate/html/scale.js'
import { seriesOf } from '../../../src/evaluate/html/series.js'
import { summary } from '../../../src/evaluate/html/words.js'
import { NASTY, madePage, type Made } from './made-page.js'
import { share } from '../../../src/text/numbers.js'

describe('a template', () => {
  it('escapes every value that is not markup itself, in text and in attributes', () => {
    expect(html`<p title="${'"><script>'}">${"<b> & 'x'"}${html`<i>${'<'}</i>`}${[html`<br>`, '>']}</p>`.text).toBe(
      '<p title="&quot;&gt;&lt;script&gt;">&lt;b&gt; &amp; &#39;x&#39;<i>&lt;</i><br>&gt;</p>',
    )
  })

  it('leaves out what is not there, and control characters', () => {
    expect(html`${undefined}${false}a${0}b${'c\u0000\u001Bd'}`.text).toBe('a0bc  d')
  })
})

describe('scales', () => {
  it('have round ticks that hold the highest value', () => {
    expect(niceTicks(0.57, 5)).toEqual([0, 0.2, 0.4, 0.6])
    expect(niceTicks(0.118, 4)).toEqual([0, 0.05, 0.1, 0.15])
    expect(niceTicks(1, 3)).toEqual([0, 0.5, 1])
    expect(niceTicks(0, 4)).toEqual([0, 1])
    for (const highest of [0.0003, 0.0471, 0.2, 0.999, 3])
      expect(niceTicks(highest, 4).at(-1)).toBeGreaterThanOrEqual(highest)
  })

  it('write shares as people do', () => {
    expect([percent(0.05), percent(0.0025), percentage(0.1102), percentage(0.0006), percentage(0)]).toEqual([
      '5\u00A0%',
      '0.25\u00A0%',
      '11.0\u00A0%',
      '0.06\u00A0%',
      '0.0\u00A0%',
    ])
    expect([points(0.0006), points(-0.012)]).toEqual(['+0.06', '−1.20'])
  })
})

describe('a page', () => {
  let made: Made
  beforeAll(async () => {
    made = await madePage(NASTY)
  })

  it('holds every row of the report with its figures', () => {
    const { report, page } = made
    for (const row of report.rows) {
      expect(
        page.includes(`<th scope="row">${row.name}</th><td class="main">${share(row.recall['10'])}</td>`),
        row.name,
      ).toBe(true)
    }
    expect(page.includes(`<code>${report.protocol.hash}</code>`)).toBe(true)
    expect(page.includes(`<code>${report.data.hash}</code>`)).toBe(true)
    for (const run of report.runs) expect(page.includes(`<code>${run}</code>`)).toBe(true)
  })

  it('has a table for each way to part the conversions', () => {
    for (const title of ['By kind of conversion', 'By popularity of what'])
      expect(made.page.includes(`<b>${title}`), title).toBe(true)
    // all users have histories of one length, so there is nothing to tell apart
    expect(made.page.includes('<b>By length of the history')).toBe(false)
    const { label, positives } = made.report.rows[0].slices!.popularity![0]
    expect(made.page.includes(`${label}<br><small>${positives} conversions`)).toBe(true)
  })

  it('escapes titles, advertisers, categories, users and notes: none of them becomes an element', () => {
    const { page } = made
    expect(page.includes('&lt;script&gt;console.error(&quot;run&quot;)&lt;/script&gt;')).toBe(true)
    expect(/<script|<img|<b>markup|<DAIRY>|<u\d/i.exec(page)).toBeNull()
    expect(page.includes('A note with &lt;b&gt;markup')).toBe(true)
  })

  it('asks for nothing: no address but the one of its shapes, no source, no import', () => {
    const tags = [...made.page.matchAll(/<[a-z][^>]*>/gi)].map(([tag]) => tag)
    expect(
      tags.filter((tag) =>
        /\s(src|srcset|data|action|style|on\w+)=|^<(script|img|iframe|link|object|embed|form|video|audio|base)\b/i.test(
          tag,
        ),
      ),
    ).toEqual([])
    expect(new Set(tags.flatMap((tag) => /\shref="(.)/.exec(tag)?.[1] ?? []))).toEqual(new Set('#'))
    expect(/url\(|@import|@font-face/.test(made.page)).toBe(false)
    expect(made.page.includes('default-src &#39;none&#39;')).toBe(true)
  })

  it('names every plot for those who cannot see it, and marks what was bought and why it is there', () => {
    const { page, samples } = made
    const plots = [...page.matchAll(/<svg class="chart"[^>]*aria-labelledby="(\S+) (\S+)"/g)]
    expect(plots.length).toBeGreaterThan(5)
    for (const [, title, about] of plots)
      for (const id of [title, about])
        expect(new RegExp(`<(title|desc) id="${id}">[^<]{5,}</`).test(page), id).toBe(true)
    expect(new Set(plots.map(([, title]) => title)).size).toBe(plots.length)
    const bought = samples.flatMap(({ results }) => results.filter(({ boughtNext }) => boughtNext)).length
    expect(page.split('✓ bought next').length - 1).toBe(bought)
    expect(/pulled by its own (\d+ events|event) \(without: (place \d+|same place)\)/.test(page)).toBe(true)
  })

  it('draws no two retrievers alike, even in grey', () => {
    const rows = made.report.rows.filter(({ level }) => level === 'item')
    const looks = [...seriesOf(rows).values()].map(({ shape, open, dash }) => `${shape} ${open} ${dash}`)
    expect(new Set(looks).size).toBe(rows.length)
  })

  it('claims a difference only where the interval leaves out 0', () => {
    const told = (interval: [number, number]): string => {
      const rows = made.report.rows.map((row) => ({
        ...row,
        overControls: row.overControls?.map((one) => ({ ...one, recall: { 10: 0.012 }, interval: { 10: interval } })),
      }))
      return summary({ ...made.report, rows }).text
    }
    expect(told([-0.001, 0.02])).toContain(
      '+1.20 points, 95\u00A0% interval −0.10 to +2.00, so no difference can be claimed',
    )
    expect(told([0.001, 0.02])).toContain('+1.20 points, 95\u00A0% interval +0.10 to +2.00.')
  })
})

it('a page goes where there is a folder, and says so before the work begins', () => {
  const folder = mkdtempSync(join(tmpdir(), 'adseq-page-'))
  try {
    expect(pagePath(join(folder, 'out.html'))).toBe(join(folder, 'out.html'))
    expect(() => pagePath(folder)).toThrow('is a folder')
    expect(() => pagePath(join(folder, 'none', 'out.html'))).toThrow(UserError)
    writeFileSync(join(folder, 'file'), '')
    expect(() => pagePath(join(folder, 'file', 'out.html'))).toThrow('There is no folder')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
