import { expect, it } from 'vitest'
import { bytes, share, signed } from '../../src/text/numbers.js'

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

it('bytes have a unit of a thousand each, and a decimal where that says more', () => {
  expect([0, 950, 1000, 12_345, 1_228_800, 5e9, 82e9].map(bytes)).toEqual([
    '0 B',
    '950 B',
    '1.0 kB',
    '12 kB',
    '1.2 MB',
    '5.0 GB',
    '82 GB',
  ])
})
