import type { Kind } from '../config/schema.js'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { writeFileAtomic } from '../core/atomic.js'
import { UserError } from '../core/errors.js'

/** runs/<id>/manifest.json: what a run is, and once it is done, what came out. */
export interface Manifest {
  version: 1
  id: string
  kind: Kind
  status: 'running' | 'done'
  /** ISO time */
  created: string
  engine: string
  device: string
  seed: number
  /** unix seconds: nothing after it was seen */
  cutoff: number
  windowDays: number
  /** the split it was trained under; absent: temporal */
  protocol?: 'leave-one-out'
  /** whether the final parameters were trained up to the cutoff, or only up to the validation window */
  refit: boolean
  data: { hash: string; users: number; items: number; advertisers: number; lastSeq: number }
  /** names all settings that decide the weights */
  configHash: string
  /** the sweep or reproduction that it was trained for: never what is meant by the latest run */
  study?: string
  /** number of learned values */
  parameters: number
  /** steps of the final parameters */
  steps?: number
  weightsHash?: string
  /** of selected.safetensors, which a refitted run has */
  selectedChecksum?: string
  recall?: Record<string, number>
  seconds?: number
}

const VERSION = 1

export function writeManifest(folder: string, manifest: Manifest): void {
  writeFileAtomic(join(folder, 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`)
}

/** @throws UserError when there is no manifest, or one of a newer adseq. */
export function readManifest(folder: string): Manifest {
  const path = join(folder, 'manifest.json')
  if (!existsSync(path))
    throw new UserError(`${folder} holds no run.`, 'List the runs with `ls runs`, or train one: adseq train item.')
  let manifest: Manifest
  try {
    manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest
  } catch {
    throw new UserError(`${path} is damaged.`, 'Delete the folder of this run and train again.')
  }
  if (manifest.version > VERSION)
    throw new UserError(`${path} was written by a newer adseq.`, 'Update adseq, or train again.')
  return manifest
}

/** Manifests of all runs of a workspace, oldest first. Folders without a readable manifest are passed over. */
export function listRuns(workspace: string): Manifest[] {
  const runs = join(workspace, 'runs')
  if (!existsSync(runs)) return []
  const manifests = readdirSync(runs).flatMap((id) => {
    try {
      return [readManifest(join(runs, id))]
    } catch {
      return []
    }
  })
  return manifests.sort((a, b) => (a.created < b.created ? -1 : a.created > b.created ? 1 : 0))
}

/**
 * Finished runs, oldest first, without those that a study tried or that were trained for a comparison under
 * leave-one-out: the last of a kind is what `latest` means.
 */
export function finishedRuns(workspace: string): Manifest[] {
  return listRuns(workspace).filter(
    ({ status, study, protocol }) => status === 'done' && study === undefined && protocol === undefined,
  )
}

/**
 * The finished run that `reference` names: an id, or 'latest' for the newest of the kind.
 * @throws UserError when there is none, or it is of the other kind or unfinished
 */
export function findRun(workspace: string, reference: string, kind: Kind): Manifest {
  const runs = listRuns(workspace)
  const train = `Train one: adseq train ${kind}.`
  if (reference === 'latest') {
    const done = finishedRuns(workspace).filter((run) => run.kind === kind)
    if (done.length === 0) throw new UserError(`There is no finished ${kind} run.`, train)
    return done[done.length - 1]
  }
  const known = runs.filter((r) => r.kind === kind && r.status === 'done').map(({ id }) => id)
  const hint = known.length > 0 ? `Known ${kind} runs: ${known.slice(-3).join(', ')}.` : train
  const folder = join(workspace, 'runs', basename(reference))
  if (!existsSync(folder)) throw new UserError(`There is no run ${reference}.`, hint)
  const run = readManifest(folder)
  if (run.kind !== kind)
    throw new UserError(`Run ${reference} is of the ${run.kind} model, not the ${kind} model.`, hint)
  if (run.status !== 'done')
    throw new UserError(
      `Run ${reference} is not finished.`,
      `Finish it with the same command that started it: adseq train ${kind}.`,
    )
  return run
}

/** Run ids; 'latest' or absent: the newest finished one of the kind, none where there is none. */
export type RunNames = Partial<Record<Kind, string>>

/**
 * Ids of the finished runs to use.
 * @throws UserError when a named run is not there, or there is none at all
 */
export function chooseRuns(workspace: string, names: RunNames): RunNames {
  const finished = finishedRuns(workspace)
  const chosen: RunNames = {}
  for (const kind of ['item', 'advertiser'] as const) {
    const name = names[kind] ?? 'latest'
    if (name !== 'latest' || finished.some((run) => run.kind === kind)) chosen[kind] = findRun(workspace, name, kind).id
  }
  if (!chosen.item && !chosen.advertiser)
    throw new UserError(
      'There is no finished run.',
      'Train the models first: adseq train item, adseq train advertiser.',
    )
  return chosen
}
