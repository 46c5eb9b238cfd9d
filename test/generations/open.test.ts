import { mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { HnswIndex } from '../../src/ann/hnsw.js'
import { UserError } from '../../src/core/errors.js'
import { sha256, sha256File } from '../../src/core/hash.js'
import { Rng } from '../../src/core/rng.js'
import { writeSafetensors } from '../../src/core/safetensors.js'
import type { MadeUpEvent } from '../../src/features/made-up-history.js'
import { FILES, readManifest, verifyGeneration, type PublishedGeneration } from '../../src/generations/files.js'
import { openGeneration } from '../../src/generations/open.js'
import type { Fitted } from '../../src/retrieve/fit.js'
import { bestItems, storedQuery } from './asking.js'
import { unitVectors } from '../fixtures/unit-vectors.js'
import { entriesOf, indexFolder, madeGeneration } from './made-generation.js'

const width = 8
const E = 1000
const MOMENT = 1_500_000_299
const DAY = 86_400
const vectors = unitVectors(E, width, 1)
const users = unitVectors(20, width, 2)
const rng = new Rng(3)
const popularity = Float32Array.from({ length: E }, () => Math.log1p(rng.int(300)))
const weights: Fitted = { own: 0.3, recent: 0.2, popularity: 0.05, from: 0, to: 1, users: 9, recall: {} }
const userVector = (u: number): Float32Array => users.slice(u * width, (u + 1) * width)

/** item and age in days of every event */
const HISTORY: [item: number, days: number][] = [
  [7, 90],
  [41, 60],
  [7, 30],
  [999, 1],
  [7, 0],
]
const events = HISTORY.map(([item, days]): MadeUpEvent => ({
  item,
  advertiser: -1,
  type: 0,
  domain: 0,
  time: MOMENT - days * DAY,
}))

/** cosine + .05 log popularity + .3 log(1 + events) + .2 log(1 + events halved every 30 days) */
function scoresFor(u: number, history: readonly (readonly [number, number])[]): number[] {
  return Array.from({ length: E }, (_, e) => {
    const about = history.filter(([item]) => item === e)
    const cosine = userVector(u).reduce((s, x, i) => s + x * vectors[e * width + i], 0)
    const decayed = about.reduce((s, [, days]) => s + 2 ** (-days / 30), 0)
    return cosine + 0.05 * popularity[e] + 0.3 * Math.log1p(about.length) + 0.2 * Math.log1p(decayed)
  })
}
const best = (scores: readonly number[], k: number, without: readonly number[] = []): number[] =>
  scores
    .map((_, e) => e)
    .filter((e) => !without.includes(e))
    .sort((a, b) => scores[b] - scores[a])
    .slice(0, k)

/** What a generation lists for a user with the history. */
async function listed(
  { opened }: Awaited<ReturnType<typeof madeGeneration>>,
  u: number,
  k: number,
  without?: readonly number[],
): Promise<{ items: number[]; scores: number[] }> {
  const { entries, scores, counts } = await opened.items.list(
    storedQuery(userVector(u), events),
    k,
    without && { without: () => without },
  )
  return { items: [...entries.subarray(0, counts[0])], scores: [...scores.subarray(0, counts[0])] }
}

const GRAPH = { connectivity: 32, expansionAdd: 256, expansionSearch: 800, recall: 0 }
const EXACT = { connectivity: 2, expansionAdd: 2, expansionSearch: 1, recall: 1 }

describe.each([
  ['a graph', GRAPH],
  ['every item scored', EXACT],
])('a published hybrid, found by %s', (_, index) => {
  const published = entriesOf('item-run', vectors, width, { popularity, weights })
  const kept = madeGeneration(published, users, { index })
  const masked = madeGeneration(published, users, { index, history: 'masked' })

  it('scores by cosine, popularity and own history with the weights that were published', async () => {
    const { opened } = await kept
    expect(opened.items.isExact()).toBe(index === EXACT)
    const out = new Float32Array(E)
    await opened.items.score(storedQuery(userVector(0), events), 0, 1, out)
    scoresFor(0, HISTORY).forEach((score, e) => expect(out[e]).toBeCloseTo(score, 5))
  })

  it('lists the highest of these scores, own history included though the index does not know it', async () => {
    for (let u = 0; u < 10; u++) {
      const scores = scoresFor(u, HISTORY)
      const { items, scores: given } = await listed(await kept, u, 20)
      expect(items).toEqual(best(scores, 20))
      items.forEach((item, i) => expect(given[i]).toBeCloseTo(scores[item], 5))
    }
  })

  it('masked, lists nothing of the history and still as many as asked for', async () => {
    for (let u = 0; u < 10; u++)
      expect((await listed(await masked, u, 20)).items).toEqual(best(scoresFor(u, HISTORY), 20, [7, 41, 999]))
  })

  it('passes over what a query is not to be shown', async () => {
    const without = best(scoresFor(1, HISTORY), 15)
    expect((await listed(await kept, 1, 20, without)).items).toEqual(best(scoresFor(1, HISTORY), 20, without))
  })

  it('gives all items where more are asked for than there are', async () => {
    const { items } = await listed(await kept, 2, E + 50)
    expect(items).toEqual(best(scoresFor(2, HISTORY), E))
  })

  it('is encoded by the tower of its run where no vector is stored, and says so where there is no tower', async () => {
    const { folder, row, opened } = await kept
    const asked: number[] = []
    const item = {
      encodeUsers: async ({ ends }: { ends: Int32Array }) => {
        asked.push(ends[0])
        return userVector(3)
      },
    }
    const { items } = await openGeneration(folder, row, { item })
    const { vectors: _, ...history } = storedQuery(userVector(0), events)
    const { entries } = await items.list(history, 20)
    expect([...entries]).toEqual(best(scoresFor(3, HISTORY), 20))
    expect(asked).toEqual([5])
    // a vector of another run is none of this one
    await items.list(storedQuery(userVector(0), events, { run: 'another-run' }), 1)
    expect(asked).toEqual([5, 5])
    await expect(opened.items.list(history, 20)).rejects.toThrow('without its user tower')
    await expect(opened.items.list(storedQuery(Float32Array.of(1, 0)), 20)).rejects.toThrow('width 8')
  })
})

describe('published advertisers', () => {
  const advertisers = entriesOf('advertiser-run', unitVectors(30, 4, 5), 4)

  it('are listed by the vectors and the run that they were published with', async () => {
    const { opened, manifest } = await madeGeneration(entriesOf('item-run', vectors, width), users, { advertisers })
    expect(manifest.advertisers).toMatchObject({ entries: 30, width: 4 })
    const own = (await advertisers.encode(12, 13)) as Float32Array
    const { entries, scores } = await opened.advertisers!.list(storedQuery(own, [], { run: 'advertiser-run' }), 3)
    expect(entries[0]).toBe(12)
    expect(scores[0]).toBeCloseTo(1, 6)
    expect(opened.advertisers!.isExact()).toBe(true)
  })

  it('of which a file is cut short are refused', async () => {
    const { folder, row } = await madeGeneration(entriesOf('item-run', vectors, width), users, { advertisers })
    const path = join(folder, row.id, FILES.advertisers)
    truncateSync(path, statSync(path).size - 8)
    await expect(openGeneration(folder, row)).rejects.toThrow(UserError)
    await expect(verifyGeneration(folder, row)).rejects.toThrow(`${FILES.advertisers} has`)
  })
})

/** A generation as the first version published it: an index over the items' vectors as they are, and no weights. */
async function firstVersion(): Promise<{ folder: string; row: PublishedGeneration }> {
  const folder = indexFolder()
  const id = 'generation-20260101-000000-0001'
  mkdirSync(join(folder, id))
  const path = (name: string): string => join(folder, id, name)
  writeSafetensors(path('items.safetensors'), { items: { shape: [E, width], data: vectors } }, { run: 'item-run' })
  const options = { connectivity: 16, expansionAdd: 128, expansionSearch: 64 }
  const index = await (await HnswIndex.build(vectors, width, options)).save(path('items.usearch'))
  const items = path('items.safetensors')
  const manifest = JSON.stringify({
    version: 1,
    generation: id,
    created: '2026-01-01T00:00:00.000Z',
    itemRun: 'item-run',
    advertiserRun: 'advertiser-run',
    seq: 1,
    asOf: MOMENT,
    items: E,
    width,
    vectors: { bytes: statSync(items).size, sha256: await sha256File(items) },
    index: { ...index, expansionSearch: 64, seconds: 0.1 },
    recall: { at: 100, queries: 20, recall: 0.99 },
  })
  writeFileSync(path('manifest.json'), manifest)
  return { folder, row: { id, info: { manifest: sha256(manifest) } } }
}

describe('a generation of the first version', () => {
  it('is still read: items by cosine, from its graph, without what it does not have', async () => {
    const { folder, row } = await firstVersion()
    await verifyGeneration(folder, row)
    const opened = await openGeneration(folder, row)
    expect(opened.advertisers).toBeUndefined()
    expect(opened.items.isExact()).toBe(false)
    let hits = 0
    for (let u = 0; u < 20; u++) {
      const cosines = Array.from({ length: E }, (_, e) =>
        userVector(u).reduce((s, x, i) => s + x * vectors[e * width + i], 0),
      )
      const { items, scores } = await bestItems(opened, userVector(u), 10)
      items.forEach((item, i) => expect(scores[i]).toBeCloseTo(cosines[item], 5))
      hits += best(cosines, 10).filter((item) => items.includes(item)).length
      // own history had no weight
      const { entries } = await opened.items.list(storedQuery(userVector(u), events), 10)
      expect([...entries]).toEqual([...items])
    }
    expect(hits / 200).toBeGreaterThan(0.95)
  })
})

describe('a generation of a version to come', () => {
  it('is refused with what to do, not read as if it were of this one', async () => {
    const { folder, row } = await madeGeneration(entriesOf('item-run', vectors, width), users)
    const path = join(folder, row.id, 'manifest.json')
    const newer = readFileSync(path, 'utf8').replace('"version": 2', '"version": 3')
    writeFileSync(path, newer)
    const published = { ...row, info: { ...row.info, manifest: sha256(newer) } }
    const refused = expect.objectContaining({ name: 'UserError', message: expect.stringContaining('newer adseq') })
    expect(() => readManifest(folder, published)).toThrow(refused)
    await expect(openGeneration(folder, published)).rejects.toEqual(refused)
  })
})
