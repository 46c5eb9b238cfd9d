import { expect, it } from 'vitest'
import { Clock } from '../../src/server/clock.js'

const DAY = 86_400

it('goes on from the last event where that is more than a week old, else by the clock of the machine', () => {
  const wall = { ms: 2_000_000_000_000 }
  const clocks = Object.fromEntries(
    (['auto', 'data', 'wall'] as const).map((mode) => [mode, new Clock(mode, () => wall.ms)]),
  )
  wall.ms += 60_500
  const [old, fresh] = [1_500_000_000, 2_000_000_000 - 7 * DAY]
  const at = (asOf: number): number[] => ['auto', 'data', 'wall'].map((mode) => clocks[mode].now(asOf))
  expect(at(old)).toEqual([old + 60, old + 60, 2_000_000_060])
  expect(at(fresh)).toEqual([2_000_000_060, fresh + 60, 2_000_000_060])
  // set back by an hour
  wall.ms -= 3_600_000
  expect(clocks.auto.now(old)).toBe(old)
})
