import { inspectAdvertiser } from '../../src/inspect/advertiser.js'
import { dataView } from '../../src/inspect/data.js'
import { inspectItem } from '../../src/inspect/item.js'
import type { Lookup } from '../../src/inspect/lookup.js'
import { Curves } from '../../src/inspect/curves.js'
import type { WorkspaceState } from '../../src/inspect/state.js'
import type { Run } from '../../src/inspect/runs.js'
import { UserError } from '../../src/core/errors.js'
import { inspectUser, randomUser } from '../../src/inspect/user.js'
import type { FunnelSource, Sources } from '../../src/tui/sources.js'
import { fixtureSubject } from '../inspect/fixture.js'

/** What a person sees of a frame: no escape codes, no trailing blanks. */
export function plain(frame: string | undefined): string {
  return (
    (frame ?? '')
      // eslint-disable-next-line no-control-regex
      .replace(/\u001B\[[0-9;?]*[a-zA-Z]/g, '')
      .split('\n')
      .map((line) => line.trimEnd())
      .join('\n')
  )
}

/** Waits until a frame holds a text or matches an expression, and returns it; fails with the last frame. */
export async function until(
  frame: () => string | undefined,
  expected: string | RegExp,
  patience = 10_000,
): Promise<string> {
  const end = Date.now() + patience
  for (;;) {
    const text = plain(frame())
    if (typeof expected === 'string' ? text.includes(expected) : expected.test(text)) return text
    if (Date.now() > end) throw new Error(`${expected} was never shown:\n${text}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

export const KEYS = {
  up: '\u001B[A',
  down: '\u001B[B',
  right: '\u001B[C',
  left: '\u001B[D',
  enter: '\r',
  escape: '\u001B',
  tab: '\t',
  pageDown: '\u001B[6~',
}

export function fixtureRun(id: string, tower: string, over: Partial<Run> = {}): Run {
  const curves = new Curves()
  curves.add({
    type: 'start',
    run: id,
    kind: 'item',
    phase: 'select',
    steps: 500,
    from: 0,
    parameters: 9,
    engine: 'onnx',
    device: 'cpu',
  })
  for (let step = 10; step <= 500; step += 10)
    curves.add({
      type: 'step',
      phase: 'select',
      step,
      loss: (tower === 'mean' ? 8 : 7) - step / 250,
      learningRate: 1,
      tau: 1,
      gradientNorm: 1,
      rowsPerSecond: 1,
      seconds: step,
    })
  for (let step = 100; step <= 500; step += 100)
    curves.add({
      type: 'validation',
      phase: 'select',
      step,
      recall: { 10: step / 10_000, 100: step / 3000 },
      best: true,
    })
  return {
    id,
    kind: 'item',
    status: 'done',
    created: '2026-01-31T10:15:00Z',
    engine: 'onnx',
    device: 'cpu',
    seed: 1,
    cutoff: 8_640_000,
    windowDays: 30,
    dataHash: 'd'.repeat(16),
    configHash: 'c'.repeat(16),
    weightsHash: tower.repeat(8).slice(0, 16),
    parameters: 412_345,
    seconds: 192,
    recall: { 10: 0.05, 100: 0.17 },
    phase: 'select',
    step: 500,
    steps: 500,
    config: { 'model.userTower': tower, 'train.steps': '500' },
    curves,
    ...over,
  }
}

/** A lookup over the fixture data of the inspections, and a record of what it was asked. */
export function fixtureLookup(asked: string[] = []): Lookup {
  const subject = fixtureSubject()
  const size = { k: 100, events: 100 }
  return {
    async user(id, { runs, by }) {
      asked.push(`user ${id} by ${by ?? runs?.item ?? 'latest'}`)
      const view = await inspectUser(subject, id, size)
      if (by === undefined) return view
      // another way of looking lists the same the other way round, and ranks what was bought next by one worse
      const items = view.items.toReversed().map((item, i) => ({ ...item, rank: i + 1 }))
      const next = view.next.map((row) => ({ ...row, rank: row.rank === null ? null : row.rank + 1 }))
      return { ...view, items, next, itemBy: by, hits: { 10: 1, 100: 1 } }
    },
    random: async (draw) => randomUser(subject, draw),
    item: async (id) => inspectItem(subject, id, size.k),
    advertiser: async (id) => inspectAdvertiser(subject, id, size.k),
    find: async (words) => {
      const of = (table: 'items' | 'advertisers') =>
        subject.names.named(table, words, size.k).found.map(({ externalId, text }) => ({ id: externalId, text }))
      return { items: of('items'), advertisers: of('advertisers') }
    },
    data: async () => dataView(subject.snapshot),
    recommenders: async () => [{ name: 'popularity', summary: 'conversions of all time' }],
    renew: async () => {},
    close: async () => {},
  }
}

async function noData(): Promise<never> {
  throw new UserError(
    'There is no data in /w (no adseq.db).',
    'Import events first (adseq import csv FILES, or adseq generate-data).',
  )
}

/** What is answered where there is no data. */
export const failingLookup: Lookup = {
  ...fixtureLookup(),
  ...{ user: noData, random: noData, item: noData, advertiser: noData, find: noData, data: noData },
}

/** A workspace in which all is done. */
export function fixtureState(over: Partial<WorkspaceState> = {}): WorkspaceState {
  const runs = { item: 'item-1', advertiser: 'advertiser-1', finished: 2 }
  return {
    settings: true,
    data: {
      ...{ users: 4, items: 6, advertisers: 2, events: 100, ads: 6, seq: 100, waiting: 0, world: false },
      unfinished: [],
      watermarks: [
        { run: runs.item, seq: 100 },
        { run: runs.advertiser, seq: 100 },
      ],
    },
    runs,
    ranker: true,
    generations: [
      {
        ...{ generation: 'generation-1', current: true, created: '2026-01-31T12:00:00.000Z' },
        ...{ itemRun: runs.item, advertiserRun: runs.advertiser, seq: 100, items: 6, recall: 0.995, files: true },
      },
    ],
    simulations: [],
    locks: [],
    disk: { free: 5e9, used: [{ name: 'database', bytes: 1_228_800 }] },
    ...over,
  }
}

/** Three ads that two generators found for any user: one handed on, one beyond its quota, one beyond k. */
export function fixtureFunnel(asked: string[] = []): FunnelSource {
  const source = (generator: string, rank: number) => ({ generator, rank, score: 1 / rank })
  const ad = (n: number) => ({ ad: `ad${n}`, kind: 'shopping' as const, advertiser: 'a1', advertiserName: 'Reed' })
  const generator = { level: 'item' as const, state: 'done' as const, limit: 9, exact: true, rounds: 1, ms: 1.5 }
  const outcomes = [
    { ...ad(1), title: 'Red lamp', score: 0.5, sources: [source('popular', 1), source('item-model', 2)], place: 1 },
    { ...ad(2), title: 'Blue lamp', score: 0.2, sources: [source('item-model', 1)], dropped: 'beyond k' as const },
    { ...ad(3), title: 'Old lamp', score: 0.1, sources: [source('popular', 2)], dropped: 'quota' as const },
  ]
  return {
    async explain(user) {
      asked.push(user)
      if (user === 'nobody') throw new UserError('There is no user nobody.', 'Use an id of the data.')
      return {
        user,
        closed: {},
        outcomes,
        answer: {
          ads: [],
          degraded: [],
          provenance: {
            ...{ generation: 'generation-1', itemRun: 'item-1', advertiserRun: null, seq: 9, asOf: '' },
            ...{ time: '2026-01-31T12:00:00Z', inventory: 1, derived: false, rankedBy: 'l1' as const },
          },
          trace: {
            inventory: { version: 1, ads: 12, open: 10, items: 10, advertisers: 0 },
            generators: [
              { ...generator, generator: 'item-model', returned: 2, searched: 8, kept: 2, handedOn: 1 },
              { ...generator, generator: 'popular', returned: 2, searched: 5, kept: 1, handedOn: 1 },
            ],
            union: 3,
            ranking: { by: 'l1', ms: 1 },
            blend: { kept: 2, handedOn: 1, dropped: { quota: 1, 'beyond k': 1 } },
            ms: 5,
          },
        },
      }
    },
    async fate(_user, ad) {
      const found = { rank: 2, score: 0.5, needed: 0.25, limit: 9, found: true }
      return { ad, fate: { generators: [{ generator: 'popular', ...found }], verdict: `This is why ${ad} ended.` } }
    },
  }
}

/** A workspace of fixtures. */
export const fixtureSources = (over: Partial<Sources> = {}): Sources => ({
  folder: '/w',
  runs: () => [],
  state: async () => fixtureState(),
  lookup: fixtureLookup(),
  funnel: fixtureFunnel(),
  experiments: () => [],
  examine: async () => [],
  through: {},
  draw: 0,
  ...over,
})
