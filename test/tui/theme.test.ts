import { expect, test } from 'vitest'
import { seriesStyle, themeFor } from '../../src/tui/theme.js'

test('there is no colour where NO_COLOR is set', () => {
  const { series, ...colours } = themeFor({ NO_COLOR: '1' })
  expect(series).toEqual([undefined])
  expect(Object.values(colours).filter(Boolean)).toEqual([])
  expect(themeFor({ NO_COLOR: '' }).accent).toBeDefined()
})

test('curves that are compared have letters of their own', () => {
  const marks = Array.from({ length: 12 }, (_, n) => seriesStyle(n).mark)
  expect(new Set(marks).size).toBe(12)
})
