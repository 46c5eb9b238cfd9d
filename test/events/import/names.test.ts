import { describe, expect, test } from 'vitest'
import { likelyColumns } from '../../../src/events/import/column-words.js'
import { suggestTypes } from '../../../src/events/import/type-words.js'
import { ImportFolder } from './workspace.js'

const T = 1_483_271_606

describe('names of columns', () => {
  test.each(['user-id,ItemId,Event Type,TIMESTAMP', 'USER_ID,item.id,eventType,Time Stamp'])(
    '%s are ours in another dress',
    async (header) => {
      const at = new ImportFolder()
      await at.import(at.file('e.csv', [header, `u,i,view,${T}`]))
      expect(at.events()).toEqual([`u i - view 0 ${T}`])
    },
  )

  test('a name that is ours to the letter goes before one in another dress', async () => {
    const at = new ImportFolder()
    await at.import(at.file('e.csv', ['userId,user_id,item_id,event_type,timestamp', `no,yes,i,view,${T}`]))
    expect(at.events()).toEqual([`yes i - view 0 ${T}`])
  })

  test.each<[string[], Record<string, string>]>([
    [
      ['visitor', 'product', 'action', 'time'],
      { user_id: 'visitor', item_id: 'product', event_type: 'action', timestamp: 'time' },
    ],
    [
      ['event_timestamp', 'event_name', 'user_pseudo_id', 'sku'],
      { user_id: 'user_pseudo_id', item_id: 'sku', event_type: 'event_name', timestamp: 'event_timestamp' },
    ],
    [['session', 'payload.product.sku', 'payload.ts'], { item_id: 'payload.product.sku', timestamp: 'payload.ts' }],
    [['timestmp', 'usr_id'], { user_id: 'usr_id', timestamp: 'timestmp' }],
    [['colour', 'size'], {}],
  ])('%j: what each may be', (header, found) => {
    expect(likelyColumns(['user_id', 'item_id', 'event_type', 'timestamp'], header)).toEqual(found)
  })

  test('the hint names all that is missing, so that it can be copied', async () => {
    const at = new ImportFolder()
    const file = at.file('e.csv', ['visitor,product,action,time of day', `u,i,view,${T}`])
    const { hint } = await at.refusal(file)
    expect(hint).toBe('Name the columns that hold them: --map user_id=visitor,item_id=product,event_type=action')
  })
})

describe('names of event types', () => {
  test('ours in another dress are read; the map of the file goes first', async () => {
    const at = new ImportFolder()
    const types = ['Add To Cart', 'add-to-cart', 'CHECKOUT', 'Sign Up', 'view']
    const file = at.file('e.csv', ['user_id,item_id,event_type,timestamp', ...types.map((type) => `u,i,${type},${T}`)])
    await at.import(file, { eventTypes: { 'add-to-cart': 'click' } })
    expect(at.events().map((event) => event.split(' ')[3])).toEqual([
      'add_to_cart',
      'click',
      'checkout',
      'signup',
      'view',
    ])
  })

  test('those that nobody knows are told with what they may mean', async () => {
    expect(suggestTypes(['page_view', 'Add To Bag', 'purchase', 'wishlist'])).toBe(
      '--event-type page_view=view,"Add To Bag=add_to_cart",purchase=checkout,wishlist=skip',
    )
    const at = new ImportFolder()
    const file = at.file('e.csv', ['user_id,item_id,event_type,timestamp', `u,i,pv,${T}`, `u,i,buy,${T}`])
    expect((await at.refusal(file)).hint).toContain('--event-type pv=view,buy=checkout')
    const described = await at.describe('csv', file)
    expect(described.files[0].notes).toEqual(['e.csv: say what its event types are: --event-type pv=view,buy=checkout'])
  })
})

describe('ids of events and of the catalog', () => {
  const events = (item: string): string[] => [
    'user_id,item_id,event_type,timestamp',
    `1.0,${item},view,${T}`,
    `2.0,${item},view,${T}`,
  ]

  test('written as floats beside missing ones are the ids that they were, and that is said', async () => {
    const at = new ImportFolder()
    await at.import([at.file('e.csv', events('900.0')), at.file('i.csv', ['item_id,title', '900,Lamp'])])
    expect(at.events()).toEqual([`1 900 - view 0 ${T}`, `2 900 - view 0 ${T}`])
    expect(at.items()).toEqual(['900 - - - Lamp'])
    expect(at.lines).toContain('e.csv: user_id, item_id written as floats (100.0): read without the .0.')
  })

  test('a column in which one is no float stays as it is', async () => {
    const at = new ImportFolder()
    await at.import(at.file('e.csv', [...events('1.0'), `3.5,1.0,view,${T}`]))
    expect(at.events().map((event) => event.split(' ').slice(0, 2).join(' '))).toEqual(['1.0 1', '2.0 1', '3.5 1'])
  })

  test('a catalog of which no item is one of the events is told, with an example of each', async () => {
    const at = new ImportFolder()
    const files = [at.file('i.csv', ['item_id,title', 'SKU-900,Lamp']), at.file('e.csv', events('900'))]
    const { files: results } = await at.import(files)
    const note =
      'none of its new items is an item of an event (SKU-900 there, 900 in the events). Are their ids written alike?'
    expect(results[0].notes).toEqual([expect.stringContaining(note)])
    // one that meets is enough
    const other = new ImportFolder()
    const met = await other.import([
      other.file('i.csv', ['item_id,title', 'SKU-900,Lamp', '900,Lamp']),
      other.file('e.csv', events('900')),
    ])
    expect(met.files[0].notes).toEqual([])
  })

  test('a category of a > b > c is a path', async () => {
    const at = new ImportFolder()
    await at.import(
      at.file('i.csv', ['item_id,category', 'a,Apparel > Shoes > Boots', 'b,TV/Audio', 'c,Home > TV/Audio']),
    )
    expect(at.items().map((item) => item.split(' - ')[1])).toEqual(['Apparel/Shoes/Boots', 'TV/Audio', 'Home/TV|Audio'])
  })
})

test('one object with the rows in a list of it: how to take them out', async () => {
  const at = new ImportFolder()
  const rows = Array.from({ length: 5000 }, (_, i) => ({
    user_id: `user ${i}`,
    item_id: i,
    timestamp: T,
    more: 'x'.repeat(40),
  }))
  for (const text of [JSON.stringify({ count: 2, data: rows.slice(0, 2) }), JSON.stringify({ data: rows })])
    await expect(at.importAs('jsonl', at.file('e.json', text))).rejects.toMatchObject({
      message: 'e.json is one JSON object, and its list data holds the rows.',
      hint: `Take the list out: jq -c '.["data"][]' e.json > rows.jsonl`,
    })
  // one event with a list of its own is an event
  await at.importAs('jsonl', at.file('one.jsonl', JSON.stringify({ ...rows[0], list: [{ a: 1 }] })), {
    mapping: { columns: {}, eventTypes: {}, defaultType: 'view', header: true },
  })
  expect(at.events().length).toBe(1)
})
