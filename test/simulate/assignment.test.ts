import { expect, test } from 'vitest'
import { armOf } from '../../src/simulate/assignment.js'

const users = Array.from({ length: 20_000 }, (_, u) => `u${u}`)

test('arms have their shares, and a user stays where they are', () => {
  const counts = [0, 0, 0]
  for (const user of users) counts[armOf('one', user, [0.5, 0.3, 0.2])]++
  ;[0.5, 0.3, 0.2].forEach((share, arm) => {
    const error = Math.sqrt((share * (1 - share)) / users.length)
    expect(Math.abs(counts[arm] / users.length - share)).toBeLessThan(4 * error)
  })
  expect(armOf('one', 'u17', [0.5, 0.5])).toBe(armOf('one', 'u17', [0.5, 0.5]))
})

test('arms of two experiments have nothing to do with each other', () => {
  const both = users.filter((user) => armOf('one', user, [0.5, 0.5]) === 1 && armOf('two', user, [0.5, 0.5]) === 1)
  expect(Math.abs(both.length / users.length - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / users.length))
})
