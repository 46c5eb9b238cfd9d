import type { ReportRow } from './report.js'

/**
 * What a row with fitted weights adds up: "log popularity (30 days) + 4 log own + 4.8 log recent own"; undefined
 * without.
 */
export function formula({ kind, name, fitted }: Pick<ReportRow, 'kind' | 'name' | 'fitted'>): string | undefined {
  if (!fitted) return undefined
  const { own, recent = 0, popularity, popularityDays } = fitted
  const popular = `log popularity${popularityDays === undefined ? '' : ` (${popularityDays} days)`}`
  const parts: [number, string][] = [
    [kind === 'hybrid' ? 1 : 0, name.split(' + ')[0]],
    [popularity, popular],
    [own, 'log own'],
    [recent, 'log recent own'],
  ]
  const added = parts
    .filter(([weight]) => weight > 0)
    .map(([weight, what]) => (weight === 1 ? what : `${rounded(weight)} ${what}`))
  return added.join(' + ') || 'nothing: no weight helped'
}

/** Two digits that count, as weights are fitted; no leading zero, as shares are printed. */
const rounded = (x: number): string => String(Number(x.toPrecision(2))).replace(/^0\./, '.')
