import type { Rng } from '../../core/rng.js'

/** A user cares for up to three themes at a time, unequally. */
export const INTEREST_WEIGHTS = [0.6, 0.28, 0.12] as const
const DAY = 86_400

/**
 * A user's latent interests. They drift: at random moments (a Poisson process of `drift` a 100 days) one of them gives
 * way to a new theme, which takes its weight.
 */
export class Interests {
  /** themes in order of weight */
  readonly themes: Int32Array
  private nextChange: number

  constructor(
    private readonly rng: Rng,
    private readonly allThemes: number,
    private readonly drift: number,
    since: number,
  ) {
    const all = rng.shuffle(Int32Array.from({ length: allThemes }, (_, t) => t))
    this.themes = all.slice(0, INTEREST_WEIGHTS.length)
    this.nextChange = since + this.gap()
  }

  /** Lets time pass; moments must not go back. */
  advance(time: number): void {
    while (this.nextChange <= time) {
      this.change()
      this.nextChange += this.gap()
    }
  }

  /** A theme in proportion to the interests now. */
  draw(): number {
    let total = 0
    for (let i = 0; i < this.themes.length; i++) total += INTEREST_WEIGHTS[i]
    let x = this.rng.uniform() * total
    let i = 0
    while (i < this.themes.length - 1 && x >= INTEREST_WEIGHTS[i]) x -= INTEREST_WEIGHTS[i++]
    return this.themes[i]
  }

  private change(): void {
    if (this.allThemes <= this.themes.length) {
      this.rng.shuffle(this.themes)
      return
    }
    let theme = this.rng.int(this.allThemes)
    while (this.themes.includes(theme)) theme = this.rng.int(this.allThemes)
    this.themes[this.rng.int(this.themes.length)] = theme
  }

  private gap(): number {
    return this.drift === 0 ? Infinity : (-Math.log(1 - this.rng.uniform()) * 100 * DAY) / this.drift
  }
}
