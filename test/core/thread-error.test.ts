import { expect, test } from 'vitest'
import { Interrupted, UserError, hasCode } from '../../src/core/errors.js'
import { describeError, thrownError } from '../../src/core/thread-error.js'

const sent = (error: unknown): Error => thrownError(structuredClone(describeError(error)))

test('what the user can mend, an interruption and a fault are told apart on the other side of a thread', () => {
  expect(sent(new UserError('No data.', 'Import some.'))).toMatchObject({
    name: 'UserError',
    message: 'No data.',
    hint: 'Import some.',
  })
  expect(sent(new Interrupted('Run it again.'))).toBeInstanceOf(Interrupted)
  const fault = sent(Object.assign(new Error('write failed'), { code: 'SQLITE_FULL' }))
  expect(fault).not.toBeInstanceOf(UserError)
  expect(hasCode(fault, 'SQLITE_FULL')).toBe(true)
  expect(fault.stack).toContain('thread-error.test')
  expect(sent('a string').message).toBe('a string')
})
