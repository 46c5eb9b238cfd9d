import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { hasCode } from '../core/errors.js'
import { isRunning } from '../core/running.js'
import { pathsOf } from '../store/paths.js'
import type { DayNews, ExperimentResult } from './experiment.js'

/** Written while an experiment is lived, and kept as the other one when it is over. */
const RUNNING = 'running.jsonl'
const DAYS = 'days.jsonl'
const RESULT = 'result.json'

/** The first line of the file. */
export interface DaysHead {
  preset: string
  about: string
  /** milliseconds */
  began: number
  pid: number
}

/**
 * Lives an experiment, and writes down in simulations/NAME what is told of it day by day, for those who watch it from
 * another process, or afterwards. What an earlier one left stays until this one is over. Nothing is written in a
 * workspace that is only there to be looked at.
 * @param live is given what is to be told of each day
 */
export async function recorded<T>(
  workspace: string,
  name: string,
  head: Pick<DaysHead, 'preset' | 'about'>,
  live: (record: (news: DayNews) => void) => Promise<T>,
): Promise<T> {
  const folder = join(pathsOf(workspace).simulations, name)
  const file = join(folder, RUNNING)
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(file, line({ ...head, began: Date.now(), pid: process.pid } satisfies DaysHead))
  } catch (error) {
    if (hasCode(error, 'EACCES', 'EROFS', 'EPERM')) return live(() => {})
    throw error
  }
  try {
    const made = await live((news) => appendFileSync(file, line(news)))
    renameSync(file, join(folder, DAYS))
    return made
  } finally {
    rmSync(file, { force: true })
    if (readdirSync(folder).length === 0) rmSync(folder, { recursive: true })
  }
}

/** An experiment of a workspace, as far as it is. */
export interface KeptExperiment {
  name: string
  /** stopped: its process ended before it did */
  status: 'running' | 'stopped' | 'done'
  /** milliseconds of the last change */
  changed: number
  /** absent where an older adseq made it */
  days?: { head: DaysHead; news: DayNews[] }
  /** absent before the end */
  result?: ExperimentResult
}

/** The experiments of a workspace, followed while they are lived; a file is read again when it has changed. */
export class KeptExperiments {
  private readonly read = new Map<string, KeptExperiment>()

  constructor(private readonly workspace: string) {}

  /** The latest first. */
  refresh(): KeptExperiment[] {
    const { simulations } = pathsOf(this.workspace)
    const found = foldersIn(simulations).flatMap((name) => this.experiment(join(simulations, name), name) ?? [])
    return found.sort((a, b) => b.changed - a.changed)
  }

  private experiment(folder: string, name: string): KeptExperiment | undefined {
    const running = existsSync(join(folder, RUNNING))
    const file = join(folder, running ? RUNNING : existsSync(join(folder, DAYS)) ? DAYS : RESULT)
    const changed = statSync(file, { throwIfNoEntry: false })?.mtimeMs
    if (changed === undefined) return undefined
    const before = this.read.get(name)
    if (before?.status === 'done' && !running && before.changed === changed) return before
    const days = readDays(file)
    const made: KeptExperiment = {
      name,
      status: !running ? 'done' : days && isRunning(days.head.pid) ? 'running' : 'stopped',
      changed,
      ...(days && { days }),
      ...(!running && existsSync(join(folder, RESULT)) && { result: readResult(join(folder, RESULT)) }),
    }
    this.read.set(name, made)
    return made
  }
}

const foldersIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
    : []

const readResult = (file: string): ExperimentResult => JSON.parse(readFileSync(file, 'utf8')) as ExperimentResult

function readDays(file: string): KeptExperiment['days'] {
  if (file.endsWith(RESULT)) return undefined
  // the last line may be half written
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  if (lines.length === 0) return undefined
  const [head, ...news] = lines.map((text) => JSON.parse(text, revive) as unknown)
  return { head: head as DaysHead, news: news as DayNews[] }
}

/** JSON has no NaN and no infinity, which early days have; typed arrays become arrays. */
const line = (value: unknown): string => `${JSON.stringify(value, replace)}\n`

function replace(_key: string, value: unknown): unknown {
  if (value instanceof Float64Array) return Array.from(value)
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}

function revive(key: string, value: unknown): unknown {
  if (key === 'counts') return Float64Array.from(value as number[])
  return value === 'NaN' || value === 'Infinity' || value === '-Infinity' ? Number(value) : value
}
