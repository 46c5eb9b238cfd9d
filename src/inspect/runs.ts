import type { Kind } from '../config/schema.js'
import { closeSync, openSync, readFileSync, readSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { hasCode } from '../core/errors.js'
import { runFolder, pathsOf } from '../store/paths.js'
import { readManifest, type Manifest } from '../runs/manifest.js'
import type { Phase, TrainRecord } from '../runs/records.js'
import { Curves } from './curves.js'

/** done, running, or stopped: not done, and nothing written for a while (the same command resumes it). */
export type RunStatus = 'done' | 'running' | 'stopped'

export interface Run {
  id: string
  kind: Kind
  status: RunStatus
  created: string | null
  engine: string | null
  device: string | null
  seed: number | null
  /** unix seconds */
  cutoff: number | null
  windowDays: number | null
  dataHash: string | null
  configHash: string | null
  weightsHash: string | null
  parameters: number | null
  seconds: number | null
  /** last validated recall: {"10": .05, "100": .2}; empty before the first validation */
  recall: Record<string, number>
  phase: Phase | null
  step: number
  /** of the phase; an upper bound while selecting */
  steps: number
  /** the resolved configuration, flat: {"train.learningRate": "0.002"} */
  config: Record<string, string>
  curves: Curves
}

/** Seconds without a new line after which a run that is not done counts as stopped. */
const SILENT_SECONDS = 90

/** The runs of a workspace, followed as they are written: each refresh reads only what was appended since the last. */
export class Runs {
  private readonly followed = new Map<string, FollowedRun>()

  constructor(
    private readonly folder: string,
    private readonly now: () => number = Date.now,
  ) {}

  /** Newest first. Empty where nothing was trained yet. */
  refresh(): Run[] {
    const runs: Run[] = []
    for (const id of runIds(this.folder)) {
      const run = this.followed.get(id) ?? new FollowedRun(id, runFolder(this.folder, id))
      this.followed.set(id, run)
      const shown = run.refresh(this.now())
      if (shown !== undefined) runs.push(shown)
    }
    return runs.sort((a, b) => (b.created ?? b.id).localeCompare(a.created ?? a.id) || b.id.localeCompare(a.id))
  }
}

function runIds(folder: string): string[] {
  try {
    return readdirSync(pathsOf(folder).runs, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return []
    throw error
  }
}

class FollowedRun {
  private offset = 0
  private inode = 0
  private rest = ''
  private curves = new Curves()
  private step = 0
  private steps = 0
  private phase: Phase | null = null
  private recall: Record<string, number> = {}
  private config: Record<string, string> | undefined

  constructor(
    private readonly id: string,
    private readonly folder: string,
  ) {}

  refresh(now: number): Run | undefined {
    const m = manifestOf(this.folder)
    const metrics = join(this.folder, 'metrics.jsonl')
    const changed = this.follow(metrics)
    if (m === undefined && this.steps === 0) return undefined
    this.config ??= readConfig(this.folder)
    const silent = changed === undefined || (now - changed) / 1000 > SILENT_SECONDS
    const recall = m?.recall ?? {}
    return {
      id: this.id,
      kind: m?.kind ?? (this.id.startsWith('advertiser') ? 'advertiser' : 'item'),
      status: m?.status === 'done' ? 'done' : silent ? 'stopped' : 'running',
      created: m?.created ?? null,
      engine: m?.engine ?? null,
      device: m?.device ?? null,
      seed: m?.seed ?? null,
      cutoff: m?.cutoff ?? null,
      windowDays: m?.windowDays ?? null,
      dataHash: m?.data.hash ?? null,
      configHash: m?.configHash ?? null,
      weightsHash: m?.weightsHash ?? null,
      parameters: m?.parameters ?? null,
      seconds: m?.seconds ?? null,
      recall: Object.keys(recall).length > 0 ? recall : this.recall,
      phase: this.phase,
      step: this.step,
      steps: this.steps,
      config: this.config ?? {},
      curves: this.curves,
    }
  }

  /** Reads the lines appended since last time; returns when the file last changed, undefined without a file. */
  private follow(path: string): number | undefined {
    const file = statSync(path, { throwIfNoEntry: false })
    if (file === undefined) return undefined
    const { size, mtimeMs, ino } = file
    // another file than the one read so far: a resumed training wrote it anew
    if (size < this.offset || ino !== this.inode) this.forget()
    this.inode = ino
    if (size > this.offset) {
      const bytes = readRange(path, this.offset, size)
      this.offset += bytes.length
      const lines = (this.rest + bytes.toString()).split('\n')
      // the last line may be half written
      this.rest = lines.pop()!
      for (const line of lines) this.take(line)
    }
    return mtimeMs
  }

  private take(line: string): void {
    let record: TrainRecord
    try {
      record = JSON.parse(line) as TrainRecord
    } catch {
      // a line cut by a crash; what follows it is whole again
      return
    }
    this.curves.add(record)
    if (record.type === 'done') return
    this.phase = record.phase
    if (record.type === 'start') [this.step, this.steps] = [record.from, record.steps]
    else if (record.type === 'step') this.step = record.step
    else if (record.best) this.recall = record.recall
  }

  private forget(): void {
    ;[this.offset, this.rest, this.curves, this.step, this.steps, this.recall] = [0, '', new Curves(), 0, 0, {}]
  }
}

function readRange(path: string, from: number, to: number): Buffer {
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(to - from)
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, from))
  } finally {
    closeSync(file)
  }
}

/** undefined where there is none, or none that this adseq reads: one bad folder must not hide the other runs. */
function manifestOf(folder: string): Manifest | undefined {
  try {
    return readManifest(folder)
  } catch {
    return undefined
  }
}

function readConfig(folder: string): Record<string, string> | undefined {
  try {
    return flatten(parse(readFileSync(join(folder, 'config.yaml'), 'utf8')))
  } catch {
    return undefined
  }
}

/** {train: {steps: 5}} -> {"train.steps": "5"} */
export function flatten(value: unknown, prefix = ''): Record<string, string> {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return { [prefix]: typeof value === 'string' ? value : JSON.stringify(value) }
  return Object.assign(
    {},
    ...Object.entries(value).map(([key, v]) => flatten(v, prefix === '' ? key : `${prefix}.${key}`)),
  ) as Record<string, string>
}

/** The settings in which runs differ, each with its value in every run ('-' where a run has none), in order of key. */
export function differences(runs: readonly Run[]): { key: string; values: string[] }[] {
  const keys = [...new Set(runs.flatMap((run) => Object.keys(run.config)))].sort()
  return keys
    .map((key) => ({ key, values: runs.map((run) => run.config[key] ?? '-') }))
    .filter(({ values }) => values.some((v) => v !== values[0]))
}
