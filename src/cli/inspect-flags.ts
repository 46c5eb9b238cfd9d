import { Flags } from '@oclif/core'
import type { NamedRuns } from '../inspect/lookup.js'

/** Flags of the commands that look through trained models. */
export const modelFlags = {
  'item-run': Flags.string({ description: 'item run to use; default: the latest finished one', helpValue: 'RUN' }),
  'advertiser-run': Flags.string({ description: 'advertiser run to use; default: the latest finished one', helpValue: 'RUN' }),
  set: Flags.string({ multiple: true, multipleNonGreedy: true, default: [], helpValue: 'KEY=VALUE', description: 'a setting for this call, such as engine.threads=1; repeatable' }),
}

export function namedRuns(flags: { 'item-run'?: string; 'advertiser-run'?: string }): NamedRuns {
  return { item: flags['item-run'], advertiser: flags['advertiser-run'] }
}

/** Columns to lay tables out for: the terminal's, and 120 in a pipe. */
export function paperWidth(stdout: { isTTY?: boolean; columns?: number } = process.stdout): number {
  return stdout.isTTY ? Math.max(40, stdout.columns ?? 80) : 120
}
