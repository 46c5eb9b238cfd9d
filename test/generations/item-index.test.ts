import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { HnswIndex } from '../../src/ann/hnsw.js'
import { ItemIndex, graphRows } from '../../src/ann/item-index.js'
import { Rng } from '../../src/core/rng.js'
import { FILES } from '../../src/generations/files.js'
import { bestItems } from './asking.js'
import { unitVectors } from '../fixtures/unit-vectors.js'
import { entriesOf, madeGeneration } from './made-generation.js'

const width = 8
const OPTIONS = { connectivity: 16, expansionAdd: 128, expansionSearch: 64 }

async function indexOf(vectors: Float32Array, bonus = new Float32Array(vectors.length / width)): Promise<ItemIndex> {
  const { rows, width: wide } = graphRows({ vectors, width, bonus })
  return new ItemIndex(await HnswIndex.build(rows.vectors, wide, OPTIONS), width, rows)
}

const sorted = (items: Iterable<number>): number[] => [...items].sort((a, b) => a - b)
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)
const vectorOf = (vectors: Float32Array, item: number): Float32Array => vectors.slice(item * width, (item + 1) * width)

/** The sums `vector . user + bonus` of all items, in doubles. */
function sums(vectors: Float32Array, bonus: ArrayLike<number>, user: Float32Array): number[] {
  return Array.from(bonus, (b, e) => user.reduce((s, x, i) => s + x * vectors[e * width + i], b))
}

/** How many of the items found score no less than the k-th best of all; of equal ones any will do. */
function good(found: Iterable<number>, scores: readonly number[], k: number): number {
  const least = scores.toSorted((a, b) => b - a)[k - 1]
  return [...found].filter((item) => scores[item] >= least - 1e-6).length
}

describe('an index of items', () => {
  it('finds the highest sums of product and bonus', async () => {
    const vectors = unitVectors(2000, width, 1)
    const rng = new Rng(2)
    const bonus = Float32Array.from({ length: 2000 }, () => 0.3 * Math.log1p(rng.int(200)))
    const index = await indexOf(vectors, bonus)
    const users = unitVectors(40, width, 3)
    let [hits, byProduct] = [0, 0]
    for (let u = 0; u < 40; u++) {
      const user = vectorOf(users, u)
      const found = await index.find(user, 50)
      hits += good(found, sums(vectors, bonus, user), 50)
      byProduct += good(found, sums(vectors, new Float32Array(2000), user), 50)
    }
    expect(hits / (40 * 50)).toBeGreaterThan(0.95)
    // the bonus decides: by product alone it would be another list
    expect(byProduct / (40 * 50)).toBeLessThan(0.7)
  })

  it('of equal vectors alone finds every one of them', async () => {
    const [one] = [unitVectors(1, width, 4)]
    const vectors = Float32Array.from({ length: 1500 * width }, (_, i) => one[i % width])
    const index = await indexOf(vectors)
    for (const k of [1, 10, 1500, 9999]) {
      const found = await index.find(unitVectors(1, width, k), k)
      expect(sorted(found)).toEqual(range(0, 1500))
    }
  })

  it('finds every one of a thousand equal vectors among others, and the others, too', async () => {
    // items 500 .. 1499 are one vector, as catalogs have them: the same title, seller, category and price
    const vectors = unitVectors(3000, width, 5)
    const twin = vectorOf(vectors, 500)
    for (let item = 501; item < 1500; item++) vectors.set(twin, item * width)
    const index = await indexOf(vectors)
    expect(sorted(await index.find(twin, 1000)).filter((item) => item >= 500 && item < 1500)).toEqual(range(500, 1500))
    let found = 0
    for (let item = 0; item < 3000; item += item === 499 ? 1001 : 1)
      if ((await index.find(vectorOf(vectors, item), 5)).includes(item)) found++
    expect(found / 2000).toBeGreaterThan(0.99)
  })

  it('keeps equal vectors apart where their bonus differs', async () => {
    const one = unitVectors(1, width, 6)
    const vectors = Float32Array.from({ length: 400 * width }, (_, i) => one[i % width])
    const bonus = Float32Array.from({ length: 400 }, (_, item) => (item % 100) / 100)
    const { rows } = graphRows({ vectors, width, bonus })
    expect(rows.offsets).toHaveLength(101)
    // the four of the largest bonus come first, and no more are needed for four
    expect(sorted(await (await indexOf(vectors, bonus)).find(one, 4))).toEqual([99, 199, 299, 399])
  })

  it('gives at least as many as asked for, or all that there are', async () => {
    const index = await indexOf(unitVectors(30, width, 7))
    expect(new Set(await index.find(unitVectors(1, width, 8), 12)).size).toBe(12)
    expect(sorted(await index.find(unitVectors(1, width, 8), 31))).toEqual(range(0, 30))
  })
})

const AT = 100

/** The share of the exact first hundred that are found, over the users, by scoring everything. */
async function recallOf(
  find: (user: Float32Array) => Promise<Iterable<number>>,
  vectors: Float32Array,
  users: Float32Array,
): Promise<number> {
  let hits = 0
  const n = users.length / width
  for (let u = 0; u < n; u++) {
    const user = vectorOf(users, u)
    const scores = sums(vectors, new Float32Array(vectors.length / width), user)
    hits += Math.min(AT, good(await find(user), scores, AT))
  }
  return hits / (n * AT)
}

