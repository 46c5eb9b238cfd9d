import type { Kind } from '../../src/config/schema.js'
import { hashInt } from '../../src/core/hash.js'
import type { Histories } from '../../src/embed/pending.js'
import type { HistoryRows, ItemTower, UserTower } from '../../src/embed/ports.js'

/** A unit vector of width d that depends on every argument. */
export function unitVector(d: number, ...seeds: number[]): Float32Array {
  const vector = Float32Array.from(
    { length: d },
    (_, i) =>
      hashInt(
        seeds.reduce((h, seed) => hashInt(h ^ seed, 7), i),
        3,
      ) /
        2 ** 31 -
      1,
  )
  const norm = Math.hypot(...vector)
  return vector.map((x) => x / norm)
}

/**
 * A user tower whose vector is a function of run, the number of events and the anchor, and that notes whom it encoded.
 */
export class CountingTower implements UserTower {
  readonly encoded: number[] = []

  constructor(
    readonly run: string,
    readonly kind: Kind,
    private readonly histories: Histories,
    readonly width = 4,
    private readonly before: (users: Int32Array) => Promise<void> | void = () => {},
  ) {}

  async encodeUsers({ users, ends }: HistoryRows, anchorTime: number): Promise<Float32Array> {
    await this.before(users)
    const out = new Float32Array(users.length * this.width)
    users.forEach((user, q) => {
      this.encoded.push(user)
      out.set(this.vector(user, ends[q] - this.histories.offsets[user], anchorTime), q * this.width)
    })
    return out
  }

  vector(user: number, events: number, anchorTime: number): Float32Array {
    return unitVector(this.width, this.run.length, user, events, anchorTime)
  }
}

/** An item tower whose vector depends on the item and a salt (another salt, another training). */
export function itemTower(
  run: string,
  salt: number,
  width = 8,
  before: (from: number) => Promise<void> | void = () => {},
): ItemTower {
  return {
    run,
    width,
    async encodeItems(from, to) {
      await before(from)
      const out = new Float32Array((to - from) * width)
      for (let item = from; item < to; item++) out.set(unitVector(width, salt, item), (item - from) * width)
      return out
    },
  }
}
