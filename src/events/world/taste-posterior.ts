import { TIERS } from './catalog.js'
import { prefixSums, TIER_KERNEL } from './choice.js'
import { INCOME_TELLS } from './demographics.js'
import { LOYALTY } from './offsite-visit.js'
import { TRAIL_LENGTH } from './themes.js'
import type { Taste } from './truth.js'
import { FAVOURITES, type World } from './user-state.js'

/** A view that a user chose in its category, unless the visit was without an aim. */
export interface Choice {
  item: number
  category: number
  time: number
  /** probability of the visit having had no aim: then it says nothing */
  aimless: number
}

/** A price band so much less likely than the likeliest is left out: with favourites, and before they are asked. */
const [UNLIKELY, HOPELESS] = [1e-3, 1e-9]

/** Choices within one theme, and the advertisers there that explain them alike. */
interface OfTheme {
  theme: number
  own: readonly Choice[]
  parts: readonly (readonly number[])[]
}

/** [advertisers] probabilities of a favourite, and the logarithm of the views' probability */
interface Fit {
  likes: Float64Array
  logEvidence: number
}

/**
 * How users choose in their categories, given what they chose: price band and favourite advertisers of every theme by
 * Bayes' theorem, over all three bands and all pairs of favourites. Advertisers whose items were not looked at are
 * parted by the categories of the theme in which they sell by t, of those that were looked at; what others than the
 * item's own sell is taken as it is at t.
 */
export class TastePosterior {
  /** [TIERS] weights [items], and their sums over what is launched by a moment */
  private readonly weights: Float64Array[]
  /** items of every category by launch, and [TIERS] running sums of their weights in that order */
  private readonly byLaunch: Int32Array
  private readonly launched: Float64Array[]
  /** [themes] the categories in which an advertiser sells by t, as bits [advertisers]; bit TRAIL_LENGTH: ever */
  private readonly sells: Uint16Array[]
  /** [TIERS] probability that a choice among what an advertiser sells in a category finds something on sale by t */
  private readonly finds: Float32Array[]
  /** [TIERS][themes] prior of a favourite [advertisers] */
  private readonly priors: Float64Array[][]

  constructor(
    private readonly world: World,
    t: number,
  ) {
    const { catalog, knobs } = world
    const { offsite, itemTier, itemLaunch, itemCategory, itemAdvertiser, categoryStart } = catalog
    this.weights = Array.from({ length: TIERS }, (_, tier) =>
      offsite.map((w, i) => w * TIER_KERNEL[Math.abs(tier - itemTier[i])]),
    )
    this.byLaunch = Int32Array.from(offsite.keys()).sort(
      (a, b) => itemCategory[a] - itemCategory[b] || itemLaunch[a] - itemLaunch[b],
    )
    this.launched = this.weights.map((w) => prefixSums(Array.from(this.byLaunch, (i) => w[i])))
    this.sells = Array.from({ length: knobs.themes }, () => new Uint16Array(catalog.advertisers))
    itemCategory.forEach((c, i) => {
      const place = itemLaunch[i] <= t ? 1 << (c % TRAIL_LENGTH) : 0
      this.sells[Math.floor(c / TRAIL_LENGTH)][itemAdvertiser[i]] |= place | (1 << TRAIL_LENGTH)
    })
    this.finds = this.weights.map((w) => {
      const [all, sold] = [0, 1].map(() => new Float64Array(catalog.categories * catalog.advertisers))
      itemCategory.forEach((c, i) => {
        const at = c * catalog.advertisers + itemAdvertiser[i]
        all[at] += w[i]
        if (itemLaunch[i] <= t) sold[at] += w[i]
      })
      return Float32Array.from(all, (sum, at) => (sum > 0 ? world.choice.finds(sold[at] / sum) : 0))
    })
    this.priors = this.weights.map((w) =>
      Array.from({ length: knobs.themes }, (_, theme) => {
        const prior = new Float64Array(catalog.advertisers)
        const [from, to] = [categoryStart[theme * TRAIL_LENGTH], categoryStart[(theme + 1) * TRAIL_LENGTH]]
        let total = 0
        for (let i = from; i < to; i++) {
          prior[itemAdvertiser[i]] += w[i]
          total += w[i]
        }
        return prior.map((p) => p / total)
      }),
    )
  }

  /** @param income index into INCOMES, which is known of a user */
  of(income: number, choices: readonly Choice[]): Taste[] {
    const themeOf = ({ category }: Choice): number => Math.floor(category / TRAIL_LENGTH)
    const themes = [...new Set(choices.map(themeOf))].map((theme): OfTheme => {
      const own = choices.filter((choice) => themeOf(choice) === theme)
      return { theme, own, parts: this.parts(theme, own) }
    })
    // how likely the items are in their categories says most of the band already
    const bands = Array.from({ length: TIERS }, (_, tier) => {
      const anyone = themes.map(({ own }) => Float64Array.from(own, (choice) => this.inCategory(tier, choice)))
      // bands are equally frequent; most incomes say theirs
      let log = Math.log(INCOME_TELLS * (tier === income ? 1 : 0) + (1 - INCOME_TELLS) / TIERS)
      themes.forEach(({ own }, k) => own.forEach(({ aimless }, v) => (log += (1 - aimless) * Math.log(anyone[k][v]))))
      return { tier, anyone, log }
    })
    const fits = likely(bands, HOPELESS).map(({ tier, anyone, log }) => {
      const byTheme = new Map(themes.map((one, k) => [one.theme, this.fit(tier, one, anyone[k])]))
      return { tier, byTheme, log: [...byTheme.values()].reduce((sum, { logEvidence }) => sum + logEvidence, log) }
    })
    const left = likely(fits, UNLIKELY)
    const most = Math.max(...left.map(({ log }) => log))
    const total = left.reduce((sum, { log }) => sum + Math.exp(log - most), 0)
    return left.map(({ tier, byTheme, log }) => ({
      tier,
      weight: Math.exp(log - most) / total,
      likes: (theme, advertiser) => (byTheme.get(theme)?.likes ?? this.priors[tier][theme])[advertiser],
    }))
  }

