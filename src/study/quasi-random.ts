import { Rng } from '../core/rng.js'

const STREAM = 0x51

/**
 * Points that cover [0, 1)^d evenly however many are taken: the additive recurrence x_n = s + n / g^j (mod 1), with g
 * the root of g^(d+1) = g + 1, which generalises the golden ratio (Roberts 2018, "The Unreasonable Effectiveness of
 * Quasirandom Sequences"). The shift s comes from the seed.
 */
export function* quasiRandom(dimensions: number, seed: number): Generator<number[], never> {
  const rng = new Rng(seed, STREAM)
  const shift = Array.from({ length: dimensions }, () => rng.uniform())
  let g = 2
  for (let i = 0; i < 64; i++) g = (1 + g) ** (1 / (dimensions + 1))
  const step = shift.map((_, j) => 1 / g ** (j + 1))
  for (let n = 0; ; n++) yield shift.map((s, j) => (s + n * step[j]) % 1)
}
