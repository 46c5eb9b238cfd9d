import { existsSync, readdirSync, statSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { hasCode } from '../core/errors.js'
import { lockHolder } from '../core/lock.js'
import { generationsOf, type ListedGeneration } from '../generations/list.js'
import { finishedRuns } from '../runs/manifest.js'
import { importCommand } from '../store/imports.js'
import { openStore } from '../store/open.js'
import { pathsOf, runFolder } from '../store/paths.js'
import type { Counts, Store } from '../store/store.js'

/** What a workspace holds, and how far it is: what Home and Health show. Nothing large is read. */
export interface WorkspaceState {
  /** adseq.yaml is there */
  settings: boolean
  /** null before the first import */
  data: StateOfData | null
  /** latest finished runs, and how many are finished */
  runs: { item: string | null; advertiser: string | null; finished: number }
  /** the light ranker of the latest item run is trained */
  ranker: boolean
  /** newest first */
  generations: ListedGeneration[]
  /** names of simulations/, latest first */
  simulations: string[]
  /** processes that hold something of the workspace */
  locks: { what: string; pid: number; file: string }[]
  /** bytes: free on its disk, and taken by its parts */
  disk: { free: number; used: { name: string; bytes: number }[] }
}

export interface StateOfData extends Counts {
  /** the data was generated: its truth is known */
  world: boolean
  /** imports that were cut off: the file, and the command that goes on with it */
  unfinished: { file: string; command: string }[]
  ads: number
  /** highest ingest number */
  seq: number
  /** of the latest runs: everyone is encoded up to there; 0 before the first inference */
  watermarks: { run: string; seq: number }[]
  /** users with events past the lowest watermark; null without a run, or before the first inference */
  waiting: number | null
}

/** What takes room of a disk. */
const PARTS = ['database', 'runs', 'index', 'cache', 'simulations'] as const

/** @throws UserError where the store is damaged, or of a newer adseq */
export function workspaceState(folder: string): WorkspaceState {
  const paths = pathsOf(folder)
  const finished = finishedRuns(folder)
  const latest = (kind: 'item' | 'advertiser') => finished.findLast((run) => run.kind === kind)?.id ?? null
  const runs = { item: latest('item'), advertiser: latest('advertiser'), finished: finished.length }
  const store = existsSync(paths.database) ? openStore(folder, { readonly: true }) : undefined
  try {
    return {
      settings: existsSync(paths.config),
      data: store ? dataOf(store, [runs.item, runs.advertiser]) : null,
      runs,
      ranker: runs.item !== null && names(runFolder(folder, runs.item)).some((name) => name.startsWith('l1-')),
      generations: store ? generationsOf(store) : [],
      simulations: simulationsOf(paths.simulations),
      locks: locksOf(folder),
      disk: {
        free: freeBytes(folder),
        used: PARTS.map((name) => ({
          name,
          bytes: name === 'database' ? databaseBytes(folder) : bytesIn(paths[name]),
        })),
      },
    }
  } finally {
    store?.close()
  }
}

function dataOf(store: Store, latest: readonly (string | null)[]): StateOfData {
  const imports = store.imports.all()
  const watermarks = latest.flatMap((run) => (run === null ? [] : [{ run, seq: store.watermark(run) }]))
  const lowest = Math.min(...watermarks.map(({ seq }) => seq))
  return {
    ...store.counts(),
    world: imports.some(({ format }) => format === 'world'),
    unfinished: imports
      .filter(({ status }) => status === 'running')
      .map(({ name, format }) => ({
        file: name,
        command: importCommand(format),
      })),
    ads: store.ads.counts().ads,
    seq: store.lastSeq(),
    watermarks,
    waiting: watermarks.length === 0 || lowest === 0 ? null : store.usersWithEventsAfter(lowest).length,
  }
}

function simulationsOf(folder: string): string[] {
  return names(folder)
    .map((name) => ({ name, changed: statSync(join(folder, name)).mtimeMs }))
    .sort((a, b) => b.changed - a.changed)
    .map(({ name }) => name)
}

function locksOf(folder: string): WorkspaceState['locks'] {
  const { index, runs } = pathsOf(folder)
  const files = [
    '.refresh.lock',
    ...names(index).map((name) => join('index', name)),
    ...names(runs).map((id) => join('runs', id, 'training.lock')),
    ...names(join(folder, 'studies')).map((id) => join('studies', id, 'study.lock')),
  ].filter((file) => /lock$|\.reading-/.test(file))
  return files.flatMap((file) => {
    const holder = lockHolder(join(folder, file))
    return holder ? [{ what: holder.what, pid: holder.pid, file }] : []
  })
}

const databaseBytes = (folder: string): number =>
  ['adseq.db', 'adseq.db-wal', 'adseq.db-shm'].reduce((sum, name) => sum + bytesOf(join(folder, name)), 0)

const bytesOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0

function bytesIn(folder: string): number {
  return names(folder).reduce((sum, name) => {
    const path = join(folder, name)
    const found = statSync(path, { throwIfNoEntry: false })
    return sum + (found?.isDirectory() ? bytesIn(path) : (found?.size ?? 0))
  }, 0)
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

/** What is in a folder; nothing where there is none. */
function names(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return []
    throw error
  }
}
