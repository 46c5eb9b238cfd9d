import type { Rng } from '../../core/rng.js'
import { DAY } from '../../core/time.js'
import { TRAIL_LENGTH } from './themes.js'
import { normalAbove } from './truncated-normal.js'

/** Mean and log-deviation of the days a project stays at one stage. */
const STAGE_DAYS = 14
const STAGE_SPREAD = 0.6
/** Stages of a project: 6 to 11. */
const SHORTEST = 6
const STAGE_COUNTS = 6
/** Probability that a project turns round after a stage. */
const TURN = 0.1

/**
 * A life project: a walk along the closed trail of a theme, one way or the other. Either way is equally likely, so the
 * present stage alone leaves open what follows; the order of the stages, and of the views inside a visit (from the
 * stage before, over the present one, to the one ahead), tells.
 */
export class Project {
  /** place on the trail, 0 to TRAIL_LENGTH - 1 */
  place: number
  /** +1 or -1: where the next stage lies */
  direction: number
  private stageSince: number
  private stageEnd: number
  private stagesLeft: number

  /** @param from the project that it goes on from; a new one where absent */
  constructor(
    private readonly rng: Rng,
    readonly theme: number,
    time: number,
    from?: Project,
  ) {
    if (from) {
      this.place = from.place
      this.direction = from.direction
      this.stagesLeft = from.stagesLeft
      this.stageSince = from.stageSince
      const { stageEnd, stageSince } = from
      this.stageEnd = stageEnd > time ? stageSince + this.stageSeconds(time - stageSince) : stageEnd
      return
    }
    this.place = rng.int(TRAIL_LENGTH)
    this.direction = rng.uniform() < 0.5 ? 1 : -1
    this.stagesLeft = SHORTEST + rng.int(STAGE_COUNTS)
    this.stageSince = time
    this.stageEnd = time + this.stageSeconds()
  }

  /**
   * The same project at moment `now`, whose future is drawn from another stream: how long the stage still lasts, given
   * how long it has, too.
   */
  fork(rng: Rng, now: number): Project {
    return new Project(rng, this.theme, now, this)
  }

  /** Puts a project that has just begun where it is known to be. @param direction the one it has where absent */
  pin(place: number, direction = this.direction): void {
    this.place = place
    this.direction = direction
  }

  /** Moves to the stage of this moment. False when the project is over by then. */
  advance(time: number): boolean {
    while (this.stageEnd <= time) {
      if (--this.stagesLeft === 0) return false
      this.place = mod(this.place + this.direction)
      if (this.rng.uniform() < TURN) this.direction = -this.direction
      this.stageSince = this.stageEnd
      this.stageEnd += this.stageSeconds()
    }
    return true
  }

  /** What the stage was for has been bought: it ends now. */
  complete(time: number): void {
    this.stageEnd = Math.min(this.stageEnd, time)
  }

  /** Category of the stage `steps` ahead (negative: behind) if the project keeps its direction. */
  category(steps: number): number {
    return this.theme * TRAIL_LENGTH + mod(this.place + steps * this.direction)
  }

  /** Log-normal with mean STAGE_DAYS; given that it is longer than `least`. */
  private stageSeconds(least = 0): number {
    const median = STAGE_DAYS * DAY * Math.exp(-(STAGE_SPREAD ** 2) / 2)
    const z = least <= 0 ? this.rng.normal() : normalAbove(this.rng, Math.log(least / median) / STAGE_SPREAD)
    return median * Math.exp(STAGE_SPREAD * z)
  }
}

const mod = (place: number): number => (place + TRAIL_LENGTH) % TRAIL_LENGTH
