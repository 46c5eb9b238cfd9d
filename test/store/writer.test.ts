import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Rng } from '../../src/core/rng.js'
import { openStore } from '../../src/store/open.js'
import { Interner } from '../../src/store/interner.js'
import { SCHEMA_1 } from '../../src/store/schema.js'
import { openDatabase } from '../../src/store/sqlite.js'
import type { Store } from '../../src/store/store.js'
import { temporaryFolder, temporaryStore } from './temporary-store.js'

const event = (user: number, item: number, time = 1e9) => ({ user, item, advertiser: 0, type: 2, domain: 0, time })

test('events of any number are written in their order; those of a transaction that was undone leave nothing', () => {
  for (const n of [1, 49, 50, 51, 130]) {
    const store = temporaryStore()
    const writer = store.writer()
    for (let i = 0; i < n; i++) expect(writer.event(event(i % 3 || 3, i % 7, 1e9 + i))).toBe(i + 1)
    // what is not written yet is known all the same
    expect(writer.lastTime(3, 0, 2e9)).toBe(1e9 + n - 1 - ((n - 1) % 3))
    writer.commit()
    for (let i = 0; i < 70; i++) writer.event(event(1, 1, 5))
    writer.rollback()
    writer.event(event(2, 2, 7))
    writer.commit()
    expect([...store.scanEvents()].map(([seq, , , , , , time]) => [seq, time])).toEqual([
      ...Array.from({ length: n }, (_, i) => [i + 1, 1e9 + i]),
      [n + 1, 7],
    ])
  }
})

describe('ids', () => {
  test('are dense from 1 in the order of first sight, also after reopening', () => {
    const folder = temporaryFolder()
    const store = temporaryStore(folder)
    const writer = store.writer()
    expect(['b', 'a', 'b', 'c'].map((name) => writer.user(name))).toEqual([1, 2, 1, 3])
    expect(['b', 'x'].map((name) => writer.item(name))).toEqual([1, 2])
    writer.commit()
    const again = temporaryStore(folder).writer()
    expect(['c', 'd', 'b'].map((name) => again.user(name))).toEqual([3, 4, 1])
    again.commit()
    expect(store.externalIds('users')).toEqual(['b', 'a', 'c', 'd'])
    expect([store.userId('d'), store.userId('nobody'), store.itemId('x')]).toEqual([4, undefined, 2])
  })

  test('of a transaction that was undone are given again', () => {
    const store = temporaryStore()
    const writer = store.writer()
    writer.user('kept')
    writer.commit()
    writer.event(event(writer.user('lost'), writer.item('lost')))
    writer.rollback()
    writer.event(event(writer.user('found'), writer.item('found')))
    writer.commit()
    expect(store.externalIds('users')).toEqual(['kept', 'found'])
    expect(store.externalIds('items')).toEqual(['found'])
    expect([...store.scanEvents()]).toEqual([[1, 2, 1, 0, 2, 0, 1e9]])
  })

  test('any number of events is written whole by a commit, and none after a rollback', () => {
    const store = temporaryStore()
    const writer = store.writer()
    const times = (from: number, n: number): number[] => Array.from({ length: n }, (_, i) => from + i)
    let written: number[] = []
    for (const n of [1, 15, 16, 17, 32, 33, 100]) {
      for (const time of times(1e9, n)) writer.event(event(writer.user('u'), writer.item('i'), time))
      writer.rollback()
      for (const time of times(1e9 + 1000 * n, n)) writer.event(event(writer.user('u'), writer.item('i'), time))
      writer.commit()
      written = [...written, ...times(1e9 + 1000 * n, n)]
      // seq, user, item, advertiser, type, domain, time
      expect([...store.scanEvents()].map((row) => row[6])).toEqual(written)
      expect([...store.scanEvents()].map((row) => row[0])).toEqual(times(1, written.length))
    }
  })

  test('stay right when the cache of names is far too small', () => {
    const db = openDatabase(join(temporaryFolder(), 'x.db'))
    db.exec(SCHEMA_1)
    const insert = db.prepare('INSERT INTO items (id, external_id) VALUES (?, ?)')
    const interner = new Interner(db, 'items', (id, name) => void insert.run(id, name), 3)
    interner.refresh()
    const rng = new Rng(1)
    const expected = new Map<string, number>()
    for (let i = 0; i < 2000; i++) {
      const name = `a-name-longer-than-12-${rng.int(40)}`
      if (!expected.has(name)) expected.set(name, expected.size + 1)
      expect(interner.id(name)).toBe(expected.get(name))
    }
    db.close()
  })

  test('that another process added between two transactions are found', () => {
    const one = temporaryStore()
    const first = one.writer()
    first.user('a')
    first.commit()
    const beside = openStore(one.folder)
    const second = beside.writer()
    expect([second.user('b'), second.user('a')]).toEqual([2, 1])
    second.commit()
    beside.close()
    expect([first.user('a'), first.user('b'), first.user('c')]).toEqual([1, 2, 3])
    first.commit()
    expect(one.externalIds('users')).toEqual(['a', 'b', 'c'])
  })

  test('of items take what is said of them when they are new, and leave it when they are not', () => {
    const store = temporaryStore()
    const writer = store.writer()
    expect(writer.item('i', { price: 3, category: 'a' })).toBe(1)
    expect(writer.item('i', { price: 9, category: 'b' })).toBe(1)
    expect(writer.item('j')).toBe(2)
    writer.commit()
    expect(store.item(1)).toMatchObject({ price: 3, category: 'a' })
    expect(store.item(2)).toEqual({ id: 2, externalId: 'j' })
    // the same data in two steps has the same digest
    const twoSteps = temporaryStore()
    const slow = twoSteps.writer()
    slow.setItem(slow.item('i'), { price: 3, category: 'a' })
    slow.item('j')
    slow.commit()
    expect(twoSteps.dataHash()).toBe(store.dataHash())
  })

  test('of names with odd characters are told apart', () => {
    const store = temporaryStore()
    const writer = store.writer()
    const names = ['a', 'A', 'ä', 'a ', "a'; DROP TABLE users; --", '日本', '😀', '\u00e4'.normalize('NFD')]
    expect(names.map((name) => writer.user(name))).toEqual(names.map((_, i) => i + 1))
    writer.commit()
    expect(store.externalIds('users')).toEqual(names)
  })
})