type Made = Awaited<ReturnType<typeof madeGeneration>>
const listed =
  ({ opened }: Made) =>
  async (user: Float32Array): Promise<Iterable<number>> =>
    (await bestItems(opened, user, AT)).items

/** The published graph alone, searched as widely as its manifest says. */
async function graphOf({ folder, manifest }: Made, vectors: Float32Array) {
  const { generation, index } = manifest
  const graph = await HnswIndex.load(join(folder, generation, FILES.index), index, index.expansionSearch)
  const { rows } = graphRows({ vectors, width, bonus: new Float32Array(vectors.length / width) })
  const items = new ItemIndex(graph, width, rows)
  return (user: Float32Array): Promise<Uint32Array> => items.find(user, AT)
}

describe('the recall that a generation states', () => {
  const users = unitVectors(40, width, 11)

  it('is 1 where all items are alike: any of them will do, and all are listed', async () => {
    const one = unitVectors(1, width, 12)
    const vectors = Float32Array.from({ length: 1200 * width }, (_, i) => one[i % width])
    const made = await madeGeneration(entriesOf('item-run', vectors, width), users)
    expect(made.manifest.recall).toEqual({ at: 100, queries: 40, recall: 1 })
    expect(made.manifest.index).toMatchObject({ search: 'graph', entries: 1 })
    expect(sorted((await bestItems(made.opened, one, 1200)).items)).toEqual(range(0, 1200))
  })

  it.each([
    ['a good graph', { connectivity: 16, expansionAdd: 128, expansionSearch: 64, recall: 0 }],
    ['a poor one', { connectivity: 2, expansionAdd: 2, expansionSearch: 1, recall: 0 }],
  ])(
    'is what its graph reaches against scoring everything, with a thousand equal items among others: %s',
    async (_, index) => {
      const vectors = unitVectors(4000, width, 13)
      for (let item = 1001; item < 2000; item++) vectors.set(vectors.slice(1000 * width, 1001 * width), item * width)
      const made = await madeGeneration(entriesOf('item-run', vectors, width), users, { index })
      expect(made.manifest.recall).toMatchObject({ at: 100, queries: 40 })
      const stated = made.manifest.recall!.recall
      expect(stated).toBeCloseTo(await recallOf(await graphOf(made, vectors), vectors, users), 3)
      // what is listed is no worse than is stated
      expect(await recallOf(listed(made), vectors, users)).toBeGreaterThan(stated - 0.0005)
      if (index.connectivity === 2) expect(made.manifest.recall!.recall).toBeLessThan(0.9)
      else expect(made.manifest.recall!.recall).toBeGreaterThan(0.95)
    },
  )
})

describe('the recall that is asked for', () => {
  const vectors = unitVectors(6000, width, 21)
  const users = unitVectors(30, width, 22)
  const poor = { connectivity: 3, expansionAdd: 8, expansionSearch: 50 }

  it('is met by a wider search where the graph allows it, and the build says so', async () => {
    const narrow = await madeGeneration(entriesOf('item-run', vectors, width), users, { index: { ...poor, recall: 0 } })
    expect(narrow.manifest.index).toMatchObject({ search: 'graph', expansionSearch: 50 })
    expect(narrow.lines).toEqual([])
    const before = narrow.manifest.recall!.recall
    const recall = before + (1 - before) / 4
    const wide = await madeGeneration(entriesOf('item-run', vectors, width), users, { index: { ...poor, recall } })
    expect(wide.manifest.index.search).toBe('graph')
    expect(wide.manifest.index.expansionSearch).toBeGreaterThan(50)
    expect(wide.manifest.recall!.recall).toBeGreaterThanOrEqual(recall)
    expect(wide.lines.join()).toContain(`looks at ${wide.manifest.index.expansionSearch} candidates instead of 50`)
    // and what is opened searches as widely as was measured
    expect(await recallOf(await graphOf(wide, vectors), vectors, users)).toBeCloseTo(wide.manifest.recall!.recall, 3)
    expect(await recallOf(listed(wide), vectors, users)).toBeGreaterThan(recall - 0.0005)
  })

  it('turns to scoring every item where the graph cannot meet it, and the build says so', async () => {
    const index = { connectivity: 2, expansionAdd: 2, expansionSearch: 1, recall: 1 }
    const made = await madeGeneration(entriesOf('item-run', vectors, width), users, { index })
    expect(made.manifest.index).toMatchObject({ search: 'exact', expansionSearch: 8 })
    // what is stated is the graph's
    expect(made.manifest.recall!.recall).toBeLessThan(1)
    expect(made.lines.join()).toContain('every item will be scored')
    expect(made.opened.items.isExact()).toBe(true)
    expect(await recallOf(listed(made), vectors, users)).toBe(1)
  })

  it('cannot be measured before a user is encoded: the graph is used, and nothing is stated', async () => {
    const made = await madeGeneration(
      entriesOf('item-run', vectors.slice(0, 100 * width), width),
      new Float32Array(0),
      {
        index: { ...poor, recall: 1 },
      },
    )
    expect(made.manifest.recall).toBeNull()
    expect(made.manifest.index.search).toBe('graph')
    expect(made.opened.items.isExact()).toBe(false)
  })
})
