import type { Rng } from '../../core/rng.js'
import type { Demographics } from './demographics.js'
import type { InterestPriors } from './interest-priors.js'
import { Interests } from './interests.js'
import type { WorldKnobs } from './knobs.js'
import { Project } from './project.js'
import type { Pin, Sight } from './sight.js'
import { TRAIL_LENGTH } from './themes.js'

/** Particles are drawn again, up to so many times as many, until they are worth this share of what is wanted. */
const [MOST_ROUNDS, ENOUGH] = [16, 0.1]

interface Drawn {
  particle: Particle
  /** probability before the visit, and times its likelihood */
  prior: number
  weight: number
}

/** One state that a user may be in. */
export interface Particle {
  interests: Interests
  project: Project
}

/**
 * What may be a user's interests and project, given their visits so far: a particle filter (Gordon, Salmond & Smith
 * 1993) over the laws by which the world itself moves them. A project that has begun since the visit before is not
 * drawn but put where the visit shows it, at the probability that a new one has of being there, and an interest that
 * the visit shows and a particle lacks is given to it, at the probability of such a change: proposals given the
 * observation (Doucet, Godsill & Andrieu 2000), so that few particles will do.
 */
export class StateFilter {
  /** each as likely */
  private particles: Particle[] = []
  /** moment up to which the visit before is known, unix seconds */
  private last = 0
  /** probability of the latest visit having been aimless, given all up to it */
  aimless = 0

  constructor(
    private readonly rng: Rng,
    private readonly knobs: WorldKnobs,
    private readonly who: Demographics,
    private readonly priors: InterestPriors,
    private readonly size: number,
  ) {}

  /** Lets time pass up to a visit and takes it into account; one that no state explains says nothing. */
  see(sight: Sight): void {
    const drawn = this.particles.length === 0 ? this.begin(sight) : this.goOn(sight)
    const total = drawn.reduce((sum, { weight }) => sum + weight, 0)
    const prior = drawn.reduce((sum, one) => sum + one.prior, 0)
    this.aimless = total > 0 ? (prior * sight.aimless) / total : 0
    const weights = drawn.map(({ weight }) => (total > 0 ? weight : 1))
    this.particles = systematic(this.rng, weights, this.size).map((i) => drawn[i].particle)
    this.last = sight.time
  }

  /** A purchase in this category at this moment: a stage that was for it ends. */
  bought(category: number, time: number): void {
    for (const { project } of this.particles) if (project.category(0) === category) project.complete(time)
    // what is drawn anew is what comes after it
    this.last = Math.max(this.last, time)
  }

  /** So many states, each as likely. */
  states(n: number): Particle[] {
    return systematic(this.rng, new Array<number>(this.size).fill(1), n).map((i) => this.particles[i])
  }

  /** At the first visit anything may be: most particles are drawn from what has the theme that it shows. */
  private begin(sight: Sight): Drawn[] {
    const { rng, knobs, who, size, priors } = this
    const share = priors.share(who, sight.theme)
    const drawn: Drawn[] = []
    const add = (n: number, mass: number, having: boolean): void => {
      for (let i = 0; mass > 0 && i < n; i++) {
        const interests = new Interests(rng, knobs, who, sight.time, priors.draw(rng, who, sight.theme, having))
        const particle = { interests, project: new Project(rng, interests.draw(sight.time), sight.time) }
        drawn.push({ particle, prior: mass / n, weight: (this.advance(particle, sight, true) * mass) / n })
      }
    }
    add(2 * size, share, true)
    add(size / 2, 1 - share, false)
    return drawn
  }

