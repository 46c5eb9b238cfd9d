import { DAY } from '../../core/time.js'
import { THEMES } from './themes.js'

const YEAR = 365.25

/**
 * Day of the year on which a theme is most wanted, and by how much more than on average (0 to 1); others have no
 * season.
 */
const SEASONS: Record<string, { peak: number; strength: number }> = {
  'moving house': { peak: 200, strength: 0.3 },
  wedding: { peak: 130, strength: 0.5 },
  garden: { peak: 125, strength: 0.9 },
  camping: { peak: 190, strength: 0.8 },
  'home office': { peak: 260, strength: 0.3 },
  baking: { peak: 345, strength: 0.8 },
  running: { peak: 110, strength: 0.5 },
  photography: { peak: 195, strength: 0.3 },
  music: { peak: 340, strength: 0.3 },
  bathroom: { peak: 60, strength: 0.2 },
}
const OF_THEME = THEMES.map(({ name }) => SEASONS[name])

/**
 * How much a theme, and with it each of its categories, is wanted at a moment, relative to the mean of the year:
 * 1 + seasonality * strength * cos(2 pi (day - peak) / year).
 * @param time unix seconds @param seasonality the knob, 0 to 1
 */
export function seasonOf(theme: number, time: number, seasonality: number): number {
  const season = OF_THEME[theme]
  if (season === undefined || seasonality === 0) return 1
  if (time !== latest.time) {
    latest.time = time
    latest.cosines.fill(NaN)
  }
  // 1970 begins on 1 January: days since then, modulo the year, are days of the year to within a day
  const cosine = (latest.cosines[theme] ||= Math.cos((2 * Math.PI * (time / DAY - season.peak)) / YEAR))
  return 1 + seasonality * season.strength * cosine
}

/** Cosines of the moment that was asked for last; NaN = not asked for yet. */
const latest = { time: NaN, cosines: new Float64Array(THEMES.length).fill(NaN) }
