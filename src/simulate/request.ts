import { UserError } from '../core/errors.js'
import { DEFAULTS, type SimulateOptions } from './setting.js'

/** Flags of the command as options. @throws UserError for a share that is none */
export function simulateOptions(flags: {
  days: number
  seed: number
  exploration: string
  budgets: string
}): SimulateOptions {
  return {
    ...DEFAULTS,
    days: flags.days,
    seed: flags.seed,
    exploration: share('exploration', flags.exploration, 0, 1),
    budgets: share('budgets', flags.budgets, 0, Infinity),
  }
}

function share(flag: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (text.trim() !== '' && value >= least && value <= most) return value
  throw new UserError(
    `--${flag} is "${text}", which is no number ` +
      `${most === Infinity ? `from ${least} on` : `from ${least} to ${most}`}.`,
    `Write for example --${flag} 0.1.`,
  )
}