describe('events', () => {
  test('keep the order of ingestion, equal ones too', () => {
    const store = temporaryStore()
    const writer = store.writer()
    const user = writer.user('u')
    const item = writer.item('i')
    const advertiser = writer.advertiser('a')
    expect(writer.event({ user, item, advertiser, type: 1, domain: 1, time: 2_000_000_000 })).toBe(1)
    expect(writer.event({ user, item: 0, advertiser, type: 3, domain: 0, time: 1_000_000_000 })).toBe(2)
    expect(writer.event({ user, item, advertiser: 0, type: 2, domain: 0, time: 4_000_000_000 })).toBe(3)
    writer.event({ user, item, advertiser: 0, type: 2, domain: 0, time: 4_000_000_000 })
    writer.finish()
    expect(store.lastSeq()).toBe(4)
    expect([...store.scanEvents()]).toEqual([
      [1, 1, 1, 1, 1, 1, 2_000_000_000],
      [2, 1, 0, 1, 3, 0, 1_000_000_000],
      [3, 1, 1, 0, 2, 0, 4_000_000_000],
      [4, 1, 1, 0, 2, 0, 4_000_000_000],
    ])
    expect([...store.scanEvents(3)].map(([seq]) => seq)).toEqual([4])
  })

  test('a scan goes on over many pages, and other statements run in between', () => {
    const store = temporaryStore()
    const writer = store.writer()
    for (let i = 0; i < 25_001; i++) writer.event(event(writer.user(`u${i % 7}`), 0, i))
    writer.commit()
    let expected = 0
    for (const [seq, user] of store.scanEvents()) {
      expect(seq).toBe(++expected)
      if (seq % 9973 === 0) expect(store.user(user)?.id).toBe(user)
    }
    expect(expected).toBe(25_001)
  })

  test('a history is in order of time then ingestion, up to a moment, an ingest number and a length', () => {
    const store = temporaryStore()
    const writer = store.writer()
    const [u, v] = [writer.user('u'), writer.user('v')]
    const times = [50, 10, 30, 10, 40]
    times.forEach((time, i) => writer.event(event(u, writer.item(`i${i}`), time)))
    writer.event(event(v, 1, 20))
    writer.finish()
    expect([...store.history(u).seq]).toEqual([2, 4, 3, 5, 1])
    expect([...store.history(u).time]).toEqual([10, 10, 30, 40, 50])
    expect([...store.history(u, { until: 30 }).seq]).toEqual([2, 4, 3])
    expect([...store.history(u, { limit: 2 }).seq]).toEqual([5, 1])
    expect([...store.history(u, { atSeq: 3 }).seq]).toEqual([2, 3, 1])
    expect([...store.history(99).seq]).toEqual([])
  })

  test('users with events past an ingest number', () => {
    const store = temporaryStore()
    const writer = store.writer()
    for (const name of ['a', 'b', 'c', 'b', 'a']) writer.event(event(writer.user(name), 0))
    writer.commit()
    expect([...store.usersWithEventsAfter(0)]).toEqual([1, 2, 3])
    expect([...store.usersWithEventsAfter(3)]).toEqual([1, 2])
    expect([...store.usersWithEventsAfter(5)]).toEqual([])
  })
})

