import { expect, test } from 'vitest'
import { editDistance, nearest } from '../../src/config/nearest-key.js'

test.each([
  ['', '', 0],
  ['width', 'width', 0],
  ['widht', 'width', 1], // neighbours swapped
  ['kitten', 'sitting', 3],
  ['', 'abc', 3],
  ['abc', '', 3],
  ['layer', 'layers', 1],
])('%s and %s are %i edits apart', (a, b, edits) => {
  expect(editDistance(a, b)).toBe(edits)
  expect(editDistance(b, a)).toBe(edits)
})

test('the nearest word ignores case, dashes and underscores; a far one is none', () => {
  expect(nearest('weight_decay', ['width', 'weightDecay'])).toBe('weightDecay')
  expect(nearest('USER-TOWER', ['userTower', 'outputWidth'])).toBe('userTower')
  expect(nearest('banana', ['width', 'heads'])).toBeUndefined()
  expect(nearest('x', [])).toBeUndefined()
})
