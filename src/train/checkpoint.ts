import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { readSafetensors, writeSafetensors, type NamedArray } from '../core/safetensors.js'
import { flattenParameters, nameParameters, type ParameterSpec } from '../model/parameters.js'
import type { Phase } from '../runs/records.js'

/** 2: the graph counts the users whose events make it; before, it counted all users of the data. */
export const PROGRESS_VERSION = 2

/**
 * Where a training stands between two steps. Batches and dropout are functions of the step, so no generator is kept.
 */
export interface Progress {
  /** of what the parameters stand on; absent in checkpoints that were written before it was counted */
  version?: typeof PROGRESS_VERSION
  phase: Phase
  /** steps of this phase that are done */
  step: number
  /** seconds of training so far, in this phase and in the one before */
  seconds: number
  earlierSeconds: number
  /** the best validation so far: kept through the refit. Checkpoints of earlier versions have no score. */
  best?: { step: number; recall: Record<string, number>; score?: number }
  /** conversions that the select phase learns from; absent in checkpoints of earlier versions */
  positives?: number
  /** validations since the best one */
  stale: number
}

/** Flat vectors of a training between two steps. */
export interface TrainingVectors {
  parameters: Float32Array
  m: Float32Array
  v: Float32Array
  /** parameters of the best validation so far, in the select phase */
  best?: Float32Array
}

export interface Checkpoint {
  progress: Progress
  /** undefined: the phase starts from initial parameters */
  vectors?: TrainingVectors
}

const FILE = 'checkpoint.safetensors'

/** Writes the checkpoint of a run, atomically; parameters and moments lie in it by name. */
export function writeCheckpoint(
  folder: string,
  specs: readonly ParameterSpec[],
  { progress, vectors }: Checkpoint,
): void {
  const arrays: Record<string, NamedArray> = {}
  for (const [group, flat] of Object.entries(vectors ?? {})) {
    if (flat !== undefined)
      for (const [name, array] of Object.entries(nameParameters(specs, flat))) arrays[`${group}/${name}`] = array
  }
  writeSafetensors(join(folder, FILE), arrays, { progress: JSON.stringify(progress) })
}

/**
 * The checkpoint of a run, or undefined where it has none yet.
 * @throws UserError when the file is damaged
 */
export function readCheckpoint(folder: string, specs: readonly ParameterSpec[]): Checkpoint | undefined {
  const path = join(folder, FILE)
  if (!existsSync(path)) return undefined
  const { arrays, metadata } = readSafetensors(path)
  const progress = JSON.parse(metadata.progress) as Progress
  const group = (name: string): Float32Array | undefined => {
    const prefix = `${name}/`
    const members = Object.entries(arrays).filter(([key]) => key.startsWith(prefix))
    if (members.length === 0) return undefined
    const named = Object.fromEntries(members.map(([key, array]) => [key.slice(prefix.length), array]))
    return flattenParameters(specs, named as Record<string, { shape: number[]; data: Float32Array }>)
  }
  const [parameters, m, v] = [group('parameters'), group('m'), group('v')]
  return { progress, vectors: parameters && m && v ? { parameters, m, v, best: group('best') } : undefined }
}

export function hasCheckpoint(folder: string): boolean {
  return existsSync(join(folder, FILE))
}

/** A finished run needs no checkpoint. */
export function removeCheckpoint(folder: string): void {
  rmSync(join(folder, FILE), { force: true })
}