  private goOn(sight: Sight): Drawn[] {
    const { size, particles } = this
    const drawn: Drawn[] = []
    let [total, squares] = [0, 0]
    // until the effective number of particles, (sum of weights)^2 / sum of squares, is enough (Kong, Liu & Wong 1994)
    for (let round = 0; round < MOST_ROUNDS && (round === 0 || total ** 2 < squares * size * ENOUGH); round++) {
      for (let i = 0; i < size; i++) {
        const particle = this.copy(particles[i])
        const weight = this.advance(particle, sight, false)
        drawn.push({ particle, prior: 1, weight })
        total += weight
        squares += weight ** 2
      }
    }
    return drawn
  }

  /** The same state; how long its stage still lasts and when interests change is drawn anew. */
  private copy({ interests, project }: Particle): Particle {
    const { rng, last } = this
    return { interests: interests.fork(rng, last), project: project.fork(rng, last) }
  }

  /**
   * Moves a particle to the visit. Where its interests have no place for the visit's theme, it is split: a change since
   * the visit before has brought that theme, or none has; one of the two goes on, by how likely each makes the visit.
   * @returns the visit's likelihood, over what a new project may be
   */
  private advance(particle: Particle, sight: Sight, first: boolean): number {
    const { rng } = this
    const { time, theme } = sight
    const { interests, project } = particle
    const had = theme < 0 || interests.themes.includes(theme)
    const chance = first || had ? 0 : interests.arrives(theme, time - this.last)
    const changed = chance > 0 ? interests.replaced(rng.int(interests.themes.length), theme, time) : undefined
    interests.advance(time)
    const goesOn = !first && project.advance(time)
    const regular = this.explain(interests, project, goesOn, sight)
    // that a change drawn has brought the theme is what the other half stands for
    const plain = changed && interests.themes.includes(theme) ? 0 : regular.likelihood
    const split = changed ? this.explain(changed, project, goesOn, sight) : undefined
    const total = plain + (split ? chance * split.likelihood : 0)
    let taken = regular
    if (changed && split && rng.uniform() * total >= plain) {
      taken = split
      particle.interests = changed
    }
    if (taken.begins) particle.project = this.newProject(particle.interests, sight, taken)
    return total
  }

  /** How likely a visit is; where a new project begins at it, the part that has it at the pin. */
  private explain(
    interests: Interests,
    project: Project,
    goesOn: boolean,
    { time, pin, onProject, theme, ofTheme, aimless }: Sight,
  ): { likelihood: number; begins: boolean; atPin: number } {
    const rest = aimless + (ofTheme > 0 ? ofTheme * interests.probabilityOf(theme, time) : 0)
    if (goesOn && interests.themes.includes(project.theme))
      return { likelihood: rest + (pin && isAt(project, pin) ? onProject : 0), begins: false, atPin: 0 }
    // any place and way are as likely
    const ways = pin?.direction === undefined ? 1 : 2
    const atPin = pin ? (interests.probabilityOf(pin.theme, time) / TRAIL_LENGTH / ways) * onProject : 0
    return { likelihood: rest + atPin, begins: true, atPin }
  }

  private newProject(interests: Interests, { time, pin }: Sight, by: { likelihood: number; atPin: number }): Project {
    if (!pin || this.rng.uniform() * by.likelihood >= by.atPin) return new Project(this.rng, interests.draw(time), time)
    const project = new Project(this.rng, pin.theme, time)
    project.pin(pin.place, pin.direction)
    return project
  }
}

const isAt = (project: Project, { theme, place, direction }: Pin): boolean =>
  project.theme === theme && project.place === place && (direction === undefined || project.direction === direction)

/** Indices in proportion to weights, by one uniform draw (systematic resampling). */
function systematic(rng: Rng, weights: readonly number[], n: number): number[] {
  const step = weights.reduce((a, b) => a + b, 0) / n
  const chosen: number[] = []
  let next = rng.uniform() * step
  let passed = 0
  for (let i = 0; i < weights.length; i++) {
    passed += weights[i]
    for (; next < passed && chosen.length < n; next += step) chosen.push(i)
  }
  while (chosen.length < n) chosen.push(weights.findLastIndex((w) => w > 0))
  return chosen
}
