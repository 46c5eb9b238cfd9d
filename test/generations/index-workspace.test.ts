import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Kind } from '../../src/config/schema.js'
import { inferWorkspace } from '../../src/embed/infer-workspace.js'
import { indexWorkspace } from '../../src/generations/index-workspace.js'
import { openGeneration } from '../../src/generations/open.js'
import { servedUser } from '../../src/generations/served.js'
import { runWeights, servedProtocol, type KeptWeights } from '../../src/retrieve/run-model.js'
import { runFolder } from '../../src/store/paths.js'
import { inWorkspace, type Workspace } from '../../src/workspace/workspace.js'
import { fillWorkspace, tinyConfig, trainIn } from '../fixtures/trained-workspace.js'

const DAY = 86_400
const KINDS = ['item', 'advertiser'] as const
const config = tinyConfig('engine.threads=1')
const folder = mkdtempSync(join(tmpdir(), 'adseq-index-'))
const runs = {} as Record<Kind, string>
const opened = <T>(work: (workspace: Workspace) => Promise<T>): Promise<T> => inWorkspace(folder, { config }, work)
const keptWeights = (kind: Kind): string[] =>
  readdirSync(runFolder(folder, runs[kind])).filter((name) => name.startsWith('weights-'))

beforeAll(async () => {
  fillWorkspace(folder)
  for (const kind of KINDS) runs[kind] = await trainIn(folder, kind, config)
  await opened(async (workspace) => {
    // of five advertisers any weights find all; these do something
    const run = await workspace.run(runs.advertiser, 'advertiser')
    const kept = await runWeights(workspace, run, servedProtocol(config.eval, run.manifest))
    const advertiser = { ...kept.weights.advertiser!, own: 0.3, recent: 0.2, popularity: 0.05 }
    const path = join(runFolder(folder, runs.advertiser), keptWeights('advertiser')[0])
    writeFileSync(path, JSON.stringify({ ...kept, weights: { advertiser } }))
  })
  await opened(async (workspace) => {
    await inferWorkspace(workspace)
    await indexWorkspace(workspace)
  })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/**
 * The hybrid by its definition, from the log alone: cosine of the stored user vector and the encoded entry + popularity
 * weight * log(1 + conversions of 30 days) + own weight * log(1 + events) + recent weight * log(1 + decayed events).
 */
async function hybridScores(workspace: Workspace, kind: Kind, user: number): Promise<number[]> {
  const { snapshot, store } = workspace
  const run = await workspace.run(runs[kind], kind)
  const weights = (await runWeights(workspace, run, servedProtocol(config.eval, run.manifest))).weights[kind]!
  expect(weights.popularityDays).toBe(30)
  const now = Math.max(...snapshot.eventTime)
  const n = kind === 'item' ? snapshot.items : snapshot.advertisers
  const entries = await run.encoder.encodeEntries(
    Int32Array.from({ length: n }, (_, e) => e),
    now,
  )
  const vector = store.userEmbedding(runs[kind], user + 1)!.vector
  const column = kind === 'item' ? snapshot.eventItem : snapshot.eventAdvertiser
  const [conversions, events, decayed] = [Array(n).fill(0), Array(n).fill(0), Array(n).fill(0)] as number[][]
  // every event of the fixture is a checkout
  column.forEach((entry, row) => {
    if (snapshot.eventTime[row] > now - 30 * DAY) conversions[entry]++
  })
  for (let row = snapshot.offsets[user]; row < snapshot.offsets[user + 1]; row++) {
    events[column[row]]++
    decayed[column[row]] += 2 ** ((snapshot.eventTime[row] - now) / DAY / 30)
  }
  return Array.from({ length: n }, (_, e) => {
    const cosine = vector.reduce((s, x, i) => s + x * entries[e * vector.length + i], 0)
    return (
      cosine +
      weights.popularity * Math.log1p(conversions[e]) +
      weights.own * Math.log1p(events[e]) +
      (weights.recent ?? 0) * Math.log1p(decayed[e])
    )
  })
}

const best = (scores: readonly number[], k: number): number[] =>
  scores
    .map((_, e) => e)
    .sort((a, b) => scores[b] - scores[a])
    .slice(0, k)

describe('infer and index of a workspace', () => {
  it("store each user's best advertisers by the hybrid of the run", () =>
    opened(async (workspace) => {
      for (const user of [0, 7, 39]) {
        const scores = await hybridScores(workspace, 'advertiser', user)
        const { advertisers, scores: stored } = workspace.store.candidates(runs.advertiser, user + 1)!
        expect([...advertisers]).toEqual(best(scores, 5).map((index) => index + 1))
        advertisers.forEach((id, i) => expect(stored[i]).toBeCloseTo(scores[id - 1], 5))
      }
    }))

  it('publish what serves stored users by the hybrid: vectors, popularity and weights as of the last event', () =>
    opened(async (workspace) => {
      const { store, paths, snapshot } = workspace
      const row = store.currentGeneration()!
      const { manifest, items, advertisers } = await openGeneration(paths.index, row)
      expect(manifest).toMatchObject({
        version: 2,
        itemRun: runs.item,
        advertiserRun: runs.advertiser,
        seq: snapshot.lastSeq,
        asOf: Math.max(...snapshot.eventTime),
        items: 40,
      })
      for (const user of [0, 7, 39]) {
        const { queries } = servedUser(store, manifest, snapshot, user + 1)!
        const scores = await hybridScores(workspace, 'item', user)
        const list = await items.list(queries, 10)
        expect([...list.entries]).toEqual(best(scores, 10))
        list.entries.forEach((item, i) => expect(list.scores[i]).toBeCloseTo(scores[item], 5))
        // the same of advertisers, where a posted history asks for them
        const vectors = { [runs.advertiser]: store.userEmbedding(runs.advertiser, user + 1)!.vector }
        const others = await advertisers!.list({ ...queries, vectors }, 5)
        const stored = store.candidates(runs.advertiser, user + 1)!
        expect([...others.entries]).toEqual([...stored.advertisers].map((id) => id - 1))
        others.scores.forEach((score, i) => expect(score).toBeCloseTo(stored.scores[i], 5))
      }
    }))

  it('fit the weights of a run once, and what is published keeps its own', async () => {
    for (const kind of KINDS) expect(keptWeights(kind)).toHaveLength(1)
    const listed = async ({ store, paths, snapshot }: Workspace): Promise<number[]> => {
      const { manifest, items } = await openGeneration(paths.index, store.currentGeneration()!)
      const { entries } = await items.list(servedUser(store, manifest, snapshot, 1)!.queries, 10)
      return [...entries]
    }
    await opened(async (workspace) => {
      const before = await listed(workspace)
      const run = await workspace.run(runs.item, 'item')
      const protocol = servedProtocol(config.eval, run.manifest)
      const kept: KeptWeights = await runWeights(workspace, run, protocol)
      const path = join(runFolder(folder, runs.item), keptWeights('item')[0])
      const item = { ...kept.weights.item!, own: -9, recent: 0 }
      writeFileSync(path, JSON.stringify({ ...kept, weights: { item } }))
      expect(await listed(workspace)).toEqual(before)
      // another generation takes what is kept now
      const { manifest } = await indexWorkspace(workspace)
      expect(manifest.weights!.item).toEqual(item)
      expect(await listed(workspace)).not.toEqual(before)
    })
  })

  it('encode nobody where nothing is new', async () => {
    const result = await opened((workspace) => inferWorkspace(workspace))
    expect(result).toMatchObject({ encoded: 0, users: 40, missing: [] })
  })
})
