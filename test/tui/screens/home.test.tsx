import { describe, expect, it } from 'vitest'
import { UserError } from '../../../src/core/errors.js'
import { fixtureState } from '../frames.js'
import { start } from '../start.js'

describe('the home screen', () => {
  it('says what is here, who is at work, and what to type next', async () => {
    const state = fixtureState({
      ranker: false,
      locks: [{ what: 'training of item-2', pid: 77, file: 'runs/item-2/training.lock' }],
    })
    const { shows } = start({ state: async () => state })
    const frame = await shows('NEXT')
    expect(frame).toMatch(/^✓ data +100 events of 4 users, 6 items of 2 advertisers$/m)
    expect(frame).toMatch(/^✓ models +2 finished runs, latest item-1 and advertiser-1$/m)
    expect(frame).toMatch(/^· ranker +no light ranker for this run yet$/m)
    expect(frame).toMatch(/^✓ served +6 items since 2026-01-31 12:00 UTC .*index recall 0\.995$/m)
    expect(frame).toMatch(/^▶ at work +training of item-2 \(process 77\)$/m)
    expect(frame).toMatch(/^❯ adseq train l1 --workspace \/w$/m)
    expect(frame).toMatch(/^ {2}adseq eval funnel/m)
  })

  it('follows what other processes do', async () => {
    let state = fixtureState({ data: null, runs: { item: null, advertiser: null, finished: 0 }, generations: [] })
    const { shows } = start({ state: async () => state })
    await shows('❯ adseq import csv FILES')
    state = fixtureState()
    await shows('❯ adseq eval funnel')
  })

  it('says what is wrong with a workspace that cannot be read, and goes on looking', async () => {
    let broken = true
    const state = async () => {
      if (broken) throw new UserError('adseq.db is damaged.', 'Restore it.')
      return fixtureState()
    }
    const { shows } = start({ state })
    expect(await shows('✗ adseq.db is damaged.')).toContain('Restore it.')
    broken = false
    await shows('❯ adseq eval funnel')
  })
})
