import { UserError } from '../core/errors.js'
import { DAY } from '../core/time.js'

const UNITS = { s: 1, m: 60, min: 60, h: 3600 }

/** "30m", "90s", "1.5h", "2h30m" as seconds; a bare number is minutes. @throws UserError for anything else */
export function readBudget(text: string): number {
  const bare = Number(text)
  const parts = [...text.replaceAll(' ', '').matchAll(/(\d+(?:\.\d+)?)(min|h|m|s)/g)]
  const whole = parts.map(([part]) => part).join('') === text.replaceAll(' ', '') ? parts : []
  const seconds =
    text.trim() !== '' && Number.isFinite(bare)
      ? bare * 60
      : whole.reduce((sum, [, n, unit]) => sum + Number(n) * UNITS[unit as keyof typeof UNITS], 0)
  if (seconds > 0 && seconds <= 366 * DAY) return seconds
  throw new UserError(
    `"${text}" is no length of time to spend.`,
    'Write for example 30m, 90s or 2h; a bare number is minutes.',
  )
}
