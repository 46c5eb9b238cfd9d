import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { evaluateWorkspace } from '../../src/evaluate/evaluate-workspace.js'
import { leaveOneOutText, metricsOf } from '../../src/evaluate/leave-one-out.js'
import { evaluateLeaveOneOutWorkspace } from '../../src/evaluate/leave-one-out-workspace.js'
import { leaveOneOut } from '../../src/protocol/leave-one-out.js'
import { findRun, readManifest } from '../../src/runs/manifest.js'
import { runFolder } from '../../src/store/paths.js'
import { inWorkspace } from '../../src/workspace/workspace.js'
import { day, snapshotOf, type FixtureEvent } from '../fixtures/histories.js'
import { fillWorkspace, tinyConfig, trainIn } from '../fixtures/trained-workspace.js'

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
    expect(leaveOneOutText(report)).toMatch(/the last conversion of each of 30 users.*\n\n.*HR@5/)
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
