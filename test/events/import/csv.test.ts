import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { ImportFolder } from './workspace.js'

const T = 1483271606
const EVENTS = ['user_id,item_id,event_type,timestamp', `u1,i1,checkout,${T}`, `u2,i2,view,${T + 1}`]

describe('the tidy layout', () => {
  test('events, items and users are told apart by their headers, whatever the order and names of the files', async () => {
    const at = new ImportFolder()
    const events = at.file('a.txt', EVENTS)
    const items = at.file('b.csv', [
      'item_id,advertiser_id,category,price,title',
      'i2,shop,A/B/C,2.50,"Tea, green"',
      'i9,,,,',
    ])
    const users = at.file('c', ['user_id,age,city', 'u2,30-40,"Ulm"', 'u7,,'])
    const result = await at.import([events, items, users])
    expect(result.files.map(({ kind, rows, status }) => [kind, rows, status])).toEqual([
      ['items', 2, 'imported'],
      ['users', 2, 'imported'],
      ['events', 2, 'imported'],
    ])
    expect(result.counts).toEqual({ users: 3, items: 3, advertisers: 1, events: 2 })
    expect(at.events()).toEqual([`u1 i1 - checkout 0 ${T}`, `u2 i2 - view 0 ${T + 1}`])
    at.read((store) => {
      expect(store.item(store.itemId('i2')!)).toMatchObject({
        advertiserExternalId: 'shop',
        category: 'A/B/C',
        price: 2.5,
        title: 'Tea, green',
      })
      // missing advertiser, category, price and title are normal, and so is an item that only events know
      expect(store.item(store.itemId('i9')!)).toEqual({ id: 2, externalId: 'i9' })
      expect(store.item(store.itemId('i1')!)).toEqual({ id: 3, externalId: 'i1' })
      expect(store.user(store.userId('u2')!)?.attributes).toEqual({ age: '30-40', city: 'Ulm' })
      expect(store.user(store.userId('u7')!)?.attributes).toEqual({})
    })
  })

  test('events may carry an advertiser and a domain; one of item and advertiser is enough', async () => {
    const at = new ImportFolder()
    await at.import(
      at.file('e.csv', [
        'timestamp,event_type,user_id,item_id,advertiser_id,domain',
        `${T},signup,u,,shop,offsite`,
        `${T},view,u,i,,onsite`,
        `${T},add_to_cart,u,j,shop,`,
      ]),
    )
    expect(at.events()).toEqual([`u - shop signup 0 ${T}`, `u i - view 1 ${T}`, `u j shop add_to_cart 0 ${T}`])
  })

  test('advertisers have names', async () => {
    const at = new ImportFolder()
    await at.import(at.file('a.csv', ['advertiser_id,name', 'x,The X']))
    expect(at.read((store) => store.advertiser(1))).toEqual({ id: 1, externalId: 'x', name: 'The X' })
  })

  test('a second items file fills and corrects; an empty field changes nothing', async () => {
    const at = new ImportFolder()
    await at.import(at.file('1.csv', ['item_id,price,title', 'i,1,one']))
    await at.import(at.file('2.csv', ['item_id,price,title,category', 'i,2,,C']))
    expect(at.read((store) => store.item(1))).toEqual({ id: 1, externalId: 'i', price: 2, title: 'one', category: 'C' })
  })
})

describe('forms of text', () => {
  const expected = [`u1 i1 - checkout 0 ${T}`, `u2 i2 - view 0 ${T + 1}`]
  test.each<[string, string | Buffer]>([
    ['gzip, whatever the name', gzipSync(`${EVENTS.join('\n')}\n`)],
    [
      'gzip of several members',
      Buffer.concat([gzipSync(`${EVENTS[0]}\n`), gzipSync(`${EVENTS.slice(1).join('\n')}\n`)]),
    ],
    ['byte order mark and CRLF', `\uFEFF${EVENTS.join('\r\n')}\r\n`],
    [
      'byte order mark before a quote',
      `\uFEFF"user_id","item_id","event_type","timestamp"\n${EVENTS.slice(1).join('\n')}`,
    ],
    ['no line end at the end', EVENTS.join('\n')],
    ['semicolons', EVENTS.join('\n').replaceAll(',', ';')],
    ['tabs', EVENTS.join('\n').replaceAll(',', '\t')],
    [
      'blanks around fields, capitals in the header',
      EVENTS.join('\n').replaceAll(',', ' , ').replace('user_id', 'User_ID'),
    ],
    [
      'quotes around everything',
      EVENTS.map((row) =>
        row
          .split(',')
          .map((field) => `"${field}"`)
          .join(','),
      ).join('\n'),
    ],
    ['empty lines', `${EVENTS.join('\n\n')}\n\n\n`],
  ])('%s', async (_, content) => {
    const at = new ImportFolder()
    await at.import(at.file('events', content))
    expect(at.events()).toEqual(expected)
  })

  test.each([
    ['milliseconds', [`${T}000`, `${T + 1}999`]],
    ['ISO 8601', ['2017-01-01T11:53:26Z', '2017-01-01 11:53:27 UTC']],
  ])('times in %s are found and said', async (unit, [first, second]) => {
    const at = new ImportFolder()
    await at.import(at.file('e.csv', [EVENTS[0], `u1,i1,checkout,${first}`, `u2,i2,view,${second}`]))
    expect(at.events()).toEqual(expected)
    expect(at.lines.join()).toContain(
      `e.csv: times are read as ${unit === 'milliseconds' ? 'unix milliseconds' : unit}`,
    )
  })
})

