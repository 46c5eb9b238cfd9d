import { hashInt } from '../../src/core/hash.js'
import type { Kind } from '../../src/config/schema.js'
import type { InferTower } from '../../src/embed/infer.js'
import type { PublishedEntries } from '../../src/generations/build.js'
import { seenAt, type Queries } from '../../src/protocol/queries.js'

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
 * A user tower whose vector is a function of run, the number of events and the moment, and that notes whom it encoded.
 */
export class CountingTower implements InferTower {
  readonly encoded: number[] = []

  constructor(
    readonly run: string,
    readonly kind: Kind,
    readonly width = 4,
    private readonly before: (users: Int32Array) => Promise<void> | void = () => {},
  ) {}

  async encodeUsers(queries: Queries): Promise<Float32Array> {
    const { events, users, ends } = queries
    await this.before(users)
    const out = new Float32Array(users.length * this.width)
    users.forEach((user, q) => {
      this.encoded.push(user)
      out.set(this.vector(user, ends[q] - events.offsets[user], seenAt(queries, q)), q * this.width)
    })
    return out
  }

  vector(user: number, events: number, moment: number): Float32Array {
    return unitVector(this.width, this.run.length, user, events, moment)
  }
}

/** Entries to publish, by towers alone: vectors depend on the entry and a salt (another salt, another training). */
export function countedEntries(
  run: string,
  salt: number,
  entries: number,
  width = 8,
  before: (from: number) => Promise<void> | void = () => {},
): PublishedEntries {
  return {
    run,
    width,
    entries,
    async encode(from, to) {
      await before(from)
      const out = new Float32Array((to - from) * width)
      for (let entry = from; entry < to; entry++) out.set(unitVector(width, salt, entry), (entry - from) * width)
      return out
    },
    popularity: new Float32Array(entries),
    weights: null,
  }
}
