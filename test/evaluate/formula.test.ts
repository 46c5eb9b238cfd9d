import { expect, it } from 'vitest'
import { formula } from '../../src/evaluate/formula.js'

const fitted = { own: 4.04, recent: 4.76, popularity: 1, popularityDays: 30, from: 0, to: 1, users: 1, recall: {} }

it('says what a row with fitted weights adds up, in two digits', () => {
  expect(formula({ kind: 'baseline', name: 'control', fitted })).toBe(
    'log popularity (30 days) + 4 log own + 4.8 log recent own',
  )
  expect(
    formula({ kind: 'baseline', name: 'control', fitted: { ...fitted, recent: 0, popularityDays: undefined } }),
  ).toBe('log popularity + 4 log own')
  expect(
    formula({
      kind: 'hybrid',
      name: 'mean pooling + history',
      fitted: { ...fitted, own: 0.0512, recent: 0, popularity: 0.1 },
    }),
  ).toBe('mean pooling + .1 log popularity (30 days) + .051 log own')
  expect(
    formula({ kind: 'hybrid', name: 'transformer + history', fitted: { ...fitted, own: 0, recent: 0, popularity: 0 } }),
  ).toBe('transformer')
  expect(formula({ kind: 'model', name: 'transformer' })).toBeUndefined()
})
