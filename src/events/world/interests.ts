import type { Rng } from '../../core/rng.js'
import { DAY } from '../../core/time.js'
import { affinity, type Demographics } from './demographics.js'
import type { WorldKnobs } from './knobs.js'
import { seasonOf } from './seasons.js'

/** A user cares for up to three themes at a time, unequally. */
export const INTEREST_WEIGHTS = [0.6, 0.28, 0.12] as const

/**
 * A user's latent interests: themes drawn by what people of their age and household like. They drift: at random moments
 * (a Poisson process of `drift` a 100 days) one of them gives way to a new theme, which takes its weight.
 */
export class Interests {
  /** themes in order of weight */
  themes: number[]
  private nextChange: number

  /** @param since unix seconds @param themes those they begin with; drawn where absent */
  constructor(
    private readonly rng: Rng,
    private readonly knobs: WorldKnobs,
    private readonly who: Demographics,
    since: number,
    themes?: readonly number[],
  ) {
    this.themes = themes?.slice() ?? []
    const wanted = Math.min(INTEREST_WEIGHTS.length, knobs.themes)
    while (this.themes.length < wanted) this.themes.push(this.newTheme(this.themes))
    this.nextChange = since + this.gap()
  }

  /** The same interests at moment `now`, whose future is drawn from another stream: changes are memoryless. */
  fork(rng: Rng, now: number): Interests {
    return new Interests(rng, this.knobs, this.who, now, this.themes)
  }

  /** Lets time pass; moments must not go back. */
  advance(time: number): void {
    while (this.nextChange <= time) {
      this.change()
      this.nextChange += this.gap()
    }
  }

  /** A theme in proportion to the interests and the season. */
  draw(time: number): number {
    let x = this.rng.uniform() * this.total(time)
    let i = 0
    for (; i < this.themes.length - 1; i++) {
      x -= this.weight(i, time)
      if (x < 0) break
    }
    return this.themes[i]
  }

  /** Probability that `draw` gives themes[i]. */
  probability(i: number, time: number): number {
    return this.weight(i, time) / this.total(time)
  }

  /** Probability that `draw` gives this theme. */
  probabilityOf(theme: number, time: number): number {
    const i = this.themes.indexOf(theme)
    return i < 0 ? 0 : this.probability(i, time)
  }

  /** Probability that a change within so many seconds brings this theme, which is none of theirs. */
  arrives(theme: number, seconds: number): number {
    const { drift, themes } = this.knobs
    if (drift === 0 || themes <= this.themes.length) return 0
    let others = 0
    for (let other = 0; other < themes; other++) if (!this.themes.includes(other)) others += affinity(this.who, other)
    return ((1 - Math.exp((-drift * seconds) / (100 * DAY))) * affinity(this.who, theme)) / others
  }

  /** The same interests after one of them has given way to a theme. */
  replaced(i: number, theme: number, now: number): Interests {
    const copy = this.fork(this.rng, now)
    copy.themes[i] = theme
    return copy
  }

  private weight(i: number, time: number): number {
    return INTEREST_WEIGHTS[i] * seasonOf(this.themes[i], time, this.knobs.seasonality)
  }

  private total(time: number): number {
    let total = 0
    for (let i = 0; i < this.themes.length; i++) total += this.weight(i, time)
    return total
  }

  private change(): void {
    if (this.knobs.themes <= this.themes.length) {
      this.rng.shuffle(this.themes)
      return
    }
    const theme = this.newTheme(this.themes)
    this.themes[this.rng.int(this.themes.length)] = theme
  }

  /** A theme that is none of these, by affinity. */
  private newTheme(taken: readonly number[]): number {
    let x = 0
    for (let theme = 0; theme < this.knobs.themes; theme++) if (!taken.includes(theme)) x += affinity(this.who, theme)
    x *= this.rng.uniform()
    let last = -1
    for (let theme = 0; theme < this.knobs.themes; theme++) {
      if (taken.includes(theme)) continue
      last = theme
      x -= affinity(this.who, theme)
      if (x < 0) break
    }
    return last
  }

  private gap(): number {
    const { drift } = this.knobs
    return drift === 0 ? Infinity : (-Math.log(1 - this.rng.uniform()) * 100 * DAY) / drift
  }
}
