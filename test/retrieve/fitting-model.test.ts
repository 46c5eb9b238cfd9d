import { describe, expect, it } from 'vitest'
import { aboutFitting, fittingModel } from '../../src/retrieve/fitting-model.js'
import type { Manifest } from '../../src/runs/manifest.js'

const DAY = 86_400
/** Trained up to day 100 with a window of 10 days: its select phase ended on day 90. */
const run = (change: Partial<Manifest>): Manifest =>
  ({ id: 'item-a', cutoff: 100 * DAY, windowDays: 10, refit: true, selectedChecksum: 'c', ...change }) as Manifest

describe('the model that hybrid weights are fitted with', () => {
  it.each<[what: string, change: Partial<Manifest>, from: number, file: string, seen: boolean]>([
    ['a refitted model gives way to the selected one on its validation window', {}, 90, 'selected', false],
    ['a refitted model stands for itself on a window after all it has seen', {}, 100, 'final', false],
    ['the selected one, though it has seen a part of a longer window', {}, 80, 'selected', true],
    [
      'without refit the final model is the selected one',
      { refit: false, selectedChecksum: undefined },
      90,
      'final',
      false,
    ],
    ['without refit, in a longer window', { refit: false, selectedChecksum: undefined }, 80, 'final', true],
    ['a refitted run that kept no selected model', { selectedChecksum: undefined }, 90, 'final', true],
  ])('%s', (_, change, from, file, seen) => {
    expect(fittingModel(run(change), from * DAY)).toEqual({ run: 'item-a', file, seen })
  })

  it('is named in the notes only where there is something to know', () => {
    expect(aboutFitting([{ run: 'a', file: 'final', seen: false }])).toEqual([])
    expect(
      aboutFitting([
        { run: 'a', file: 'selected', seen: false },
        { run: 'b', file: 'final', seen: true },
      ]),
    ).toEqual([
      expect.stringContaining('has not trained on the validation window'),
      expect.stringContaining('weights of b are fitted in a window that the model has partly trained on'),
    ])
  })
})
