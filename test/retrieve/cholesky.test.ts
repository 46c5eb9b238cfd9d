import { expect, test } from 'vitest'
import { Rng } from '../../src/core/rng.js'
import { invertSymmetric } from '../../src/retrieve/cholesky.js'

test.each([1, 2, 3, 4, 5, 8, 19])('a matrix times its inverse is the unit matrix: %i rows', (n) => {
  const rng = new Rng(n)
  const x = Float64Array.from({ length: n * (n + 3) }, () => rng.normal())
  const a = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) for (let k = 0; k < n + 3; k++) a[i * n + j] += x[i * (n + 3) + k] * x[j * (n + 3) + k]
  const inverse = invertSymmetric(a.slice(), n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let product = 0
      for (let k = 0; k < n; k++) product += a[i * n + k] * inverse[k * n + j]
      expect(product).toBeCloseTo(i === j ? 1 : 0, 8)
    }
})

test('what is not positive definite is refused', () => {
  expect(() => invertSymmetric(Float64Array.of(1, 2, 2, 1), 2)).toThrow('not positive definite')
})
