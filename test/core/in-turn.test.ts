import { expect, test } from 'vitest'
import { oneAfterTheOther } from '../../src/core/in-turn.js'

test('work is done in the order in which it is asked for, also after one that failed', async () => {
  const inTurn = oneAfterTheOther()
  const said: string[] = []
  const slow = inTurn(async () => {
    await new Promise((resolve) => setTimeout(resolve, 20))
    said.push('slow')
    return 1
  })
  const failed = inTurn(() => {
    said.push('failed')
    throw new Error('no')
  })
  const quick = inTurn(() => said.push('quick'))
  await expect(failed).rejects.toThrow('no')
  expect([await slow, await quick, said]).toEqual([1, 3, ['slow', 'failed', 'quick']])
})
