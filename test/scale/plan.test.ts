import { describe, expect, it } from 'vitest'
import {
  cellsOf,
  entryBytes,
  INDEX_KINDS,
  mayBeBusy,
  plan,
  searchSeconds,
  type Plan,
  type PlanAssumptions,
  type PlanModel,
  type PlanPart,
  type PlanSize,
  type Rates,
} from '../../src/scale/plan.js'
import { planText } from '../../src/scale/plan-text.js'
import { runAdseq } from '../e2e/run-adseq.js'

const model: PlanModel = { width: 64, vectorWidth: 64, connectivity: 16, steps: 1000 }
const assumptions: PlanAssumptions = {
  latency: 50,
  peak: 3,
  copies: 2,
  batchHours: 4,
  machineCores: 32,
  machineMemoryGB: 256,
  machinePrice: 2,
  diskPrice: 0.1,
  candidates: 100,
  codeBytes: 16,
  probes: 64,
}
const rates: Rates = {
  encodeUser: 1e-3,
  encodeItem: 1e-5,
  graphSearch: 1e-3,
  graphInsert: 2e-3,
  graphEntries: 10_000,
  scanBatch: 1e-8,
  readByte: 1e-10,
  readList: 1e-4,
  trainStep: 0.4,
  from: 'given',
  trainFrom: 'given',
}
/** A request a second in the mean, three at the peak. */
const size: PlanSize = {
  items: 1e8,
  users: 1e6,
  advertisers: 1e4,
  requestsPerDay: 86_400,
  eventsPerUser: 100,
  activeShare: 0.1,
}

const partOf = ({ parts }: Plan, part: string, kind: string): PlanPart =>
  parts.find((one) => one.part === part && one.kind === kind)!
const planned = (changed: Partial<PlanSize & PlanAssumptions & Rates> = {}): Plan =>
  plan({ ...size, ...changed }, model, { ...assumptions, ...changed }, { ...rates, ...changed })

describe('what an entry and a search take', () => {
  it('bytes: 64 floats, 32 links of 4, a key of 8', () => {
    expect(INDEX_KINDS.map((kind) => entryBytes(kind, model, 16))).toEqual([
      256 + 128 + 8,
      128 + 128 + 8,
      64 + 128 + 8,
      64 + 8,
      16 + 8,
    ])
  })

  it('a graph: with the log of its entries', () => {
    expect(searchSeconds('HNSW f32', rates, 1e8, model, assumptions)).toBeCloseTo(2e-3, 9)
    expect(searchSeconds('HNSW int8', rates, 1e4, model, assumptions)).toBeCloseTo(1e-3, 9)
  })

  it('an inverted file: its cells by a graph, then 64 of them', () => {
    expect(cellsOf(1e8)).toBe(40_000)
    // 1e8 * 64 / 40,000 = 160,000 entries of 64 bytes (of 16), .1 ns a byte; log(40,000) / log(10,000) = 1.1505
    expect(searchSeconds('IVF int8', rates, 1e8, model, assumptions)).toBeCloseTo(1.1505e-3 + 1.024e-3, 6)
    expect(searchSeconds('PQ', rates, 1e8, model, assumptions)).toBeCloseTo(1.1505e-3 + 0.256e-3, 6)
    // fewer cells than probes: everything once
    expect(searchSeconds('PQ', rates, 100, model, { ...assumptions, probes: 1e6 })).toBeCloseTo(
      (1e-3 * Math.log(40)) / Math.log(10_000) + 100 * 16 * 1e-10,
      12,
    )
  })

  it('a core may be busy for .7 of the time, less where the latency wants it', () => {
    expect(mayBeBusy(1e-3, 0.05)).toBe(0.7)
    expect(mayBeBusy(5e-3, 0.05)).toBeCloseTo(1 - 0.460517, 6)
    expect(mayBeBusy(20e-3, 0.05)).toBeLessThan(0)
  })
})

