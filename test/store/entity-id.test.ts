import { describe, expect, test } from 'vitest'
import { entityId } from '../../src/store/entity-id.js'
import type { Store } from '../../src/store/store.js'
import { temporaryStore } from './temporary-store.js'

/** Three milks, of which the last has most events, one of a title that others contain; two dairies. */
function filled(): Store {
  const store = temporaryStore()
  const writer = store.writer()
  const [dairy, other] = [writer.advertiser('a1'), writer.advertiser('a2')]
  writer.setAdvertiser(dairy, { name: 'Crèmerie du Nord' })
  writer.setAdvertiser(other, { name: 'Northern Dairy' })
  const titles = ['Milk', 'Chocolate milk', 'Oat milk, CHOCOLATE', 'Crème brûlée', undefined]
  titles.forEach((title, i) => writer.setItem(writer.item(`i${i + 1}`), { advertiser: dairy, title }))
  const user = writer.user('u1')
  const event = { user, advertiser: 0, type: 2, domain: 0, time: 1e9 }
  for (const item of [2, 3, 3, 5]) writer.event({ ...event, item })
  writer.event({ ...event, item: 0, advertiser: other })
  writer.commit()
  return store
}

describe('what somebody typed', () => {
  test.each<['user' | 'item' | 'advertiser', string, number]>([
    ['user', 'u1', 1],
    ['item', 'i5', 5],
    ['item', 'brulee', 4],
    ['item', 'CRÈME', 4],
    ['item', 'oat chocolate', 3],
    // two others contain it: it is the whole title of one
    ['item', 'milk', 1],
    ['advertiser', 'a2', 2],
    ['advertiser', 'cremerie', 1],
  ])('%s %s is entry %i', (kind, typed, id) => {
    expect(entityId(filled(), kind, typed)).toBe(id)
  })

  test('fits several: they are listed, those with most events first', () => {
    expect(() => entityId(filled(), 'item', 'chocolate')).toThrow(
      expect.objectContaining({
        name: 'UserError',
        message: '2 items have "chocolate" in their title.',
        hint: 'Write the id of one of them:\ni3  Oat milk, CHOCOLATE\ni2  Chocolate milk',
      }),
    )
    // events of its items count for an advertiser, who has four of five
    expect(
      filled()
        .named('advertisers', ['nor'], 10)
        .found.map(({ externalId }) => externalId),
    ).toEqual(['a1', 'a2'])
  })

  test.each<['user' | 'item' | 'advertiser', string, string]>([
    ['user', 'u9', 'There is no user u9 in this workspace.'],
    ['item', 'cheese', 'There is no item cheese in this workspace, and none with that in its title.'],
    ['item', '%', 'There is no item % in this workspace, and none with that in its title.'],
    ['item', '', 'There is no item  in this workspace, and none with that in its title.'],
    ['advertiser', 'milk', 'There is no advertiser milk in this workspace, and none with that in its name.'],
  ])('fits nothing: %s %s', (kind, typed, message) => {
    expect(() => entityId(filled(), kind, typed)).toThrow(expect.objectContaining({ name: 'UserError', message }))
  })
})
