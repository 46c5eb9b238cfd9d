import { describe, expect, it } from 'vitest'
import { UserError } from '../../src/core/errors.js'
import { BASELINES, baselineNamed, groundOf, tableOf } from '../../src/retrieve/baselines.js'
import { validationSet } from '../../src/retrieve/fit.js'
import { evaluationSet, levelOf } from '../../src/protocol/evaluation-set.js'
import { protocol, snapshot } from '../evaluate/favourites.js'

const names = (baselines: readonly { name: string }[]): string[] => baselines.map(({ name }) => name)

describe('baselines', () => {
  it('of a table are all that are quick, and the slow ones that are named, in one order', () => {
    const quick = names(BASELINES.filter(({ slow }) => !slow))
    expect(names(tableOf([]))).toEqual(quick)
    expect(names(tableOf(['ease'])).filter((name) => !quick.includes(name))).toEqual(['ease'])
    expect(names(tableOf(['up-cf', 'nearest-users', 'elsa', 'ease', 'tifu-knn']))).toEqual(names(BASELINES))
  })

  it('on request are only those that there are', () => {
    expect(() => tableOf(['eas'])).toThrow(UserError)
    // a quick one is in every table: asking for it is a mistake that is told
    const wanted = expect.objectContaining({ hint: expect.stringContaining('others are always in the table') })
    expect(() => tableOf(['popularity'])).toThrow(wanted)
  })

  it('are found by name, and an unknown name tells which there are', () => {
    for (const baseline of BASELINES) expect(baselineNamed(baseline.name)).toBe(baseline)
    expect(() => baselineNamed('eaze')).toThrow(UserError)
    const wanted = expect.objectContaining({ hint: expect.stringContaining(names(BASELINES).join(', ')) })
    expect(() => baselineNamed('eaze')).toThrow(wanted)
  })

  it.each(BASELINES.map((baseline) => [baseline.name, baseline] as const))(
    '%s is made for every level, and lists its entries',
    async (_name, baseline) => {
      const levels = ['item', 'advertiser', 'category'] as const
      const set = evaluationSet(snapshot, levels, protocol)
      const validation = validationSet(snapshot, levels, protocol)
      for (const level of levels) {
        const { recommender, fitted } = await baseline.make(groundOf(snapshot, set, level, validation))
        expect([recommender.level, recommender.kind]).toEqual([level, 'baseline'])
        expect(recommender.entries).toBe(levelOf(set, level).catalog.size)
        // fitted weights come from the window before the cutoff
        expect(fitted?.to).toBe(baseline.fitted ? protocol.cutoff : undefined)
        const { counts } = await recommender.list(set.queries, 3)
        expect(counts.every((n) => n === 3)).toBe(true)
      }
      if (baseline.fitted)
        await expect(async () => baseline.make(groundOf(snapshot, set, 'item'))).rejects.toThrow('validation window')
    },
  )
})