describe('parts', () => {
  it('an index on one machine, in two copies', () => {
    const index = partOf(planned(), 'item index', 'HNSW f32')
    expect(index.memoryGB).toBeCloseTo(39.2, 9)
    expect(index.cores).toBeCloseTo((3 * 2e-3) / 0.7, 9)
    expect(index.machines).toBe(2)
    expect(index.monthly).toBe(2 * 2 * 730)
    // 1e8 entries, each 2 ms * log(1e8) / log(1e4) = 4 ms, on 64 cores
    expect(index.batchHours).toBeCloseTo((1e8 * 4e-3) / 64 / 3600, 9)
  })

  it('an index in shards, each asked by every request', () => {
    const index = partOf(planned({ items: 1e9 }), 'item index', 'HNSW f32')
    expect(index.memoryGB).toBeCloseTo(392, 9)
    // 204.8 GB of a machine: two shards of 5e8, whose log is 8.69897 / 4 of that of 10,000
    expect(index.cores).toBeCloseTo((3 * 2 * 2.1747425e-3) / 0.7, 8)
    expect(index.machines).toBe(4)
    expect(index.monthly).toBe(4 * 2 * 730)
  })

  it('more machines where the load asks for them', () => {
    // 3e5 requests a second at the peak, 2 ms each, .7 busy: 857.14 cores on 27 machines of 32
    const index = partOf(planned({ requestsPerDay: 86_400e5 }), 'item index', 'HNSW int8')
    expect(index.cores).toBeCloseTo(857.142857, 5)
    expect(index.machines).toBe(27)
  })

  it('says where one request alone takes longer than the latency allows', () => {
    expect(partOf(planned({ latency: 5 }), 'item index', 'HNSW f32').tooSlow).toBe(true)
    expect(partOf(planned({ latency: 50 }), 'item index', 'HNSW f32').tooSlow).toBeUndefined()
  })

  it('a batch by night: paid for while it runs, and for its disk', () => {
    const vectors = partOf(planned(), 'user vectors', 'active users at night')
    // 1e5 users * 1 ms = 1 / 36 of a core hour
    expect(vectors.cores).toBeCloseTo(1 / 36 / 4, 12)
    expect(vectors.machines).toBe(1)
    expect(vectors.batchHours).toBeCloseTo(1 / 36 / 32, 12)
    expect(vectors.diskGB).toBeCloseTo(0.256, 12)
    expect(vectors.monthly).toBeCloseTo((1 / 36 / 32) * 2 * (730 / 24) + 0.0256, 12)
    // 1e5 * 1e4 * 10 ns = 10 s by a product, which is less than by a graph, and 1e6 lists of 100 by 8 bytes
    const lists = partOf(planned(), 'best advertisers', 'top 100 ranked at night')
    expect(lists.batchHours).toBeCloseTo(10 / 3600 / 32, 12)
    expect(lists.diskGB).toBeCloseTo(0.8, 12)
    // of 1e8 advertisers a product takes 1 s, a graph 2 ms
    const graph = partOf(planned({ advertisers: 1e8 }), 'best advertisers', 'top 100 ranked at night')
    expect(graph.batchHours * graph.machines * 32).toBeCloseTo((1e5 * 2e-3) / 3600, 9)
  })

  it('lists that are stored take less at the peak than lists made on request', () => {
    const parts = planned()
    expect(partOf(parts, 'best advertisers', 'stored top 100 read').cores).toBeCloseTo((3 * 1e-4) / 0.7, 12)
    expect(partOf(parts, 'best advertisers', 'ranked on request').cores).toBeCloseTo((3 * 2e-3) / 0.7, 12)
  })

  it('training holds all histories', () => {
    const training = partOf(planned(), 'training', 'one process')
    // 1e8 events of 18 bytes, 1e8 items of 64 floats and 20 bytes
    expect(training.memoryGB).toBeCloseTo(1.8 + 27.6, 9)
    expect(training.batchHours).toBeCloseTo((1000 * 0.2) / 3600, 9)
  })
})

describe('where one machine ends', () => {
  const small = { items: 1e6, users: 1e6, advertisers: 1 }
  const idle = { graphSearch: 1e-9, graphInsert: 1e-9, encodeUser: 1e-9, encodeItem: 1e-9, readList: 1e-9 }
  const endOf = (changed: Parameters<typeof planned>[0]) =>
    planned({ ...small, ...changed }).oneMachine.find(({ kind }) => kind === 'HNSW f32')!

  it('by memory: index, histories and tables in .8 of it', () => {
    const { items, users, endsBy } = endOf(idle)
    // bytes of one of each: 392 + 276 of an item, 1,800 of a user
    expect(Math.abs(items - 204.8e9 / (392 + 276 + 1800))).toBeLessThan(2)
    expect([users, endsBy]).toEqual([items, 'memory'])
  })

  it('by cores: the peak', () => {
    // stored lists alone: 3 requests a second for every 86,400 a day, 1 ms each, .7 busy, 32 cores
    const { requestsPerDay, endsBy } = endOf({ ...idle, readList: 1e-3, requestsPerDay: 86_400e3 })
    expect(endsBy).toBe('cores')
    expect(requestsPerDay / (((32 * 0.7) / 1e-3 / 3) * 86_400)).toBeCloseTo(1, 3)
  })

  it('by the night: 4 hours of 32 cores', () => {
    const { users, endsBy } = endOf({ ...idle, encodeUser: 1 })
    expect(endsBy).toBe('batch')
    // a tenth of the users, a second each
    expect(users / (4 * 3600 * 32 * 10)).toBeCloseTo(1, 3)
  })
})

it('the text tells what is too slow, where each figure is from, and what a stored list saves', () => {
  const lines = planText(planned({ latency: 5 }), 80)
  // 3 searches of 2 ms a second, cores that are hardly busy: .006 / .05
  expect(lines[1]).toBe('item index')
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
  expect(lines.find((line) => line.startsWith('  HNSW f32'))).toMatch(/39 GB +- +0\.1 ! +2 .*\$2,920$/)
  expect(lines).toContain('! the latency asked for cannot be kept: one request alone takes too long')
  expect(lines.filter((line) => line.endsWith('(given)')).length).toBeGreaterThan(8)
  expect(planText(planned(), 80).filter((line) => line.includes('!'))).toEqual([])
  expect(planText(planned(), Infinity).at(-1)).toMatch(
    /^Best advertisers on request take 0\.0 cores at the peak, \$2,920 a month; /,
  )
})

it('adseq plan measures this machine and prints every part', { timeout: 60_000 }, async () => {
  const { code, stdout } = await runAdseq(['plan', '--items', '1e9', '--users', '5e8', '--json'])
  expect(code).toBe(0)
  const made = JSON.parse(stdout) as Plan & { rates: Rates }
  expect(made.parts.map(({ kind }) => kind)).toEqual(expect.arrayContaining([...INDEX_KINDS]))
  for (const { part, kind, memoryGB, cores, machines, monthly, from } of made.parts) {
    expect([typeof part, typeof kind, typeof from]).toEqual(['string', 'string', 'string'])
    expect([memoryGB >= 0, cores > 0, machines >= 1, monthly > 0]).toEqual([true, true, true, true])
  }
  for (const [name, value] of Object.entries(made.rates))
    if (typeof value === 'number') expect([name, value > 0 && Number.isFinite(value)]).toEqual([name, true])
  const text = await runAdseq(['plan', '--items', 'many', '--users', '5'])
  expect([text.code, text.stderr]).toEqual([2, expect.stringMatching(/many is no number above 0/)])
})
