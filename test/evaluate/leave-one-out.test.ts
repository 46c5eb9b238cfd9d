import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { evaluateWorkspace } from '../../src/evaluate/evaluate-workspace.js'
import { evaluateLeaveOneOut, heldOutSet, metricsOf } from '../../src/evaluate/leave-one-out.js'
import { leaveOneOutText } from '../../src/evaluate/leave-one-out-text.js'
import { evaluateLeaveOneOutWorkspace } from '../../src/evaluate/leave-one-out-workspace.js'
import { silent } from '../../src/core/progress.js'
import { leaveOneOut } from '../../src/protocol/leave-one-out.js'
import type { Queries } from '../../src/protocol/queries.js'
import { ExactRecommender } from '../../src/retrieve/recommender.js'
import { findRun, readManifest } from '../../src/runs/manifest.js'
import { runFolder } from '../../src/store/paths.js'
import { inWorkspace } from '../../src/workspace/workspace.js'
import { day, snapshotOf, type FixtureEvent } from '../fixtures/histories.js'
import { fillWorkspace, tinyConfig, trainIn } from '../fixtures/trained-workspace.js'

/** The same scores for everyone. */
class Constant extends ExactRecommender {
  readonly kind = 'baseline'
  readonly name = 'constant'
  readonly level = 'item'
  readonly entries

  constructor(private readonly scores: number[]) {
    super()
    this.entries = scores.length
  }

  score(_queries: Queries, from: number, to: number, out: Float32Array): void {
    for (let q = from; q < to; q++) out.set(this.scores, (q - from) * this.entries)
  }
}

describe('the leave-one-out split', () => {
  // users 0..4 buy items 0..4 each once, in an order of their own; item 5 and user 5 have too few
  const events: FixtureEvent[] = []
  for (let user = 0; user < 5; user++) for (let k = 0; k < 5; k++) events.push([user, (user + k) % 5, 10 + k])
  events.push([0, 5, 9], [5, 0, 9], [5, 1, 9], [1, 3, 50, 'view'], [2, 2, 3, 'view'])
  const split = leaveOneOut(snapshotOf(events, { advertisers: [0, 0, 0, 0, 0, 0] }))

  it('keeps the 5-core and holds out the last conversion of each user, and the one before for validation', () => {
    expect([...split.users]).toEqual([0, 1, 2, 3, 4])
    expect(split.items).toBe(5)
    expect([...split.test.item]).toEqual([4, 0, 1, 2, 3])
    expect([...split.validation.item]).toEqual([3, 4, 0, 1, 2])
    expect([...split.test.time]).toEqual(Array(5).fill(day(14)))
  })

  it('cuts histories before what is held out, views after it included', () => {
    const items = (of: typeof split.history, user: number): number[] => [
      ...of.eventItem.subarray(of.offsets[user], of.offsets[user + 1]),
    ]
    expect(items(split.history, 1)).toEqual([1, 2, 3, 4])
    expect(items(split.training, 1)).toEqual([1, 2, 3])
    expect(items(split.history, 2)).toEqual([2, 2, 3, 4, 0])
    expect(items(split.history, 0)).toEqual([0, 1, 2, 3])
    expect(items(split.history, 5)).toEqual([])
    expect(new Set([split.history.hash, split.training.hash, 'fixture']).size).toBe(3)
  })

  it('says so where there is no core, or no conversion', () => {
    expect(() =>
      leaveOneOut(
        snapshotOf(
          [
            [0, 0, 1],
            [0, 0, 2],
          ],
          { advertisers: [0] },
        ),
      ),
    ).toThrow('have 5 conversions among each other')
    expect(() => leaveOneOut(snapshotOf([[0, 0, 1, 'view']], { advertisers: [0] }))).toThrow('no conversions of items')
  })

  it('masks what a user dealt with before: neither ranked nor found', async () => {
    // user 0 meets item 4, which is held out of them, by a view; everybody else has a new item left
    const seen: FixtureEvent[] = [...events, [0, 4, 8, 'view']]
    const data = leaveOneOut(snapshotOf(seen, { advertisers: [0, 0, 0, 0, 0, 0] }))
    const sets = [false, true].map((masked) => heldOutSet(data.history, data.users, data.test, { seed: 1, masked }))
    const [kept, masked] = sets.map(({ levels }) => levels.item!)
    expect([...kept.positives]).toEqual([4, 0, 1, 2, 3])
    expect([...kept.fresh]).toEqual([0, 1, 1, 1, 1])
    expect([...masked.positives]).toEqual([0, 1, 2, 3])
    expect([...masked.offsets]).toEqual([0, 0, 1, 2, 3, 4])
    const report = await evaluateLeaveOneOut(data, 'data', {
      seed: 1,
      history: 'masked',
      bootstrap: 0,
      baselines: [],
      models: [{ run: 'r', make: async () => new Constant([5, 4, 3, 2, 1]) }],
      progress: silent,
    })
    // all users rank 0 1 2 3 4: with the history kept user u + 1 finds item u at rank u + 1, user 0 item 4 at 5;
    // without it the held-out item is the only one that is left
    expect(report.rows[0].kept.ndcg['5']).toBeCloseTo([2, 3, 4, 5, 6].reduce((s, x) => s + 1 / Math.log2(x), 0) / 5, 12)
    expect(report.rows[0].masked).toMatchObject({ users: 4, hr: { 5: 1 }, ndcg: { 5: 1 } })
    expect(report.rows[0].hr).toEqual(report.rows[0].masked.hr)
  })

  it('has the hit rate and the discounted gain of the ranks', () => {
    const { hr, ndcg } = metricsOf(Float64Array.of(1, 3, 8, 21), 0, 1)
    expect(hr).toEqual({ 5: 2 / 4, 10: 3 / 4, 20: 3 / 4 })
    expect(ndcg['5']).toBeCloseTo((1 + 1 / 2) / 4, 12)
    expect(ndcg['10']).toBeCloseTo((1 + 1 / 2 + 1 / Math.log2(9)) / 4, 12)
  })
})

