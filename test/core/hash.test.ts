import { expect, test } from 'vitest'
import { hashInt, hashJson, hashString, sha256 } from '../../src/core/hash.js'

test('sha256 matches the published test vector (FIPS 180-4, "abc")', () => {
  expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})

test('hashJson ignores the order of keys and absent values, and nothing else', () => {
  expect(hashJson({ a: 1, b: [1, 2] })).toBe(hashJson({ b: [1, 2], a: 1, c: undefined }))
  expect(hashJson({ a: 1, b: [1, 2] })).not.toBe(hashJson({ a: 1, b: [2, 1] }))
  expect(hashJson({ a: 1 })).not.toBe(hashJson({ a: '1' }))
})

test('two seeds hash independently: few pairs collide under both', () => {
  const n = 4000
  const buckets = 1024
  const seen = new Map<string, number>()
  for (let i = 0; i < n; i++) {
    const key = `${hashInt(i, 0) % buckets} ${hashInt(i, 1) % buckets}`
    seen.set(key, (seen.get(key) ?? 0) + 1)
  }
  // expected colliding pairs: n^2 / 2 / buckets^2 = 7.6
  const pairs = [...seen.values()].reduce((sum, c) => sum + (c * (c - 1)) / 2, 0)
  expect(pairs).toBeLessThan(30)
})

test('string hashes fill the buckets evenly', () => {
  const counts = new Int32Array(64)
  for (let i = 0; i < 6400; i++) counts[hashString(`item-${i}`, 3) % 64]++
  // chi-square with 63 degrees of freedom: 99.99 % below 115
  const chi = counts.reduce((sum, c) => sum + (c - 100) ** 2 / 100, 0)
  expect(chi).toBeLessThan(115)
})
