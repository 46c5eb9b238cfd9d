import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { listRuns, readManifest, writeManifest } from '../../src/runs/manifest.js'
import { startRun, type StartedRun } from '../../src/runs/start.js'
import { runFolder } from '../../src/store/paths.js'
import { BEGIN, DAY, makeSnapshot } from '../fixtures/snapshot.js'
import { tinyConfig } from '../fixtures/trained-workspace.js'

const workspace = mkdtempSync(join(tmpdir(), 'adseq-start-'))
afterEach(() => rmSync(join(workspace, 'runs'), { recursive: true, force: true }))

const started = (now: string, set: string): StartedRun =>
  startRun({
    workspace,
    kind: 'item',
    config: tinyConfig(set),
    snapshot: makeSnapshot(),
    cutoff: BEGIN + 90 * DAY,
    engine: { name: 'onnx', device: 'cpu' },
    now: new Date(now),
  })

test('a run is newer than those there are, also where the clock was set back in between', () => {
  const runs = [
    started('2026-03-01T10:00:00Z', 'train.steps=1'),
    started('2026-03-01T09:00:00Z', 'train.steps=2'),
    started('2025-01-01T00:00:00Z', 'train.steps=3'),
  ]
  expect(listRuns(workspace).map(({ id }) => id)).toEqual(runs.map(({ manifest }) => manifest.id))
  for (const { release } of runs) release()
})

test('an unfinished run of the same settings is gone on with, a finished one is not', () => {
  const first = started('2026-03-01T10:00:00Z', 'train.steps=1')
  first.release()
  const again = started('2026-03-02T10:00:00Z', 'train.steps=1')
  expect(again.manifest.id).toBe(first.manifest.id)
  again.release()
  const folder = runFolder(workspace, first.manifest.id)
  writeManifest(folder, { ...readManifest(folder), status: 'done' })
  const next = started('2026-03-03T10:00:00Z', 'train.steps=1')
  expect(next.manifest.id).not.toBe(first.manifest.id)
  next.release()
})