describe('a workspace under leave-one-out', () => {
  const folder = mkdtempSync(join(tmpdir(), 'adseq-loo-'))
  const runs: Record<string, string> = {}
  beforeAll(async () => {
    fillWorkspace(folder, { size: 30, share: 12 })
    for (const protocol of ['temporal', 'leave-one-out'])
      runs[protocol] = await trainIn(folder, 'item', tinyConfig(`eval.protocol=${protocol}`))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('trains without what is held out, and is no latest run', () => {
    const manifest = readManifest(runFolder(folder, runs['leave-one-out']))
    expect(manifest.protocol).toBe('leave-one-out')
    expect(manifest.data.hash).toMatch(/-leave-one-out-training$/)
    expect(findRun(folder, 'latest', 'item').id).toBe(runs.temporal)
  })

  it('judges its run beside the baselines over all users', async () => {
    const { report, path } = await inWorkspace(folder, { config: tinyConfig(), readonly: true }, (workspace) =>
      evaluateLeaveOneOutWorkspace(workspace, { baselines: ['ease', 'nearest-users'] }),
    )
    expect(report).toMatchObject({ users: 30, items: 30, runs: [runs['leave-one-out']] })
    expect(report.rows.map(({ name }) => name)).toEqual([
      'transformer',
      'control',
      'control with recency',
      'EASE',
      'nearest users, 200',
      'own repeats',
      'own repeats, due',
      'co-visitation',
      'popularity, 30 days',
      'popularity, all time',
    ])
    expect(path).toContain(runs['leave-one-out'])
    expect(leaveOneOutText(report)).toMatch(/each of 30 users.*\n\nHistory kept.*\n\n.*HR@5[^]*\n\nHistory masked/)
    for (const { kept, hr } of report.rows) expect(hr).toEqual(kept.hr)
  })

  it('has the figures with the history masked first where the evaluation masks it', async () => {
    const config = tinyConfig('eval.history=masked')
    const { report } = await inWorkspace(folder, { config, readonly: true }, (workspace) =>
      evaluateLeaveOneOutWorkspace(workspace, { baselines: [] }),
    )
    expect(report.protocol.history).toBe('masked')
    for (const { masked, hr, users } of report.rows)
      expect({ hr, users }).toMatchObject({ hr: masked.hr, users: masked.users })
    // of what is new to a user, their own history says nothing: only ties are left of it
    const own = report.rows.find(({ name }) => name === 'own repeats')!
    expect(own.kept.hr['10']).toBeGreaterThan(own.masked.hr['10'])
    expect(own.masked.users).toBeLessThan(own.kept.users)
    expect(leaveOneOutText(report)).toMatch(/History masked[^]*History kept/)
  })

  it('refuses a run of the other split, both ways', async () => {
    await inWorkspace(folder, { config: tinyConfig(), readonly: true }, async (workspace) => {
      await expect(evaluateLeaveOneOutWorkspace(workspace, { run: runs.temporal, baselines: [] })).rejects.toThrow(
        'trained under the temporal split',
      )
      await expect(
        evaluateWorkspace(workspace, {
          kind: 'item',
          run: runs['leave-one-out'],
          beside: [],
          baselines: [],
          samples: 0,
        }),
      ).rejects.toThrow('trained under leave-one-out')
    })
  })
})
