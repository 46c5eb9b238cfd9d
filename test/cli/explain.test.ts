import { expect, test } from 'vitest'
import { explain } from '../../src/cli/explain.js'
import { Interrupted, UserError } from '../../src/core/errors.js'

test('a mistake of the user exits with 2 and says what to try', () => {
  expect(explain(new UserError('No run yet.', 'Run adseq train item.'))).toEqual({
    message: 'No run yet.',
    hint: 'Run adseq train item.',
    code: 2,
  })
})

test("a flag's own parser is quoted without what stands around it", () => {
  const error = new UserError('0 is no number above 0.', 'Write 1e9.')
  error.message = 'Parsing --items \n\t0 is no number above 0.\nSee more help with --help'
  expect(explain(error).message).toBe('--items: 0 is no number above 0.')
})

test('an interruption exits with 130 and says how to go on', () => {
  expect(explain(new Interrupted('Run the same command again.'))).toMatchObject({
    hint: 'Run the same command again.',
    code: 130,
  })
})

test("a full disk is the machine's, not a fault of ours, and says that nothing is lost", () => {
  for (const code of ['ENOSPC', 'SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE']) {
    const result = explain(Object.assign(new Error('write failed'), { code }))
    expect(result.code).toBe(2)
    expect(result.message).toMatch(/disk is full/)
    expect(result.hint).toMatch(/same command again/)
  }
})

test('anything else is a fault of ours and exits with 1', () => {
  expect(explain(new TypeError('x is undefined')).code).toBe(1)
})
