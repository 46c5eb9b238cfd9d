import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AdList, AdPage } from '../../src/ads/list.js'
import { runAdseq } from './run-adseq.js'

let folder: string
let workspace: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'adseq-e2e-ads-'))
  workspace = join(folder, 'workspace')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const file = (name: string, lines: string[]): string => {
  const path = join(folder, name)
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''))
  return path
}
const run = (...args: string[]) => runAdseq([...args, '--workspace', workspace])
const json = async <T>(...args: string[]): Promise<T> => {
  const { code, stdout, stderr } = await run(...args, '--json')
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout) as T
}

test('ads by the command line: derived, listed, looked at, replaced by imported ones', async () => {
  const items = file('items.csv', [
    'item_id,advertiser_id,category,price,title',
    'i1,a1,Home,20,Lamp',
    'i2,a2,Garden,,Spade',
  ])
  const users = file('users.csv', ['user_id,country', 'u1,DE', 'u2,FR'])
  expect((await run('import', 'csv', items, users)).code).toBe(0)

  const none = await run('ads', 'list')
  expect([none.code, none.stdout]).toEqual([2, ''])
  expect(none.stderr).toMatch(/Error: This workspace has no ads\.\nTry: .*adseq ads derive/)

  const derived = await run('ads', 'derive')
  expect(derived.code, derived.stderr).toBe(0)
  expect(derived.stdout).toContain('4 ads of 4 campaigns derived from the catalog')
  const list = await run('ads', 'list', '--advertiser', 'a1')
  expect(Math.max(...list.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  expect(list.stdout).toMatch(/^standard:a1 +standard +a1 +a1 +1\.00 +action +active +derived$/m)
  expect(list.stdout).toContain('derived from the catalog')
  expect(await json<AdPage>('ads', 'show', 'shopping:i1')).toMatchObject({ bid: 1, item: 'i1', origin: 'derived' })

  const ads = file('ads.csv', [
    'ad,item,campaign,bid,countries,status',
    'lamp,i1,c1,3,DE,active',
    'spade,i2,c2,2,,ended',
  ])
  const imported = await run('import', 'ads', ads)
  expect(imported.stdout).toContain('6 ads of 6 campaigns, 0 impressions')
  expect(imported.stdout).toContain('4 of them are derived from the catalog: adseq ads derive --remove takes them out.')
  const refused = await run('ads', 'derive')
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('already holds 2 imported ads')])
  expect(await json('ads', 'derive', '--remove')).toEqual({ removed: { ads: 4, campaigns: 4, impressions: 0 } })

  const shown = file('shown.csv', [
    'user,ad,time,clicked,spend',
    'u1,lamp,1700000000,1,0.5',
    'u2,lamp,1700000001,0,0.25',
  ])
  expect((await run('import', 'impressions', shown)).stdout).toContain('2 ads of 2 campaigns, 2 impressions')
  expect(await json<AdList>('ads', 'list', '--status', 'active', '--country', 'de')).toMatchObject({
    total: 1,
    ads: [{ ad: 'lamp', countries: ['DE'] }],
    inventory: { ads: 2, byOrigin: { imported: 2 } },
  })
  expect(await json<AdPage>('ads', 'show', 'lamp')).toMatchObject({ impressions: 2, clicks: 1, spent: 0.75 })

  // what was taken out can be imported again
  expect(await json('ads', 'derive', '--replace')).toMatchObject({ removed: { ads: 2, campaigns: 2, impressions: 2 } })
  const again = await run('import', 'ads', ads)
  expect(again.stdout).toContain('6 ads of 6 campaigns')
}, 120_000)

test('mistakes: exit code 2, one sentence, what to do', async () => {
  const mistakes: [string[], RegExp][] = [
    [
      ['ads', 'show', 'nobody'],
      /There is no ad nobody in this workspace, and none .*\nTry: {3}Look at what there is: adseq ads list/,
    ],
    [['ads', 'list', '--item', 'i99'], /There is no item i99/],
    [['ads', 'list', '--limit', '0'], /--limit|greater than or equal/],
    [['ads', 'list', '--kind', 'video'], /--kind is video, not one of standard, shopping/],
    [['ads', 'derive', '--share', 'much'], /--share is much, not a number/],
    [['ads', 'derive', '--share', '2'], /The share of the price is 2\./],
    [['ads', 'derive', '--remove', '--replace'], /--remove.*--replace|--replace.*--remove/],
    [['ads', 'list', '--workspace', join(folder, 'nowhere')], /There is no data in/],
  ]
  for (const [args, expected] of mistakes) {
    const { code, stdout, stderr } = await runAdseq(
      args.includes('--workspace') ? args : [...args, '--workspace', workspace],
    )
    expect([args.join(' '), code, stdout]).toEqual([args.join(' '), 2, ''])
    expect(stderr).toMatch(expected)
    expect(stderr).not.toMatch(/^\s+at /m)
  }
}, 120_000)
