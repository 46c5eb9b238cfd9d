import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDatabase } from '../../src/store/sqlite.js'
import { temporaryFolder, temporaryStore } from './temporary-store.js'

test('the views read as plain words: external ids, names and ISO times', () => {
  const folder = temporaryFolder()
  const store = temporaryStore(folder)
  const writer = store.writer()
  const [user, item] = [writer.user('ann'), writer.item('milk')]
  const [dairy, shop] = [writer.advertiser('dairy'), writer.advertiser('shop')]
  writer.setAdvertiser(dairy, { name: 'Dairy Ltd' })
  writer.setItem(item, { advertiser: dairy, title: 'Milk 1 l', category: 'FOOD/MILK', price: 1.5 })
  writer.event({ user, item, advertiser: 0, type: 2, domain: 0, time: Date.UTC(2017, 0, 2, 3, 4, 5) / 1000 })
  writer.event({ user, item: 0, advertiser: shop, type: 3, domain: 1, time: 1e9 })
  writer.finish()
  store.putCandidates('run1', 2, [user], Int32Array.of(shop, dairy), Float32Array.of(0.75, 0.5))
  store.publishGeneration({ id: 'g1', created: 0, advertiserRun: 'run1', seq: 2, info: {} })
  store.publishGeneration({ id: 'g2', created: 1e9, advertiserRun: 'run1', seq: 2, info: {} })

  const db = openDatabase(join(folder, 'adseq.db'), { readonly: true })
  expect(db.prepare('SELECT * FROM v_history ORDER BY seq').all()).toEqual([
    {
      seq: 1,
      user: 'ann',
      time: '2017-01-02T03:04:05Z',
      event: 'checkout',
      domain: 'offsite',
      item: 'milk',
      title: 'Milk 1 l',
      category: 'FOOD/MILK',
      price: 1.5,
      advertiser: 'dairy',
      advertiser_name: 'Dairy Ltd',
    },
    {
      seq: 2,
      user: 'ann',
      time: '2001-09-09T01:46:40Z',
      event: 'signup',
      domain: 'onsite',
      item: null,
      title: null,
      category: null,
      price: null,
      advertiser: 'shop',
      advertiser_name: null,
    },
  ])
  expect(db.prepare("SELECT * FROM v_candidates WHERE user = 'ann' ORDER BY rank").all()).toEqual([
    { run: 'run1', user: 'ann', seq: 2, rank: 1, advertiser: 'shop', advertiser_name: null, score: 0.75 },
    { run: 'run1', user: 'ann', seq: 2, rank: 2, advertiser: 'dairy', advertiser_name: 'Dairy Ltd', score: 0.5 },
  ])
  expect(db.prepare('SELECT id, created, current FROM v_generations ORDER BY id').all()).toEqual([
    { id: 'g1', created: '1970-01-01T00:00:00Z', current: 0 },
    { id: 'g2', created: '2001-09-09T01:46:40Z', current: 1 },
  ])
  // a user's history is read by the index
  const plan = db.prepare("EXPLAIN QUERY PLAN SELECT * FROM v_history WHERE user = 'ann'").all() as { detail: string }[]
  expect(plan.map(({ detail }) => detail).join('; ')).toMatch(/e USING INDEX events_by_user/)
  db.close()
})