  /** All pairs of favourites of one theme, for one price band. */
  private fit(tier: number, { theme, parts, own: choices }: OfTheme, anyone: Float64Array): Fit {
    const prior = this.priors[tier][theme]
    const groups = parts.map((members) => ({
      members,
      prior: members.reduce((sum, advertiser) => sum + prior[advertiser], 0),
      ratio: this.ratios(tier, members[0], choices, anyone),
    }))
    // a view's probability is base + (ratio of one favourite + ratio of the other) / FAVOURITES, in units of anyone's
    const base = Float64Array.from(choices, ({ aimless }) => (1 - aimless) * (1 - LOYALTY) + aimless)
    const mass = new Float64Array(groups.length)
    let evidence = 0
    for (let a = 0; a < groups.length; a++) {
      const one = groups[a].ratio
      for (let b = a; b < groups.length; b++) {
        const other = groups[b].ratio
        let p = groups[a].prior * groups[b].prior * (a === b ? 1 : 2)
        for (let v = 0; v < base.length; v++) p *= base[v] + one[v] + other[v]
        evidence += p
        mass[a] += p / 2
        mass[b] += p / 2
      }
    }
    const likes = new Float64Array(this.world.catalog.advertisers)
    groups.forEach(({ members, prior: all }, g) => {
      if (all === 0) return
      for (const advertiser of members) likes[advertiser] = ((mass[g] / evidence) * prior[advertiser]) / all
    })
    return { likes, logEvidence: Math.log(evidence) }
  }

  /** Advertisers of a theme that explain choices alike: each that was looked at, the others by where they sell. */
  private parts(theme: number, choices: readonly Choice[]): number[][] {
    const { itemAdvertiser } = this.world.catalog
    const looked = new Set(choices.map(({ item }) => itemAdvertiser[item]))
    const visited = choices.reduce((mask, { category }) => mask | (1 << (category % TRAIL_LENGTH)), 0)
    const parts = new Map<number, number[]>()
    this.sells[theme].forEach((mask, advertiser) => {
      if (mask === 0) return
      const key = looked.has(advertiser) ? -1 - advertiser : mask & visited
      const part = parts.get(key)
      if (part) part.push(advertiser)
      else parts.set(key, [advertiser])
    })
    return [...parts.values()]
  }

  /** What an advertiser as a favourite adds to the probability of every choice, relative to anyone's choice. */
  private ratios(tier: number, advertiser: number, choices: readonly Choice[], anyone: Float64Array): Float64Array {
    const { itemAdvertiser, advertisers } = this.world.catalog
    const ratios = new Float64Array(choices.length)
    for (let v = 0; v < choices.length; v++) {
      const { item, category, aimless } = choices[v]
      const ratio =
        itemAdvertiser[item] === advertiser
          ? this.ownRatio(tier, advertiser, choices[v], anyone[v])
          : 1 - this.finds[tier][category * advertisers + advertiser]
      ratios[v] = ((1 - aimless) * LOYALTY * ratio) / FAVOURITES
    }
    return ratios
  }

  /** The ratio where the item is the advertiser's. @param anyone probability of the item in its category */
  private ownRatio(tier: number, advertiser: number, { item, category, time }: Choice, anyone: number): number {
    const { choice } = this.world
    const weights = this.weights[tier]
    const [from, to] = choice.assortment(category, advertiser)
    const own = this.onSale(tier, from, to, time)
    let all = 0
    for (let i = from; i < to; i++) all += weights[i]
    const found = choice.finds(own / all)
    return 1 - found + (found * weights[item]) / own / anyone
  }

  private onSale(tier: number, from: number, to: number, time: number): number {
    let sum = 0
    for (let i = from; i < to; i++) if (this.world.catalog.itemLaunch[i] <= time) sum += this.weights[tier][i]
    return sum
  }

  /** Probability of an item in its category, for a price band, of what is on sale. */
  private inCategory(tier: number, { item, category, time }: Choice): number {
    const { categoryStart, itemLaunch } = this.world.catalog
    let lo = categoryStart[category]
    let hi = categoryStart[category + 1]
    const first = lo
    while (lo < hi) {
      const mid = (lo + hi) >>> 1
      if (itemLaunch[this.byLaunch[mid]] <= time) lo = mid + 1
      else hi = mid
    }
    return this.weights[tier][item] / (this.launched[tier][lo] - this.launched[tier][first])
  }
}

/** Those whose probability is at least this share of the highest one. */
function likely<T extends { log: number }>(of: readonly T[], least: number): T[] {
  const most = Math.max(...of.map(({ log }) => log))
  return of.filter(({ log }) => log >= most + Math.log(least))
}
