import { describe, expect, test } from 'vitest'
import type { Store } from '../../src/store/store.js'
import { temporaryStore } from './temporary-store.js'

/** Users u2, u10, u1, x1 in that order; items with ids that are part of others' ids; one item without a title. */
function filled(): Store {
  const store = temporaryStore()
  const writer = store.writer()
  for (const user of ['u2', 'u10', 'u1', 'x1', 'U1']) writer.user(user)
  const dairy = writer.advertiser('a1')
  writer.setAdvertiser(dairy, { name: 'Crèmerie du Nord' })
  writer.advertiser('a12')
  const titles = { i12: 'Chocolate milk', i1: 'Milk', i3: undefined, i4: 'Oat milk, CHOCOLATE' }
  for (const [id, title] of Object.entries(titles)) writer.setItem(writer.item(id), { advertiser: dairy, title })
  writer.setItem(writer.item('i5'), { title: '100% milk_' })
  writer.commit()
  return store
}

const ids = (found: { id: string }[]): string[] => found.map(({ id }) => id)

describe('what somebody types', () => {
  test.each<['users' | 'items' | 'advertisers', string, string[]]>([
    // users by how the id begins, the whole id first; upper case is another id
    ['users', 'u1', ['u1', 'u10']],
    ['users', 'u', ['u1', 'u10', 'u2']],
    ['users', 'z', []],
    // in order of import, but the whole id first
    ['items', 'i1', ['i1', 'i12']],
    ['items', 'milk', ['i12', 'i1', 'i4', 'i5']],
    ['items', 'MILK chocolate', ['i12', 'i4']],
    ['items', 'i3', ['i3']],
    // no pattern of SQL
    ['items', '%', ['i5']],
    ['items', '_', ['i5']],
    ['advertisers', 'cremerie', ['a1']],
    ['advertisers', 'a1', ['a1', 'a12']],
    // nothing: the first of the table
    ['items', '', ['i12', 'i1', 'i3', 'i4', 'i5']],
    ['users', '', ['u2', 'u10', 'u1', 'x1', 'U1']],
  ])('%s %j', (table, typed, expected) => {
    expect(ids(filled().catalogSearch.find(table, typed.split(' ').filter(Boolean), 10))).toEqual(expected)
  })

  test('no more than the limit, each once', () => {
    const { catalogSearch } = filled()
    expect(catalogSearch.find('items', ['i1'], 1)).toEqual([{ id: 'i1', text: 'Milk' }])
    expect(ids(catalogSearch.find('items', ['i1'], 2))).toEqual(['i1', 'i12'])
    expect(ids(catalogSearch.find('users', ['u'], 2))).toEqual(['u1', 'u10'])
  })

  test('items of an advertiser', () => {
    const { catalogSearch } = filled()
    expect(catalogSearch.itemsOf(1, 2)).toEqual({
      total: 4,
      first: [
        { id: 'i12', text: 'Chocolate milk' },
        { id: 'i1', text: 'Milk' },
      ],
    })
    expect(catalogSearch.itemsOf(2, 2)).toEqual({ total: 0, first: [] })
  })
})
