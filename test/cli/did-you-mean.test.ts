import { expect, test } from 'vitest'
import { didYouMean, settingLike } from '../../src/cli/did-you-mean.js'

test.each([
  ['trian', 'train'],
  ['gen', 'generate-data'],
  ['evaluate', 'eval'],
  ['Import', 'import'],
  ['generatedata', 'generate-data'],
  ['zzz', undefined],
])('%s: %s', (typed, expected) => {
  expect(didYouMean(typed, ['train', 'try', 'eval', 'import', 'index', 'infer', 'generate-data'])).toBe(expected)
})

test('a flag that is a setting of adseq.yaml is told with its section', () => {
  expect(settingLike('steps')).toBe('train.steps')
  expect(settingLike('learning-rate')).toBe('train.learningRate')
  expect(settingLike('xylophone')).toBeUndefined()
})