describe('another layout', () => {
  test('columns and event types by mapping', async () => {
    const at = new ImportFolder()
    const path = at.file('clicks.csv', [
      'ts,visitor,kind,product,brand,cat,cost',
      `${T}000,v1,pv,p1,b1,A,3`,
      `${T}000,v1,fav,p1,b1,A,4`,
      `${T}000,v2,buy,p2,,,`,
    ])
    const result = await at.import(path, {
      columns: {
        user_id: 'visitor',
        item_id: 'product',
        timestamp: 'ts',
        event_type: 'kind',
        advertiser_id: 'brand',
        category: 'cat',
        price: 'cost',
      },
      eventTypes: { pv: 'view', buy: 'checkout', fav: 'skip' },
    })
    expect(result.files[0]).toMatchObject({ rows: 2, skipped: 1, rejected: 0 })
    expect(at.events()).toEqual([`v1 p1 b1 view 0 ${T}`, `v2 p2 - checkout 0 ${T}`])
    // an item takes what the row that it is first seen in says of it
    expect(at.read((store) => [...store.scanItems()])).toEqual([
      [1, 'p1', 1, 'A', 3, null, null],
      [2, 'p2', 0, null, null, null, null],
    ])
  })

  test('a type for all events of a file without that column, or with it empty', async () => {
    const at = new ImportFolder()
    await at.import(at.file('a.csv', ['user_id,item_id,timestamp', `u,i,${T}`]), { defaultType: 'checkout' })
    await at.import(at.file('b.csv', ['user_id,item_id,timestamp,event_type', `u,i,${T},`, `u,i,${T},view`]), {
      defaultType: 'signup',
    })
    expect(at.events().map((event) => event.split(' ')[3])).toEqual(['checkout', 'signup', 'view'])
  })

  test('no header: columns by number', async () => {
    const at = new ImportFolder()
    await at.import(at.file('UserBehavior.csv', [`1,2268318,2520377,pv,${T}`, `1,2333346,2520771,buy,${T}`]), {
      header: false,
      columns: { user_id: 1, item_id: '2', category: 3, event_type: 4, timestamp: 5 },
      eventTypes: { pv: 'view', buy: 'checkout' },
    })
    expect(at.events()).toEqual([`1 2268318 - view 0 ${T}`, `1 2333346 - checkout 0 ${T}`])
    expect(at.read((store) => store.item(1)?.category)).toBe('2520377')
  })

  test.each([
    [
      { columns: { usr_id: 'v' } },
      'The mapping names a column usr_id, which adseq does not read.',
      'Did you mean user_id?',
    ],
    [{ columns: { price: 'Prise' } }, 'No file has a column Prise, which price is mapped to.', 'Columns: user_id'],
    [{ columns: { user_id: 'itemid' } }, 'No file has a column itemid', 'Did you mean --map user_id=item_id?'],
    [
      { eventTypes: { buy: 'chekout' } },
      'event type buy is mapped to chekout, which is not an event type.',
      'Did you mean checkout?',
    ],
    [{ defaultType: 'purchase' }, 'the default type is mapped to purchase, which is not an event type.', 'Types: view'],
    [
      { header: false, columns: { user_id: 'visitor' } },
      'Without a header line, columns go by number',
      '--map user_id=1',
    ],
    [
      { header: false, columns: { user_id: 9 } },
      'has 4 columns; user_id is mapped to column 9',
      'Count the columns from 1',
    ],
  ])('%j is refused', async (options, message, hint) => {
    const at = new ImportFolder()
    const refused = await at.refusal(at.file('e.csv', EVENTS), options)
    expect(refused.message).toContain(message)
    expect(refused.hint).toContain(hint)
    expect(existsSync(at.workspace)).toBe(false)
  })
})

