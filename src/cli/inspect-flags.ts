import { Flags } from '@oclif/core'
import { loadConfig } from '../config/load.js'
import type { EvalConfig } from '../config/schema.js'
import type { RunNames } from '../embed/open-runs.js'
import type { EngineOptions } from '../engine/types.js'
import { engineFlags, engineOptions, engineSettings, setFlag } from './engine-flags.js'

/** Flags of the commands that look through trained models. */
export const modelFlags = {
  'item-run': Flags.string({ helpValue: 'ID', description: 'the item run; default: the latest finished one' }),
  'advertiser-run': Flags.string({
    helpValue: 'ID',
    description: 'the advertiser run; default: the latest finished one',
  }),
  set: setFlag,
  ...engineFlags,
}

interface ModelFlags {
  'item-run'?: string
  'advertiser-run'?: string
  set: string[]
  engine?: string
  device?: string
  threads?: number
}

/** Which models to look through, and how: as openSubject takes it. */
export function lookingThrough(
  folder: string,
  flags: ModelFlags,
): { folder: string; runs: RunNames; engine: EngineOptions; eval: EvalConfig } {
  const config = loadConfig(folder, { set: [...flags.set, ...engineSettings(flags)] })
  return {
    folder,
    runs: { item: flags['item-run'], advertiser: flags['advertiser-run'] },
    engine: engineOptions(config.engine),
    eval: config.eval,
  }
}

/** Columns to lay tables out for: the terminal's, and 120 in a pipe. */
export function paperWidth(stdout: { isTTY?: boolean; columns?: number } = process.stdout): number {
  return stdout.isTTY ? Math.max(40, stdout.columns ?? 80) : 120
}
