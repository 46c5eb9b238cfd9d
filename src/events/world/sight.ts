import { TIERS, type Catalog } from './catalog.js'
import { prefixSums, TIER_KERNEL } from './choice.js'
import { BAG_VIEWS, POSTPONED, PROJECT_VISIT, type Range } from './offsite-visit.js'
import { ONSITE_STAY } from './onsite-visit.js'
import type { SeenView, SeenVisit } from './seen-visits.js'
import { TRAIL_LENGTH } from './themes.js'
import type { World } from './user-state.js'

/** A state that a project would have to be in. */
export interface Pin {
  theme: number
  place: number
  /** where the visit tells it */
  direction?: number
}

/**
 * What one visit says of the state in which the user came, as likelihoods of its events up to one factor. The
 * likelihood of a state is `onProject` where its project is at the pin, plus `ofTheme` times the probability that its
 * interests draw `theme`, plus `aimless`.
 */
export interface Sight {
  /** unix seconds */
  time: number
  pin?: Pin
  onProject: number
  theme: number
  ofTheme: number
  aimless: number
}

/** Reads visits as the laws of offsiteVisit and onsiteVisit have them. */
export class Sights {
  private readonly offsite: Float64Array
  private readonly onsite: Float64Array
  /** [TIERS] */
  private readonly byTier: Float64Array[]

  constructor(private readonly world: World) {
    const { offsite, onsite, itemTier } = world.catalog
    this.offsite = prefixSums(offsite)
    this.onsite = prefixSums(onsite)
    this.byTier = Array.from({ length: TIERS }, (_, tier) =>
      prefixSums(offsite.map((w, i) => w * TIER_KERNEL[Math.abs(tier - itemTier[i])])),
    )
  }

  of(visit: SeenVisit): Sight {
    return visit.onsite ? this.ofOnsite(visit) : this.ofOffsite(visit)
  }

  private ofOffsite(visit: SeenVisit): Sight {
    const { noise, orderDependence, checkoutRate } = this.world.knobs
    const { views, time } = visit
    // complements follow from what was there
    const aimed = views.filter(({ complement }) => !complement)
    const carts = views.filter(({ carted }) => carted).length
    const bought = (rate: number): number => rate ** visit.bought.length * (1 - rate) ** (carts - visit.bought.length)
    const ordinary =
      (1 - noise) * this.choices(views) * this.complements(views) * bought(checkoutRate * (1 - POSTPONED))
    const pin = projectOf(aimed)
    const onProject = pin ? ordinary * orderDependence * this.projectViews(aimed, views) : 0
    const theme = themeOf(aimed)
    const bag = shareOf(BAG_VIEWS, aimed.length) * TRAIL_LENGTH ** -aimed.length * this.carts(views, () => 1)
    return {
      time,
      ...(pin && { pin }),
      onProject,
      theme,
      ofTheme: theme < 0 ? 0 : ordinary * (1 - orderDependence) * bag,
      aimless:
        noise *
        shareOf(BAG_VIEWS, views.length) *
        this.carts(views, () => 1) *
        this.popularity(this.world.catalog.offsite, this.offsite, views) *
        bought(checkoutRate),
    }
  }

  private ofOnsite({ views, time, searched }: SeenVisit): Sight {
    const { noise, orderDependence } = this.world.knobs
    const { onsite } = this.world.catalog
    const first = searched ?? views[0]?.category ?? 0
    const places = [...(searched === undefined ? [] : [searched]), ...views.map(({ category }) => category)]
    const theme = Math.floor(first / TRAIL_LENGTH)
    let walk = 1 - noise
    for (let i = 1; i < places.length; i++) walk *= step(places[i - 1], places[i])
    // what is looked at within a category is by onsite popularity, with an aim or without
    const aimless = noise * places.reduce((p, c) => p * this.shareOfCategory(this.onsite, c, onsite.length), 1)
    const onProject = searched === undefined ? 0 : walk * orderDependence
    return {
      time,
      ...(onProject > 0 && { pin: { theme, place: first % TRAIL_LENGTH } }),
      onProject,
      theme,
      ofTheme: (searched === undefined ? walk : walk * (1 - orderDependence)) / TRAIL_LENGTH,
      aimless,
    }
  }

