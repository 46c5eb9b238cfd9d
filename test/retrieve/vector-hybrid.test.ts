import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { HnswIndex } from '../../src/ann/hnsw.js'
import { ItemIndex, graphRows } from '../../src/ann/item-index.js'
import { Rng } from '../../src/core/rng.js'
import type { Queries } from '../../src/protocol/queries.js'
import type { EntrySet } from '../../src/retrieve/recommender.js'
import { VectorHybrid, bonusOf, type HybridVectors } from '../../src/retrieve/vector-hybrid.js'

const width = 8
const rng = new Rng(21)
const unit = (): number[] => {
  const v = Array.from({ length: width }, () => rng.normal())
  const length = Math.hypot(...v)
  return v.map((x) => x / length)
}

function parts(entries: number): HybridVectors {
  return {
    run: 'r',
    width,
    vectors: Float32Array.from(Array.from({ length: entries }, unit).flat()),
    popularity: Float32Array.from({ length: entries }, () => Math.log1p(rng.int(50))),
    weights: { own: 0.2, recent: 0.1, popularity: 0.03 },
    seed: 5,
    masked: false,
  }
}

/** Users with a drawn history and a drawn vector. */
function queries(users: number, entries: number, events: number): Queries {
  return {
    events: {
      users,
      offsets: Uint32Array.from({ length: users + 1 }, (_, u) => u * events),
      eventItem: Int32Array.from({ length: users * events }, () => rng.int(entries)),
      eventAdvertiser: new Int32Array(users * events),
      eventType: new Uint8Array(users * events),
      eventDomain: new Uint8Array(users * events),
      eventTime: new Uint32Array(users * events).fill(1_000_000),
      eventSeq: Uint32Array.from({ length: users * events }, (_, i) => i + 1),
    },
    users: Int32Array.from({ length: users }, (_, u) => u),
    ends: Int32Array.from({ length: users }, (_, u) => (u + 1) * events),
    moment: 1_000_000 + 86_400 * 10,
    vectors: { r: Float32Array.from(Array.from({ length: users }, unit).flat()) },
  }
}

const setOf = (entries: number, share: number): EntrySet => {
  const outside = Uint8Array.from({ length: entries }, () => (rng.uniform() < share ? 0 : 1))
  return { ids: Int32Array.from(outside.keys()).filter((e) => outside[e] === 0), outside }
}

/** By the formula, from the whole row of scores. */
async function best(hybrid: VectorHybrid, asked: Queries, q: number, k: number, allowed: (e: number) => boolean) {
  const row = new Float32Array(hybrid.entries)
  await hybrid.score(asked, q, q + 1, row)
  return [...row.keys()]
    .filter(allowed)
    .sort((a, b) => row[b] - row[a])
    .slice(0, k)
    .map((e) => row[e])
}

async function indexed(of: HybridVectors, cost: { graph: number; graphPerEntry: number; exactPerEntry: number }) {
  const { rows, width: wide } = graphRows({ ...of, bonus: bonusOf(of) })
  const options = { connectivity: 16, expansionAdd: 128, expansionSearch: 64 }
  const built = await HnswIndex.build(rows.vectors, wide, options)
  const path = join(mkdtempSync(join(tmpdir(), 'adseq-hybrid-')), 'i.usearch')
  const graph = await HnswIndex.load(path, await built.save(path), 64)
  return new VectorHybrid('item', { ...of, index: { items: new ItemIndex(graph, width, rows), cost } })
}

const FREE_GRAPH = { graph: 0, graphPerEntry: 0, exactPerEntry: 1 }
const FREE_EXACT = { graph: 1, graphPerEntry: 1, exactPerEntry: 0 }

