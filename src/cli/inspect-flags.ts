import { Flags } from '@oclif/core'
import { loadConfig } from '../config/load.js'
import type { Config } from '../config/schema.js'
import type { OpenOptions } from '../inspect/open.js'
import { engineFlags, engineSettings, setFlag } from './engine-flags.js'

/** Flags of the commands that look through trained models. */
export const modelFlags = {
  'item-run': Flags.string({ helpValue: 'ID', description: 'the item run; default: the latest finished one' }),
  'advertiser-run': Flags.string({
    helpValue: 'ID',
    description: 'the advertiser run; default: the latest finished one',
  }),
  recommender: Flags.string({
    helpValue: 'NAME',
    default: 'hybrid',
    description: 'what recommends: hybrid (the model with own history and popularity), towers, or a baseline',
  }),
  set: setFlag,
  ...engineFlags,
}

/** For commands that look at stored users: what the server answers, instead of what the runs say at their cutoff. */
export const asServedFlag = Flags.boolean({
  description: 'look at the generation that is served, with the vectors and lists that are stored',
  exclusive: ['item-run', 'advertiser-run', 'recommender'],
})

interface ModelFlags {
  'item-run'?: string
  'advertiser-run'?: string
  'as-served'?: boolean
  recommender: string
  set: string[]
  engine?: string
  device?: string
  threads?: number
}

/** Which models to look through, and how: settings for the workspace, options for openSubject. */
export function lookingThrough(folder: string, flags: ModelFlags): { config: Config; options: OpenOptions } {
  const config = loadConfig(folder, { set: [...flags.set, ...engineSettings(flags)] })
  const runs = { item: flags['item-run'], advertiser: flags['advertiser-run'] }
  return { config, options: { runs, by: flags.recommender, asServed: flags['as-served'] } }
}

/** Columns to lay tables out for: the terminal's, and `inPipe` in a pipe. */
export function paperWidth(inPipe = 120, stdout: { isTTY?: boolean; columns?: number } = process.stdout): number {
  return stdout.isTTY ? Math.max(40, stdout.columns ?? 80) : inPipe
}
