import { expect, test } from 'vitest'
import { Rng } from '../../src/core/rng.js'
import { Tally } from '../../src/funnel/tally.js'

test('sums by entry, one user after another; the best are those of a whole sort', () => {
  const rng = new Rng(5)
  const tally = new Tally(300)
  for (let user = 0; user < 5; user++) {
    const sums = new Map<number, number>()
    tally.clear()
    for (let i = 0; i < 200; i++) {
      const [entry, weight] = [rng.int(300), rng.int(4)]
      tally.add(entry, weight)
      sums.set(entry, (sums.get(entry) ?? 0) + weight)
    }
    const sorted = [...sums].sort((a, b) => b[1] - a[1] || a[0] - b[0])
    // small, larger, and smaller again: what was listed is not listed anew
    for (const n of [10, 20, 100, 30, sums.size, 500]) {
      const { entries, scores, complete } = tally.best(n)
      expect(Array.from(entries)).toEqual(sorted.slice(0, n).map(([entry]) => entry))
      expect(Array.from(scores)).toEqual(sorted.slice(0, n).map(([, sum]) => sum))
      expect(complete).toBe(n >= sums.size)
    }
    for (let entry = 0; entry < 300; entry++) expect(tally.get(entry)).toBe(sums.get(entry) ?? 0)
    tally.add(sorted.at(-1)![0], 1000)
    expect(tally.best(1).entries[0]).toBe(sorted.at(-1)![0])
  }
})