describe('a hybrid over vectors', () => {
  test('lists what its scores say, with and without a filter and what is left out', async () => {
    const hybrid = new VectorHybrid('item', parts(400))
    const asked = queries(5, 400, 6)
    const only = setOf(400, 0.2)
    const skip = only.ids.slice(0, 10)
    const lists = await hybrid.list(asked, 30, { only, without: () => skip })
    for (let q = 0; q < 5; q++) {
      const right = await best(hybrid, asked, q, 30, (e) => only.outside[e] === 0 && !skip.includes(e))
      expect([...lists.scores.subarray(q * 30, (q + 1) * 30)]).toEqual(right)
    }
  })

  test('a filter never shortens a list: 100 of the 100 that are eligible, by graph and by scoring them', async () => {
    const of = parts(5000)
    const asked = queries(4, 5000, 5)
    const outside = new Uint8Array(5000).fill(1)
    const ids = Int32Array.from({ length: 100 }, (_, i) => i * 50)
    for (const id of ids) outside[id] = 0
    for (const cost of [FREE_GRAPH, FREE_EXACT]) {
      const hybrid = await indexed(of, cost)
      const how: boolean[] = []
      const lists = await hybrid.list(asked, 100, {
        only: { ids, outside },
        onSearch: (_, { exact }) => how.push(exact),
      })
      expect([...lists.counts]).toEqual([100, 100, 100, 100])
      expect(how).toEqual(cost === FREE_EXACT ? [true, true, true, true] : how)
    }
  })

  test.each([1, 0.1, 0.01])('recall of the graph is high where %f of the entries are eligible', async (share) => {
    const of = parts(6000)
    const asked = queries(20, 6000, 5)
    const only = setOf(6000, share)
    const [graph, exact] = [await indexed(of, FREE_GRAPH), new VectorHybrid('item', of)]
    const k = 20
    const [found, right] = [await graph.list(asked, k, { only }), await exact.list(asked, k, { only })]
    let hits = 0
    for (let q = 0; q < 20; q++) {
      const mine = new Set(found.entries.subarray(q * k, q * k + found.counts[q]))
      for (const e of right.entries.subarray(q * k, q * k + right.counts[q])) if (mine.has(e)) hits++
    }
    expect(hits / right.counts.reduce((a, b) => a + b, 0)).toBeGreaterThanOrEqual(0.98)
  })

  test("the user's own entries are found by a graph that knows nothing of them", async () => {
    const of = parts(3000)
    of.weights = { own: 5, popularity: 0 }
    const asked = queries(6, 3000, 4)
    const lists = await (await indexed(of, FREE_GRAPH)).list(asked, 4)
    for (let q = 0; q < 6; q++) {
      const own = new Set(asked.events.eventItem.subarray(q * 4, q * 4 + 4))
      expect([...lists.entries.subarray(q * 4, q * 4 + own.size)].every((e) => own.has(e))).toBe(true)
    }
  })

  test('masked: what is in the history is not listed', async () => {
    const hybrid = new VectorHybrid('item', { ...parts(200), masked: true })
    const asked = queries(3, 200, 8)
    const lists = await hybrid.list(asked, 50)
    for (let q = 0; q < 3; q++) {
      const own = new Set(asked.events.eventItem.subarray(q * 8, q * 8 + 8))
      expect([...lists.entries.subarray(q * 50, q * 50 + 50)].some((e) => own.has(e))).toBe(false)
    }
  })

  test('without a vector and without a tower it says so', async () => {
    const { vectors: _, ...bare } = queries(1, 10, 1)
    await expect(new VectorHybrid('item', parts(10)).list(bare, 1)).rejects.toThrow('without its user tower')
  })

  test('takes of what a graph finds only as much for complete as its slack says, or scores what is eligible', async () => {
    const of = parts(2000)
    const exact = new VectorHybrid('item', of)
    const asked = queries(1, 2000, 3)
    const only = setOf(2000, 0.1)
    const right = await exact.list(asked, 20, { only })
    const row = new Float32Array(2000)
    await exact.score(asked, 0, 1, row)
    const order = [...row.keys()].sort((a, b) => row[b] - row[a])
    // of n that it is asked for, it finds every second one beyond the first quarter
    const find = async (_: Float32Array, n: number) =>
      Uint32Array.from([...order.slice(0, n / 4), ...order.slice(n / 4).filter((_, i) => i % 2 === 0)].slice(0, n))
    const lists = async (slack: number | null) => {
      const index = { items: { find } as unknown as ItemIndex, cost: { ...FREE_GRAPH, slack } }
      let exactly: boolean | undefined
      const found = await new VectorHybrid('item', { ...of, index }).list(asked, 20, {
        only,
        onSearch: (_, { exact }) => (exactly = exact),
      })
      return { exactly, entries: [...found.entries] }
    }
    const wanted = [...right.entries]
    expect((await lists(1)).entries).not.toEqual(wanted)
    expect(await lists(4)).toEqual({ exactly: false, entries: wanted })
    expect(await lists(null)).toEqual({ exactly: true, entries: wanted })
  })
})
