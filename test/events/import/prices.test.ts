import { expect, test } from 'vitest'
import { parsePrice, priceStyle } from '../../../src/events/import/prices.js'

test.each<[string[], { decimal: string; sign: string }]>([
  [['12.99', '3'], { decimal: '.', sign: '' }],
  [['12,99'], { decimal: ',', sign: '' }],
  [['7', '1.299,00'], { decimal: ',', sign: '' }],
  [['1,299.00'], { decimal: '.', sign: '' }],
  // thousands in English, or cents in three digits elsewhere: English, until a price says otherwise
  [['1,299'], { decimal: '.', sign: '' }],
  [['1,299', '0,5'], { decimal: ',', sign: '' }],
  [['$12'], { decimal: '.', sign: '$' }],
  [['5.5', '$5'], { decimal: '.', sign: '$' }],
  [['12,99 €'], { decimal: ',', sign: '€' }],
  [[], { decimal: '.', sign: '' }],
])('%j is written as %j', (values, style) => {
  expect(priceStyle(values)).toEqual(style)
})

test.each<[string, '.' | ',', string, number]>([
  ['12.99', '.', '', 12.99],
  ['1,299.50', '.', '', 1299.5],
  ['1,234,567', '.', '', 1_234_567],
  ['1e3', '.', '', 1000],
  ['12,99', ',', '', 12.99],
  ['1.234.567,89', ',', '', 1_234_567.89],
  ['1 299,00', ',', '', 1299],
  ['1\u00A0299,00\u00A0€', ',', '€', 1299],
  ["1'299.00", '.', '', 1299],
  ['$1,299.00', '.', '$', 1299],
  ['3.4e38', '.', '', 3.4e38],
])('%j with %s and sign %j is %d', (text, decimal, sign, price) => {
  expect(parsePrice(text, { decimal, sign })).toBe(price)
})

test.each<[string, '.' | ',', string]>([
  ['-1', '.', ''],
  ['3.5e38', '.', ''], // beyond a 32-bit float
  ['12,99', '.', ''], // a comma in a file of points
  ['12.99', ',', ''],
  ['1,29,900', '.', ''],
  ['12 USD', '.', ''],
  ['€12', '.', '$'], // another currency
  ['free', '.', ''],
])('%j with %s and sign %j is no price', (text, decimal, sign) => {
  expect(parsePrice(text, { decimal, sign })).toBeNaN()
})
