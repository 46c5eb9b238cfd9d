import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EvalConfig } from '../config/schema.js'
import { writeFileAtomic } from '../core/atomic.js'
import { UserError, hasCode } from '../core/errors.js'
import { hashJson } from '../core/hash.js'
import { DAY } from '../core/time.js'
import { protocolOf, type ProtocolOptions } from '../protocol/evaluation-set.js'
import type { LoadedRun } from '../runs/load.js'
import type { Manifest } from '../runs/manifest.js'
import { runFolder } from '../store/paths.js'
import type { Workspace } from '../workspace/workspace.js'
import { validationOrWhy } from './fit.js'
import { fittingModel } from './fitting-model.js'
import { fitHybrid, levelsOf, modelOf, towersOf, type HybridWeights, type Model } from './model.js'

/** Raised when fitting changes: weights kept before are then fitted again. */
const VERSION = 2

/** What a run keeps of fitting, in runs/<id>/weights-<hash>.json. */
export interface KeptWeights {
  version: 1
  /** the evaluation that they are for: they were fitted on the window before its cutoff */
  protocol: ProtocolOptions
  weights: HybridWeights
  /** why there are none, where that is so */
  why?: string
}

/** The protocol whose weights a run is served with: that of the settings, over the whole catalog. */
export function servedProtocol(config: EvalConfig, { cutoff }: Manifest): ProtocolOptions {
  const { windowDays, history, seed } = config
  return { cutoff, windowDays, indexSize: 0, history, seed }
}

/** A finished run of a workspace as a model, whose hybrid is to be fitted on the window before the cutoff. */
export function runModel(workspace: Workspace, run: LoadedRun, { cutoff, windowDays }: ProtocolOptions): Model {
  const { manifest } = run
  const model = modelOf(run)
  if (fittingModel(manifest, cutoff - windowDays * DAY).file !== 'selected') return model
  return {
    ...model,
    selected: (use) => workspace.lend(manifest.id, manifest.kind, 'selected', ({ encoder }) => use(towersOf(encoder))),
  }
}

/**
 * The weights of a run's hybrid for a protocol: fitted once, and kept with the run, so that what was judged by them is
 * what is served with them.
 */
export async function runWeights(workspace: Workspace, run: LoadedRun, options: ProtocolOptions): Promise<KeptWeights> {
  const { manifest } = run
  const path = weightsPath(workspace.folder, manifest, options)
  const kept = read(path)
  if (kept) return kept
  const made = await fit(workspace, run, options)
  try {
    writeFileAtomic(path, `${JSON.stringify(made, undefined, 2)}\n`)
  } catch (error) {
    // keeping them only saves time: a read-only workspace can be looked at all the same
    if (!hasCode(error, 'EACCES', 'EROFS', 'EPERM')) throw error
  }
  return made
}

async function fit(workspace: Workspace, run: LoadedRun, options: ProtocolOptions): Promise<KeptWeights> {
  const { snapshot, progress } = workspace
  const { cutoff, windowDays, indexSize, history, seed } = protocolOf(options)
  const protocol = { cutoff, windowDays, indexSize, history, seed }
  const { kind } = run.manifest
  // a sampled index of items says nothing about whole advertisers
  const levels = indexSize === 0 ? levelsOf(kind) : [kind]
  const model = runModel(workspace, run, options)
  progress.start(`fit the weights of ${model.name} + history`)
  const validation = validationOrWhy(snapshot, levels, options)
  if (typeof validation === 'string') {
    progress.finish('there is nothing to fit them on')
    return { version: 1, protocol, weights: {}, why: validation }
  }
  const weights = await fitHybrid(snapshot, model, validation, await workspace.products(model.width))
  progress.finish(Object.keys(weights).join(', '))
  return { version: 1, protocol, weights }
}

function weightsPath(folder: string, { id, weightsHash }: Manifest, options: ProtocolOptions): string {
  const { hash } = protocolOf(options)
  return join(runFolder(folder, id), `weights-${hashJson({ VERSION, hash, weightsHash })}.json`)
}

/** @returns undefined where none are kept @throws UserError when the file is damaged */
function read(path: string): KeptWeights | undefined {
  let kept: unknown
  try {
    kept = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
  }
  if (isKept(kept)) return kept
  throw new UserError(`${path} is damaged.`, 'Delete it: weights are fitted again when they are needed.')
}

function isKept(kept: unknown): kept is KeptWeights {
  const { version, weights } = (kept ?? {}) as Partial<KeptWeights>
  if (version !== 1 || typeof weights !== 'object' || weights === null) return false
  return Object.values(weights).every((one) => [one?.own, one?.popularity, one?.recent ?? 0].every(Number.isFinite))
}
