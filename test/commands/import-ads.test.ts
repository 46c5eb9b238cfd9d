import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ImportResult } from '../../src/events/import/import.js'
import { look } from '../store/look.js'
import { adseq, start } from './adseq.js'

const ITEMS = 2000
const ADS = 120_000
const SHOWN = 120_000

let folder: string
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'adseq-ads-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function write(name: string, header: string, rows: number, row: (i: number) => string): string {
  const path = join(folder, name)
  writeFileSync(path, `${header}\n${Array.from({ length: rows }, (_, i) => row(i)).join('\n')}\n`)
  return path
}

/** All that is known of ads, but for the moments of the imports. */
const content = (workspace: string): unknown =>
  look(workspace, (store) => ({
    hash: store.dataHash(),
    counts: store.ads.counts(),
    ads: [...store.ads.scanAds()].reduce(
      (sum, [id, campaign, advertiser, item]) => (sum * 31 + id * 3 + campaign * 5 + advertiser * 7 + item) % 1e9,
      0,
    ),
    impressions: [...store.ads.scanImpressions()].reduce(
      (sum, [seq, user, ad, time]) => (sum * 31 + seq + user * 7 + ad * 11 + time) % 1e9,
      0,
    ),
    spend: [20_000, 20_001, 20_002].map((day) => store.ads.spentOn(day)),
    imports: store.imports
      .all()
      .map(({ name, rows, rejected, reasons, status }) => ({ name, rows, rejected, reasons, status })),
  }))

test('killed while ads are imported, killed while impressions are, and run again: the same as one that was not', async () => {
  const items = write('items.csv', 'item_id,advertiser_id', ITEMS, (i) => `i${i},a${i % 50}`)
  const users = write('users.csv', 'user_id', 500, (i) => `u${i}`)
  // every 100th ad is of no item
  const ads = write('ads.csv', 'ad,item,campaign,bid,countries', ADS, (i) =>
    i % 100 === 7 ? `ad${i},x${i},,1,` : `ad${i},i${i % ITEMS},c${i % 50},${1 + (i % 50)},DE|US`,
  )
  const shown = write('shown.csv', 'user,ad,time,clicked,spend', SHOWN, (i) =>
    i % 100 === 7 ? `u${i},none,1728000000,0,1` : `u${i % 500},ad${(i * 7919) % 7},${1_728_000_000 + i},${i % 2},0.25`,
  )
  const workspace = join(folder, 'killed')
  expect((await adseq('import', 'csv', items, users, '--workspace', workspace)).code).toBe(0)
  for (const [format, file] of [
    ['ads', ads],
    ['impressions', shown],
  ] as const) {
    const { child, done } = start('import', format, file, '--workspace', workspace)
    const begun = (): boolean => look(workspace, (store) => store.imports.all().at(-1)!.kind === format)
    while (child.exitCode === null && !begun()) await new Promise((resolve) => setTimeout(resolve, 5))
    child.kill('SIGKILL')
    expect((await done).signal).toBe('SIGKILL')
    expect(look(workspace, (store) => store.imports.all().at(-1)!.status)).toBe('running')
    const last = await adseq('import', format, file, '--workspace', workspace, '--json')
    expect(last.code, last.stderr).toBe(0)
    expect((JSON.parse(last.stdout) as ImportResult).files[0].status).toBe('resumed')
  }
  const whole = join(folder, 'whole')
  const run = await adseq('import', 'csv', shown, ads, users, items, '--workspace', whole)
  expect(run.code, run.stderr).toBe(0)
  expect(content(workspace)).toEqual({
    ...(content(whole) as object),
    // one command or several: files in another order
    imports: expect.any(Array) as unknown,
  })
  expect(run.stdout).toContain(`118,800 ads of 50 campaigns, ${(SHOWN * 0.99).toLocaleString('en-US')} impressions`)
  expect(run.stderr).toContain('1,200 rejected (item is not in the catalog: 1,200')
}, 120_000)

test('mistakes: exit code 2, one sentence, what to do, no stack', async () => {
  const workspace = join(folder, 'mistakes')
  const ads = write('few.csv', 'ad,advertiser,price', 1, () => 'x,a1,2')
  const mistake = async (...args: string[]) => {
    const { code, stdout, stderr } = await adseq('import', ...args, '--workspace', workspace)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).not.toMatch(/^\s+at /m)
    return stderr
  }
  expect(await mistake('ads', ads, '--map', 'bid=prize')).toMatch(
    /few\.csv has no column prize, which bid is mapped to\.\nTry: {3}Did you mean --map bid=price\?/,
  )
  expect(await mistake('ads', ads, '--default-type', 'view')).toContain('--default-type says nothing to ads')
  expect(await mistake('ads', ads, '--map', 'bid=price')).toContain('advertiser is not in the catalog: 1')
  expect(await mistake('impressions', ads)).toContain('few.csv has no column user, who saw the ad.')
}, 60_000)
