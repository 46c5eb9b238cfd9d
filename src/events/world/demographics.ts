import { Rng } from '../../core/rng.js'
import { TIERS } from './catalog.js'
import { COUNTRIES, drawCountry, pickShare } from './countries.js'
import { STREAM } from './streams.js'
import { THEMES } from './themes.js'

export const AGES = ['18-24', '25-34', '35-49', '50-64', '65+'] as const
export const HOUSEHOLDS = ['single', 'couple', 'family'] as const
export const INCOMES = ['low', 'middle', 'high'] as const
export const REGIONS = ['north', 'east', 'south', 'west'] as const
const AGE_SHARES = [0.14, 0.24, 0.28, 0.21, 0.13]
const HOUSEHOLD_SHARES = [0.36, 0.32, 0.32]
/** Share of the users whose income says their price band; the others' income is any. */
export const INCOME_TELLS = 0.7

/**
 * Interest in a theme relative to the average user's: [by age (AGES), by household (HOUSEHOLDS)]; themes left out are
 * for all alike.
 */
const AFFINITY: Record<string, readonly [ages: readonly number[], households: readonly number[]]> = {
  'moving house': [
    [1.6, 1.5, 1, 0.6, 0.4],
    [1.2, 1, 0.8],
  ],
  wedding: [
    [1.2, 2.4, 0.8, 0.3, 0.2],
    [1, 1.6, 0.5],
  ],
  'new baby': [
    [0.8, 2.4, 1.2, 0.2, 0.1],
    [0.2, 1.2, 1.8],
  ],
  garden: [
    [0.3, 0.6, 1, 1.6, 1.9],
    [0.7, 1.1, 1.3],
  ],
  camping: [
    [1.2, 1.2, 1.2, 0.8, 0.4],
    [1, 1, 1],
  ],
  running: [
    [1.4, 1.3, 1, 0.7, 0.3],
    [1.2, 1, 0.8],
  ],
  music: [
    [1.9, 1.1, 0.8, 0.8, 0.7],
    [1.2, 1, 0.8],
  ],
  'new dog': [
    [0.6, 1, 1.2, 1.1, 0.9],
    [0.6, 1, 1.5],
  ],
  bathroom: [
    [0.3, 0.9, 1.3, 1.3, 1],
    [0.7, 1.1, 1.3],
  ],
}
const OF_THEME = THEMES.map(({ name }) => AFFINITY[name])

/** Who a user is. Only what `attributesOf` names can be known of them; the price band is latent. */
export interface Demographics {
  age: number
  household: number
  income: number
  region: number
  /** index into COUNTRIES; behaviour does not depend on it */
  country: number
  /** price band they prefer */
  tier: number
}

/** A pure function of (seed, user). Price bands are equally frequent. */
export function demographicsOf(seed: number, user: number): Demographics {
  const rng = new Rng(seed, STREAM.demographics, user)
  const tier = rng.int(TIERS)
  const income = rng.uniform() < INCOME_TELLS ? tier : rng.int(INCOMES.length)
  return {
    tier,
    income,
    age: pickShare(rng, AGE_SHARES),
    household: pickShare(rng, HOUSEHOLD_SHARES),
    region: rng.int(REGIONS.length),
    // a stream of its own: who they are otherwise is what it was before there were countries
    country: drawCountry(new Rng(seed, STREAM.country, user)),
  }
}

/** As the store and a users file have it. */
export function attributesOf({ age, household, income, region, country }: Demographics) {
  return {
    age: AGES[age],
    household: HOUSEHOLDS[household],
    income: INCOMES[income],
    region: REGIONS[region],
    country: COUNTRIES[country],
  }
}

/** Weight of a theme among the interests of such a user. */
export function affinity({ age, household }: Demographics, theme: number): number {
  const by = OF_THEME[theme]
  return by === undefined ? 1 : by[0][age] * by[1][household]
}
