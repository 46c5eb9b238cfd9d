import type { Rng } from '../../core/rng.js'
import { affinity, type Demographics } from './demographics.js'
import { INTEREST_WEIGHTS } from './interests.js'
import type { WorldKnobs } from './knobs.js'

/** Lists of themes, and running sums of their probabilities. */
interface Lists {
  themes: number[][]
  cumulative: Float64Array
}

/** How likely the interests are that people of an age and household begin with: one drawn after the other. */
export class InterestPriors {
  private readonly made = new Map<string, Lists>()

  constructor(private readonly knobs: WorldKnobs) {}

  /** Probability that a theme is among them. */
  share(who: Demographics, theme: number): number {
    return this.lists(who, theme, true).cumulative.at(-1) ?? 0
  }

  /** Interests in order of weight, of those that have a theme, or of those that have it not. */
  draw(rng: Rng, who: Demographics, theme: number, having: boolean): readonly number[] {
    const { themes, cumulative } = this.lists(who, theme, having)
    return themes[rng.fromCumulative(cumulative)]
  }

  private lists(who: Demographics, theme: number, having: boolean): Lists {
    const key = `${who.age} ${who.household} ${theme} ${having}`
    let lists = this.made.get(key)
    if (lists) return lists
    const found: { themes: number[]; probability: number }[] = []
    const length = Math.min(INTEREST_WEIGHTS.length, this.knobs.themes)
    const extend = (themes: number[], probability: number): void => {
      if (themes.length === length) {
        if (themes.includes(theme) === having) found.push({ themes, probability })
        return
      }
      const others = Array.from({ length: this.knobs.themes }, (_, t) => t).filter((t) => !themes.includes(t))
      const all = others.reduce((sum, t) => sum + affinity(who, t), 0)
      for (const t of others) extend([...themes, t], (probability * affinity(who, t)) / all)
    }
    extend([], 1)
    let sum = 0
    const cumulative = Float64Array.from(found, ({ probability }) => (sum += probability))
    lists = { themes: found.map(({ themes }) => themes), cumulative }
    this.made.set(key, lists)
    return lists
  }
}
