/**
 * A small deterministic random generator: xoshiro128** (Blackman & Vigna, 2018), seeded by SplitMix32 over a list of
 * integers, so that `new Rng(seed, stream, n)` is the same on every machine and independent of any other stream.
 */
export class Rng {
  private readonly s = new Uint32Array(4)
  private spare: number | undefined

  constructor(...seeds: number[]) {
    let h = 0x9e3779b9
    const mix = (x: number): number => {
      h = (h + 0x9e3779b9 + x) >>> 0
      let z = h
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
      return (z ^ (z >>> 15)) >>> 0
    }
    for (const seed of seeds) {
      if (!Number.isFinite(seed)) throw new Error(`Rng: seed ${seed} is not a number`)
      h = mix(seed >>> 0) ^ mix(Math.floor(seed / 4294967296) >>> 0)
    }
    for (let i = 0; i < 4; i++) this.s[i] = mix(i)
    if (this.s.every((x) => x === 0)) this.s[0] = 1
  }

  /** An unsigned 32-bit integer. */
  uint32(): number {
    const s = this.s
    const r = Math.imul(s[1], 5)
    const result = Math.imul((r << 7) | (r >>> 25), 9) >>> 0
    const t = s[1] << 9
    s[2] ^= s[0]
    s[3] ^= s[1]
    s[1] ^= s[2]
    s[0] ^= s[3]
    s[2] ^= t
    s[3] = (s[3] << 11) | (s[3] >>> 21)
    return result
  }

  /** Uniform in [0, 1) with 53 random bits. */
  uniform(): number {
    return ((this.uint32() >>> 5) * 67108864 + (this.uint32() >>> 6)) / 9007199254740992
  }

  /** A uniform integer in [0, n), n up to 2^53. */
  int(n: number): number {
    return Math.floor(this.uniform() * n)
  }

  /** A standard normal draw (Box & Muller, 1958). */
  normal(): number {
    if (this.spare !== undefined) {
      const x = this.spare
      this.spare = undefined
      return x
    }
    const r = Math.sqrt(-2 * Math.log(1 - this.uniform()))
    const a = 2 * Math.PI * this.uniform()
    this.spare = r * Math.sin(a)
    return r * Math.cos(a)
  }

  /** Index i with probability weight[i] / sum, where `cumulative` is the running sum of the weights. */
  fromCumulative(cumulative: ArrayLike<number>): number {
    const n = cumulative.length
    const x = this.uniform() * cumulative[n - 1]
    let lo = 0
    let hi = n - 1
    while (lo < hi) {
      const mid = (lo + hi) >>> 1
      if (cumulative[mid] > x) hi = mid
      else lo = mid + 1
    }
    return lo
  }

  /** Fisher-Yates, in place. */
  shuffle<T extends { length: number; [i: number]: number }>(list: T): T {
    for (let i = list.length - 1; i > 0; i--) {
      const j = this.int(i + 1)
      const x = list[i]
      list[i] = list[j]
      list[j] = x
    }
    return list
  }
}
