import { expect, it } from 'vitest'
import { share, signed } from '../../src/text/numbers.js'

it('shares have as many digits as count, and no zero before the point', () => {
  expect([0, 0.00214, 0.0674, -0.0674, 0.1, 0.9996, 1, 1.5, NaN].map(share)).toEqual([
    '0',
    '.0021',
    '.067',
    '-.067',
    '.100',
    '1.00',
    '1.00',
    '1.50',
    '-',
  ])
})

it('a difference has a sign, but what rounds to nothing has not the sign of a loss', () => {
  expect([0.0012, -0.034, 0.00001, -0.00001, 0].map(signed)).toEqual(['+.0012', '-.034', '+.0000', '+.0000', '+.0000'])
})
