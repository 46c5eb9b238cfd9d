import { chmodSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { explain } from '../../src/cli/explain.js'
import { openStore } from '../../src/store/open.js'
import { sqliteTrouble } from '../../src/store/sqlite-trouble.js'
import { openDatabase } from '../../src/store/sqlite.js'
import { temporaryFolder, temporaryStore } from './temporary-store.js'

/** What is thrown. */
function thrown(work: () => unknown): Error {
  try {
    work()
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was thrown')
}

// https://sqlite.org/rescode.html: what the world outside can bring about
test.each([
  ['SQLITE_AUTH', /cannot be opened/],
  ['SQLITE_BUSY_SNAPSHOT', /Another adseq process/],
  ['SQLITE_CANTOPEN_ISDIR', /cannot be opened/],
  ['SQLITE_CORRUPT_INDEX', /damaged/],
  ['SQLITE_CORRUPT_VTAB', /damaged/],
  ['SQLITE_FULL', /disk is full/],
  ['SQLITE_IOERR', /disk failed/],
  ['SQLITE_IOERR_FSYNC', /disk failed/],
  ['SQLITE_IOERR_NOMEM', /not enough memory/],
  ['SQLITE_IOERR_SHMSIZE', /disk is full/],
  ['SQLITE_LOCKED_SHAREDCACHE', /locked by another program/],
  ['SQLITE_NOMEM', /not enough memory/],
  ['SQLITE_NOTADB', /not a database/],
  ['SQLITE_PERM', /cannot be opened/],
  ['SQLITE_PROTOCOL', /could not be locked/],
  ['SQLITE_READONLY', /read-only/],
  ['SQLITE_READONLY_DBMOVED', /moved or deleted/],
  ['SQLITE_READONLY_DIRECTORY', /read-only/],
])('%s is the user to mend, whichever command meets it', (code, message) => {
  const error = Object.assign(new Error('in the words of SQLite'), { code })
  const told = explain(error)
  expect(told).toMatchObject({ code: 2, message: expect.stringMatching(message) as string })
  expect(told.hint).not.toBe('')
  expect(sqliteTrouble(error, '/w/adseq.db')!.message).toMatch(message)
})

test.each(['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_ERROR', 'SQLITE_MISUSE', 'SQLITE_RANGE', 'ENOENT'])(
  '%s is a fault of ours',
  (code) => {
    expect(sqliteTrouble(Object.assign(new Error('x'), { code }))).toBeUndefined()
  },
)

test('a database whose pages are damaged', () => {
  const folder = temporaryFolder()
  const store = openStore(folder, { create: true })
  const writer = store.writer()
  for (let i = 0; i < 5000; i++)
    writer.event({ user: writer.user(`u${i}`), item: writer.item('i'), advertiser: 0, type: 0, domain: 0, time: i })
  writer.commit()
  store.close()
  truncateSync(join(folder, 'adseq.db'), 40_960)
  const error = thrown(() => {
    const cut = openStore(folder, { readonly: true })
    try {
      return [...cut.scanEvents()]
    } finally {
      cut.close()
    }
  })
  expect(explain(error)).toMatchObject({ code: 2, message: expect.stringMatching(/damaged/) as string })
})

test('another process that writes', () => {
  const folder = temporaryFolder()
  const one = temporaryStore(folder).writer()
  one.user('u')
  const other = openStore(folder, { patience: 10 })
  try {
    const error = thrown(() => other.writer().user('v'))
    expect(explain(error)).toMatchObject({ code: 2, message: 'Another adseq process is writing to this workspace.' })
  } finally {
    other.close()
  }
})

test('a folder in the place of the database', () => {
  const error = thrown(() => openDatabase(temporaryFolder()))
  expect(explain(error)).toMatchObject({ code: 2, message: expect.stringMatching(/cannot be opened/) as string })
})

test.skipIf(process.getuid?.() === 0)('a database that this user cannot read', () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'adseq.db'), '')
  chmodSync(join(folder, 'adseq.db'), 0)
  expect(() => openStore(folder, { readonly: true })).toThrow(/cannot be opened/)
})
