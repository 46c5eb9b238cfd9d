import { expect, test } from 'vitest'
import { Rng } from '../../src/core/rng.js'

test('the same seeds give the same stream, other seeds another', () => {
  const draw = (...seeds: number[]): number[] => {
    const rng = new Rng(...seeds)
    return Array.from({ length: 5 }, () => rng.uint32())
  }
  expect(draw(1, 2, 3)).toEqual(draw(1, 2, 3))
  expect(draw(1, 2, 3)).not.toEqual(draw(1, 3, 2))
  expect(draw(1)).not.toEqual(draw(1, 0))
  expect(draw(5)).not.toEqual(draw(5 + 2 ** 32))
})

test('uniform draws have the mean, variance and range of U(0, 1)', () => {
  const rng = new Rng(7)
  const n = 100_000
  let sum = 0
  let squares = 0
  for (let i = 0; i < n; i++) {
    const x = rng.uniform()
    expect(x >= 0 && x < 1).toBe(true)
    sum += x
    squares += x * x
  }
  const mean = sum / n
  expect(Math.abs(mean - 1 / 2)).toBeLessThan(5 * Math.sqrt(1 / 12 / n))
  expect(Math.abs(squares / n - mean * mean - 1 / 12)).toBeLessThan(0.002)
})

test('normal draws have mean 0, variance 1 and the tails of a normal', () => {
  const rng = new Rng(8)
  const n = 100_000
  let sum = 0
  let squares = 0
  let beyond = 0
  for (let i = 0; i < n; i++) {
    const x = rng.normal()
    sum += x
    squares += x * x
    if (Math.abs(x) > 1.959964) beyond++
  }
  expect(Math.abs(sum / n)).toBeLessThan(5 / Math.sqrt(n))
  expect(Math.abs(squares / n - 1)).toBeLessThan(0.03)
  expect(Math.abs(beyond / n - 0.05)).toBeLessThan(0.005)
})

test('fromCumulative draws an index in proportion to its weight and never one of weight 0', () => {
  const rng = new Rng(9)
  const counts = [0, 0, 0, 0]
  const n = 40_000
  for (let i = 0; i < n; i++) counts[rng.fromCumulative([1, 1, 4, 8])]++ // weights 1, 0, 3, 4
  expect(counts[1]).toBe(0)
  for (const [i, p] of [
    [0, 1 / 8],
    [2, 3 / 8],
    [3, 4 / 8],
  ])
    expect(Math.abs(counts[i] / n - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / n))
})

test('shuffle keeps the elements and reaches every order', () => {
  const orders = new Set<string>()
  for (let i = 0; i < 300; i++) orders.add(new Rng(i).shuffle([1, 2, 3]).join(''))
  expect([...orders].sort()).toEqual(['123', '132', '213', '231', '312', '321'])
})

test('a seed that is not a number is refused', () => {
  expect(() => new Rng(Number.NaN)).toThrow(/not a number/)
})
