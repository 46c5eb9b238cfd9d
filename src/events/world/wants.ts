import { TIER_KERNEL } from './choice.js'
import { expectVisit, type ExpectedViews } from './offsite-visit.js'
import { TRAIL_LENGTH } from './themes.js'
import { favouritesIn, type UserState, type World } from './user-state.js'

/** How much somebody wants what an advertiser sells whom they do not like best, beside one whom they do. */
export const STRANGER = 0.5
/** Wants of a visit without an aim, of anything: such a user is as open to one thing as to another. */
export const AIMLESS = 0.2

/** What a user wants at one moment, from their latent state alone: no event that is still to come is used. */
export interface Wants {
  /** [categories] views of an offsite visit expected there, each times its factor on conversionRate */
  byCategory: Float32Array
  /** views expected of a visit without an aim */
  any: number
  /** price band */
  tier: number
  /** advertisers they like in a theme */
  liked(theme: number): readonly number[]
}

/** What a user who arrives in this state wants. */
export function wantsOf(state: UserState, time: number): Wants {
  const { categories } = state.world.catalog
  const expected: ExpectedViews = {
    views: new Float64Array(categories),
    weighted: new Float64Array(categories),
    any: 0,
  }
  expectVisit(state, time, 1, expected)
  return {
    byCategory: Float32Array.from(expected.weighted),
    any: expected.any,
    tier: state.who.tier,
    liked: (theme) => favouritesIn(state, theme),
  }
}

/**
 * How much an item is wanted, 0 to 1: a / (1 + a) of what is expected to be looked at in its category, times how its
 * price suits them (TIER_KERNEL) and how they like its advertiser, and the same for all of what is looked at without an
 * aim.
 */
export function wantOf({ catalog }: World, wants: Wants, item: number): number {
  const category = catalog.itemCategory[item]
  const need = wants.byCategory[category]
  let appeal = AIMLESS * wants.any
  if (need > 0) {
    const theme = Math.floor(category / TRAIL_LENGTH)
    const taste = wants.liked(theme).includes(catalog.itemAdvertiser[item]) ? 1 : STRANGER
    appeal += need * TIER_KERNEL[Math.abs(wants.tier - catalog.itemTier[item])] * taste
  }
  return appeal / (1 + appeal)
}

/** What is wanted most of what an advertiser sells, of equal ones the more popular; -1: they sell nothing by then. */
export function mostWanted(
  world: World,
  wants: Wants,
  advertiser: number,
  time: number,
): { item: number; want: number } {
  const { choice, catalog } = world
  let best = { item: -1, want: 0 }
  for (let category = 0; category < catalog.categories; category++) {
    // where nothing is needed all they sell is wanted alike: looked at only where there is nothing better
    if (wants.byCategory[category] === 0 && best.item >= 0) continue
    const [from, to] = choice.assortment(category, advertiser)
    for (let item = from; item < to; item++) {
      if (catalog.itemLaunch[item] > time) continue
      const want = wantOf(world, wants, item)
      const better = want > best.want || (want === best.want && catalog.offsite[item] > catalog.offsite[best.item])
      if (best.item < 0 || better) best = { item, want }
    }
  }
  return best
}
