import { TRAIL_LENGTH, THEMES } from './themes.js'

/** Days that what is bought in a category lasts, where it is used up. */
const CYCLE_DAYS: Record<string, number> = {
  'Health/Vitamins/Prenatal': 28,
  'Baby/Care/Nappies': 14,
  'Garden/Soil/Compost': 30,
  'Paper/Stationery/Notebooks': 35,
  'Grocery/Baking/Flour': 18,
  'Grocery/Baking/Chocolate': 21,
  'Health/Nutrition/Energy gels': 24,
  'Pets/Dogs/Food': 20,
  'Pets/Health/Flea care': 30,
  'Music/Accessories/Strings': 40,
  'Beauty/Body/Soaps': 25,
  'Home/Cleaning/Bathroom cleaners': 30,
}
/** Log-deviation of a cycle. */
export const CYCLE_SPREAD = 0.15

const CYCLES = Float64Array.from(
  { length: THEMES.length * TRAIL_LENGTH },
  (_, c) => CYCLE_DAYS[THEMES[Math.floor(c / TRAIL_LENGTH)].trail[c % TRAIL_LENGTH].path] ?? 0,
)

/** Median days until what was bought in category c is used up; 0 = it is not. */
export const cycleDays = (c: number): number => CYCLES[c]
