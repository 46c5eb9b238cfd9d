import { describe, expect, it } from 'vitest'
import { nextSteps } from '../../src/inspect/next-steps.js'
import { fixtureState } from '../tui/frames.js'

const commands = (...over: Parameters<typeof fixtureState>): string[] =>
  nextSteps(fixtureState(...over)).map(({ command }) => command)
const first = (...over: Parameters<typeof fixtureState>): string => commands(...over)[0]
const data = fixtureState().data!
const [generation] = fixtureState().generations

describe('the next command', () => {
  it('begins with settings and events', () => {
    expect(commands({ settings: false, data: null })).toEqual([
      'adseq init',
      'adseq import csv FILES',
      'adseq generate-data',
    ])
    expect(first({ data: null })).toBe('adseq import csv FILES')
  })

  it('goes on with what was cut off before anything else', () => {
    expect(first({ data: { ...data, unfinished: [{ file: 'a.csv', command: 'adseq import csv' }] } })).toBe(
      'adseq import csv',
    )
  })

  it('trains both models, then the ranker; one that is being trained is waited for', () => {
    const none = { item: null, advertiser: null, finished: 0 }
    expect(commands({ runs: none, ranker: false, generations: [] })).toEqual([
      'adseq train item',
      'adseq train advertiser',
    ])
    expect(commands({ runs: none, locks: [{ what: 'training of item-1', pid: 1, file: '' }] })).toEqual([
      'adseq train advertiser',
    ])
    expect(commands({ runs: none, data: { ...data, advertisers: 0 } })).toEqual(['adseq train item'])
    expect(first({ ranker: false })).toBe('adseq train l1')
  })

  it('encodes users before it publishes them', () => {
    const watermarks = (seq: number) => [
      { run: 'item-1', seq: 100 },
      { run: 'advertiser-1', seq },
    ]
    expect(commands({ generations: [], data: { ...data, watermarks: watermarks(0), waiting: null } })).toEqual([
      'adseq infer',
      'adseq index',
    ])
    expect(first({ data: { ...data, watermarks: watermarks(90), waiting: 4 } })).toBe('adseq infer')
    expect(first({ generations: [{ ...generation, seq: 99 }] })).toBe('adseq index')
    expect(first({ generations: [{ ...generation, itemRun: 'item-0' }] })).toBe('adseq index')
  })

  it('looks around when all is done; simulates in a world alone', () => {
    expect(commands()).toEqual(['adseq eval funnel', 'adseq serve'])
    expect(first({ data: { ...data, world: true } })).toBe('adseq simulate --preset sequence-model')
    expect(first({ data: { ...data, world: true }, simulations: ['a-a-1'] })).toBe('adseq eval funnel')
  })
})