  /** Number of views of every part, and what of them is put into the cart, on a project visit. */
  private projectViews(aimed: readonly SeenView[], views: readonly SeenView[]): number {
    const counts = runs(aimed)
    const [, stage] = counts
    const present = stage.category
    const likely = PROJECT_VISIT.reduce((p, { views: range }, part) => p * shareOf(range, counts[part].length), 1)
    const factorOf = ({ category, complement }: SeenView): number =>
      complement ? 1 : PROJECT_VISIT[category === present ? 1 : 0].factor
    return likely * this.carts(views, factorOf)
  }

  private carts(views: readonly SeenView[], factorOf: (view: SeenView) => number): number {
    const { conversionRate } = this.world.knobs
    return views.reduce((p, view) => {
      const taken = Math.min(1, conversionRate * factorOf(view))
      return p * (view.carted ? taken : 1 - taken)
    }, 1)
  }

  /** Whether what was put into the cart led to a look at its complement. */
  private complements(views: readonly SeenView[]): number {
    const { complements } = this.world.knobs
    const { complement } = this.world.catalog
    return views.reduce((p, view, i) => {
      if (!view.carted || complement[view.category] < 0) return p
      return p * (views[i + 1]?.complement ? complements : 1 - complements)
    }, 1)
  }

  /** Items given their categories, for somebody of any price band and with no favourites. */
  private choices(views: readonly SeenView[]): number {
    const { offsite, itemTier, categoryStart } = this.world.catalog
    return views.reduce((p, { item, category }) => {
      let mean = 0
      for (let tier = 0; tier < TIERS; tier++) {
        const sums = this.byTier[tier]
        const all = sums[categoryStart[category + 1]] - sums[categoryStart[category]]
        mean += (offsite[item] * TIER_KERNEL[Math.abs(tier - itemTier[item])]) / all / TIERS
      }
      return p * mean
    }, 1)
  }

  private popularity(weights: Float64Array, sums: Float64Array, views: readonly SeenView[]): number {
    return views.reduce((p, { item }) => (p * weights[item]) / sums[weights.length], 1)
  }

  private shareOfCategory(sums: Float64Array, c: number, items: number): number {
    const { categoryStart }: Catalog = this.world.catalog
    return (sums[categoryStart[c + 1]] - sums[categoryStart[c]]) / sums[items]
  }
}

/** Probability of a uniform number of views. */
const shareOf = ({ least, more }: Range, n: number): number => (n >= least && n < least + more ? 1 / more : 0)

/** Probability of the next category of a stroll. */
function step(from: number, to: number): number {
  if (from === to) return ONSITE_STAY
  if (Math.floor(from / TRAIL_LENGTH) !== Math.floor(to / TRAIL_LENGTH)) return 0
  const steps = (to - from + TRAIL_LENGTH) % TRAIL_LENGTH
  return steps === 1 || steps === TRAIL_LENGTH - 1 ? (1 - ONSITE_STAY) / 2 : 0
}

/** The theme that all views are of; -1: none. */
function themeOf(views: readonly SeenView[]): number {
  const themes = new Set(views.map(({ category }) => Math.floor(category / TRAIL_LENGTH)))
  return themes.size === 1 ? [...themes][0] : -1
}

/** Stretches of views of one category. */
function runs(views: readonly SeenView[]): { category: number; length: number }[] {
  const found: { category: number; length: number }[] = []
  for (const { category } of views) {
    if (found.at(-1)?.category === category) found.at(-1)!.length++
    else found.push({ category, length: 1 })
  }
  return found
}

/** Where a project is that makes somebody look back, at the present stage, and ahead; undefined where none does. */
function projectOf(views: readonly SeenView[]): Pin | undefined {
  const theme = themeOf(views)
  const found = runs(views).map(({ category }) => category % TRAIL_LENGTH)
  if (theme < 0 || found.length !== 3) return undefined
  const [back, place, ahead] = found
  const direction = (place - back + TRAIL_LENGTH) % TRAIL_LENGTH === 1 ? 1 : -1
  const at = (steps: number): number => (place + steps * direction + TRAIL_LENGTH) % TRAIL_LENGTH
  return at(-1) === back && at(1) === ahead ? { theme, place, direction } : undefined
}