describe('files that cannot be imported: one sentence, what to do, nothing stored', () => {
  test.each<[string, string | Buffer, string, string]>([
    ['empty.csv', '', 'is empty', 'header line'],
    ['empty.csv.gz', gzipSync(''), 'is empty', 'header line'],
    ['blank.csv', '\n\n\n', 'does not begin with a line of CSV', 'names the columns'],
    ['other.csv', 'name,street\nx,y\n', 'has no column user_id', '--map user_id='],
    [
      'notime.csv',
      'user_id,item_id,event_type,timestmp\nu,i,view,5\n',
      'has no column timestamp, the time of an event',
      '--map timestamp=timestmp',
    ],
    [
      'nonames.csv',
      `u,i,view,${T}\nu,i,view,${T}\n`,
      'begins with a row of data (u, i, view, 1483271606)',
      '--no-header --map user_id=1',
    ],
    ['notype.csv', 'user_id,item_id,timestamp\nu,i,5\n', 'has no column event_type', '--default-type checkout'],
    ['noitem.csv', 'user_id,product_id,event_type,timestamp\nu,i,view,5\n', 'has no column item_id', '--map item_id='],
    [
      'nouser.csv',
      'item_id,event_type,timestamp\ni,view,5\n',
      'has no column user_id, whose event it is',
      '--map user_id=',
    ],
    [
      'twice.csv',
      'user_id,user_id,item_id,event_type,timestamp\nu,u,i,view,5\n',
      'has two columns named user_id',
      'Rename one',
    ],
    ['times.csv', 'user_id,item_id,event_type,timestamp\nu,i,view,tomorrow\n', '"tomorrow" is not a time', 'ISO 8601'],
    ['x.zip', Buffer.from('504b030414000000', 'hex'), 'is a damaged or cut zip archive', 'Fetch the file again'],
    ['x.parquet', Buffer.from('PAR1xxxx'), 'cannot be read as Parquet', 'Fetch the file again'],
    [
      'cut.csv.gz',
      gzipSync(EVENTS.join('\n').repeat(50)).subarray(0, 90),
      'is cut short (gzip)',
      'Fetch the file again',
    ],
    [
      'damaged.csv.gz',
      Buffer.concat([gzipSync(EVENTS.join('\n')).subarray(0, -8), Buffer.alloc(8, 7)]),
      'is damaged (gzip)',
      'Fetch the file again',
    ],
  ])('%s', async (name, content, message, hint) => {
    const at = new ImportFolder()
    const good = at.file('good.csv', EVENTS)
    const refused = await at.refusal([good, at.file(name, content)])
    expect(refused.message).toContain(message)
    expect(refused.message).toContain(name)
    expect(refused.hint).toContain(hint)
    // the file beside it is not half of an import
    expect(existsSync(at.workspace)).toBe(false)
  })

  test('a missing file, a folder', async () => {
    const at = new ImportFolder()
    expect((await at.refusal(join(at.folder, 'none.csv'))).message).toContain('There is no file')
    mkdirSync(join(at.folder, 'sub'))
    const folder = await at.refusal(join(at.folder, 'sub'))
    expect(folder.message).toContain('is a folder')
    expect(folder.hint).toContain('sub/*')
  })

  test('a header alone is an import of nothing', async () => {
    const at = new ImportFolder()
    expect((await at.import(at.file('e.csv', [EVENTS[0]]))).counts.events).toBe(0)
  })
})

describe('once is enough', () => {
  test('a file imported twice adds no row, also under another name; two equal rows stay two', async () => {
    const at = new ImportFolder()
    const path = at.file('e.csv', [...EVENTS, EVENTS[1], EVENTS[1]])
    await at.import(path)
    const before = at.content()
    expect(at.events().filter((event) => event === `u1 i1 - checkout 0 ${T}`).length).toBe(3)
    copyFileSync(path, join(at.folder, 'copy.csv'))
    const again = await at.import([path, join(at.folder, 'copy.csv'), path])
    expect(again.files.map(({ status, rows }) => [status, rows])).toEqual([
      ['already imported', 0],
      ['already imported', 0],
      ['already imported', 0],
    ])
    expect(again.eventsPerSecond).toBeUndefined()
    expect(at.content()).toEqual(before)
  })

  test('a file named twice in one command is imported once', async () => {
    const at = new ImportFolder()
    const path = at.file('e.csv', EVENTS)
    expect((await at.import([path, path])).counts.events).toBe(2)
  })
})

test('the (user, time) index is there after an import', async () => {
  const at = new ImportFolder()
  await at.import(at.file('e.csv', EVENTS))
  expect([...at.read((store) => store.history(store.userId('u2')!)).time]).toEqual([T + 1])
})
