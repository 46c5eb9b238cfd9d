import { expect, it } from 'vitest'
import { PROFILE_ITEMS } from '../../src/features/history-profile.js'
import { createBatchSource } from '../../src/train/batch-source.js'
import { market, OBJECTIVES, sourceOptions } from './made-options.js'

it.each(OBJECTIVES)('%s: rows of what the user had before their own anchor weigh less, all others as before', (objective) => {
  const [plain, weighed] = [1, 0.25].map((repeatWeight) => createBatchSource(sourceOptions({ objective, repeatWeight })))
  let [repeats, others] = [0, 0]
  for (let n = 0; n < 30; n++) {
    const [a, b] = [plain.batch(n), weighed.batch(n)]
    for (let r = 0; r < a.R; r++) {
      // the items of the row's own history, by its profile
      const dense = objective === 'dense-all-action'
      const at = (dense ? r : a.feeds['row.output'][r]) * PROFILE_ITEMS
      const repeat = a.feeds['profile.item'].subarray(at, at + PROFILE_ITEMS).includes(a.feeds['candidate.row'][r])
      expect(b.feeds['row.weight'][r]).toBeCloseTo(a.feeds['row.weight'][r] * (repeat ? 0.25 : 1), 6)
      if (repeat) repeats++
      else others++
    }
    expect({ ...b.feeds, 'row.weight': 0 }).toEqual({ ...a.feeds, 'row.weight': 0 })
  }
  expect(Math.min(repeats, others)).toBeGreaterThan(20)
  expect(market.items).toBeLessThan(PROFILE_ITEMS)
})
