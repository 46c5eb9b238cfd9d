import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStore } from '../../src/store/open.js'
import { runAdseq } from './run-adseq.js'

const folder = mkdtempSync(join(tmpdir(), 'adseq-e2e-'))
const DAY = 86_400
// eslint-disable-next-line no-control-regex
const ESCAPES = /\u001B/

beforeAll(() => {
  const store = openStore(folder, { create: true })
  const writer = store.writer()
  const [user, seller, item] = [writer.user('u-1'), writer.advertiser('shop'), writer.item('mug')]
  writer.setItem(item, { advertiser: seller, title: 'A mug', category: 'HOME/KITCHEN', price: 7.5 })
  for (const [day, type] of [
    [1, 0],
    [50, 2],
    [90, 2],
  ])
    writer.event({ user, item, advertiser: 0, type, domain: 0, time: day * DAY })
  writer.commit()
  store.close()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const adseq = (...args: string[]): ReturnType<typeof runAdseq> => runAdseq([...args, '--workspace', folder])

describe('looking at a workspace where nothing is trained yet', () => {
  it('inspect --json prints one object: the history up to the cutoff, and what was bought next', async () => {
    const { code, stdout, stderr } = await adseq('inspect', 'user', 'u-1', '--json')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const view = JSON.parse(stdout) as {
      history: { type: string }[]
      next: { item: string; repeat: boolean; rank: null }[]
      items: unknown[]
    }
    expect(view.history.map((row) => row.type)).toEqual(['checkout', 'view'])
    expect(view.next).toMatchObject([{ item: 'mug', repeat: true, rank: null }])
    expect(view.items).toEqual([])
  })

  it('inspect --recommender shows what a baseline recommends, which needs no model', async () => {
    const { code, stdout } = await adseq('inspect', 'user', 'u-1', '--recommender', 'popularity', '--json')
    expect(code).toBe(0)
    // one conversion up to the cutoff, 30 days before the last event: that of day 50
    expect(JSON.parse(stdout)).toMatchObject({
      itemBy: 'popularity, all time',
      itemRun: null,
      items: [{ item: 'mug', rank: 1, score: 1, boughtBefore: 1, boughtNext: true }],
      advertisers: [{ advertiser: 'shop', rank: 1, score: 1 }],
      next: [{ item: 'mug', rank: 1 }],
      hits: { 10: 1, 100: 1 },
    })
  })

  it('what is served is not looked at by another recommender: both at once are refused', async () => {
    const { code, stderr } = await adseq('inspect', 'user', 'u-1', '--as-served', '--recommender', 'ease')
    expect(code).toBe(2)
    expect(stderr).toContain('--recommender')
  })

  it('inspect item prints plain text in a pipe', async () => {
    const { code, stdout } = await adseq('inspect', 'item', 'mug')
    expect(code).toBe(0)
    expect(stdout).toContain('item mug   A mug')
    expect(stdout).toContain('3 events of 1 user from 1970-01-02 to 1970-04-01: checkout 2, view 1')
    expect(stdout).not.toMatch(ESCAPES)
  })

  it('an unknown id and a history without a model are mistakes that say what to do', async () => {
    const [unknown, untrained] = await Promise.all([adseq('inspect', 'advertiser', 'nobody'), adseq('try', 'view:mug')])
    expect(unknown.code).toBe(2)
    expect(unknown.stderr).toContain('There is no advertiser nobody')
    expect(untrained.code).toBe(2)
    expect(untrained.stderr).toContain('adseq train item')
    expect(untrained.stdout).toBe('')
  })

  it('tui in a pipe says that there are no runs, without escape codes', async () => {
    const { code, stdout } = await adseq('tui')
    expect(code).toBe(0)
    expect(stdout).toContain('There are no runs yet')
    expect(stdout).not.toMatch(ESCAPES)
  })
})