describe('catalog', () => {
  test('a field left out stays as it was; an unknown one is absent', () => {
    const store = temporaryStore()
    const writer = store.writer()
    const id = writer.item('i')
    expect(store.item(id)).toEqual({ id: 1, externalId: 'i' })
    writer.setItem(id, { price: 0, category: 'A/B' })
    writer.setItem(id, { title: 'T', advertiser: writer.advertiser('shop') })
    writer.setAdvertiser(1, { name: 'The Shop' })
    writer.setUser(writer.user('u'), { age: '65+', kids: 2 })
    writer.commit()
    expect(store.item(id)).toEqual({
      id: 1,
      externalId: 'i',
      advertiser: 1,
      advertiserExternalId: 'shop',
      advertiserName: 'The Shop',
      category: 'A/B',
      price: 0,
      title: 'T',
    })
    expect([...store.scanItems()]).toEqual([[1, 'i', 1, 'A/B', 0, 'T', null]])
    expect(store.user(1)).toEqual({ id: 1, externalId: 'u', attributes: { age: '65+', kids: 2 } })
    expect(store.advertiser(1)).toEqual({ id: 1, externalId: 'shop', name: 'The Shop' })
    expect([store.item(9), store.user(9), store.advertiser(9)]).toEqual([undefined, undefined, undefined])
  })
})

describe('the data hash', () => {
  const fill = (
    store: Store,
    batch: number,
    change: (row: { user: string; item: string; time: number }, i: number) => void = () => {},
  ): string => {
    const writer = store.writer()
    for (let i = 0; i < 30; i++) {
      const row = { user: `u${i % 4}`, item: `i${i % 9}`, time: 1e9 + i }
      change(row, i)
      const item = writer.item(row.item)
      if (i < 9) writer.setItem(item, { title: `title ${i}` })
      writer.event(event(writer.user(row.user), item, row.time))
      if (i % batch === batch - 1) writer.commit()
    }
    writer.finish()
    return store.dataHash()
  }

  test('is the same whatever the size of the transactions', () => {
    expect(new Set([1, 7, 30].map((batch) => fill(temporaryStore(), batch))).size).toBe(1)
  })

  test('differs by one time, one name, one row, one title, or the order of two events', () => {
    const swap = (row: { user: string; item: string; time: number }, i: number): void => {
      if (i === 20 || i === 24) row.time = 1e9 + 44 - i // users and items of rows 20 and 24: u0, i2 and u0, i6
    }
    const hashes = [
      fill(temporaryStore(), 30),
      fill(temporaryStore(), 30, (row, i) => {
        if (i === 17) row.time++
      }),
      fill(temporaryStore(), 30, (row, i) => {
        if (i === 29) row.user = 'u2'
      }),
      fill(temporaryStore(), 30, (row) => {
        row.user = row.user.replace('u3', 'u9')
      }),
      fill(temporaryStore(), 30, swap),
    ]
    const more = temporaryStore()
    fill(more, 30)
    const writer = more.writer()
    writer.setItem(1, { title: 'another' })
    writer.commit()
    hashes.push(more.dataHash())
    writer.event(event(1, 1))
    writer.commit()
    hashes.push(more.dataHash())
    expect(new Set(hashes).size).toBe(hashes.length)
  })

  test('tells of events that were deleted by hand', () => {
    const folder = temporaryFolder()
    const store = temporaryStore(folder)
    const before = fill(store, 30)
    const db = openDatabase(join(folder, 'adseq.db'))
    db.exec('DELETE FROM events WHERE seq = 3')
    db.close()
    expect(store.dataHash()).not.toBe(before)
  })
})

test('a second writer is told to wait, and can go on when the first has committed', () => {
  const folder = temporaryFolder()
  const first = temporaryStore(folder).writer()
  first.user('u')
  const other = openStore(folder, { patience: 20 })
  const second = other.writer()
  expect(() => second.user('v')).toThrow(
    expect.objectContaining({ name: 'UserError', message: 'Another adseq process is writing to this workspace.' }),
  )
  first.commit()
  expect(second.user('v')).toBe(2) // sees what the first has added in the meantime
  second.commit()
  expect(first.user('v')).toBe(2)
  first.commit()
  other.close()
})
