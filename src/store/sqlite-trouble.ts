import { UserError } from '../core/errors.js'

type Words = readonly [message: (database: string) => string, hint: string]

const DAMAGED: Words = [
  (database) => `${database} is damaged or not a database.`,
  'Restore it from a copy, or move it away and import again; runs/ stays usable.',
]
const FULL: Words = [
  () => 'The disk is full; nothing half written was kept.',
  'Free some space and run the same command again: it goes on where it stopped.',
]
const DENIED: Words = [
  (database) => `${database} cannot be opened by this user.`,
  'Mend the permissions of the file and its folder, or choose another workspace with --workspace.',
]

/**
 * What SQLite's result codes (https://sqlite.org/rescode.html) mean for the user. An extended code begins with its
 * primary one: what is not here itself is told as that. Codes that only a fault of ours can bring are not here.
 */
const TROUBLE: Readonly<Record<string, Words>> = {
  SQLITE_AUTH: DENIED,
  SQLITE_BUSY: [
    () => 'Another adseq process is writing to this workspace.',
    'Wait until it is done, then run the command again.',
  ],
  SQLITE_CANTOPEN: DENIED,
  SQLITE_CORRUPT: DAMAGED,
  SQLITE_FULL: FULL,
  SQLITE_IOERR: [
    (database) => `The disk failed while ${database} was read or written.`,
    'Check the disk, and that the workspace is not on a network drive; what was committed is kept, so run the same ' +
      'command again.',
  ],
  SQLITE_IOERR_NOMEM: [() => 'There was not enough memory for the database.', 'Close other programs and try again.'],
  // the index of the write-ahead log cannot be made
  SQLITE_IOERR_SHMSIZE: FULL,
  SQLITE_LOCKED: [
    (database) => `${database} is locked by another program.`,
    'Close what else has it open (a database browser?), then run the command again.',
  ],
  SQLITE_NOLFS: [
    (database) => `The file system cannot hold a file as large as ${database}.`,
    'Move the workspace to another disk.',
  ],
  SQLITE_NOMEM: [() => 'There was not enough memory for the database.', 'Close other programs and try again.'],
  SQLITE_NOTADB: DAMAGED,
  SQLITE_PERM: DENIED,
  SQLITE_PROTOCOL: [
    (database) => `${database} could not be locked: too many processes began at once, or its disk has no locks.`,
    'Run the command again, and keep workspaces on a disk of this machine.',
  ],
  SQLITE_READONLY: [
    (database) => `${database} is read-only.`,
    'Copy the workspace to where it can be written, or mend the permissions of the folder and its files.',
  ],
  SQLITE_READONLY_DBMOVED: [
    (database) => `${database} was moved or deleted while it was open.`,
    'Put it back, then run the command again.',
  ],
}

/**
 * SQLite's error as the mistake that the user can mend; undefined for every other error.
 * @param database the path of the file, where it is known
 */
export function sqliteTrouble(error: unknown, database = 'adseq.db'): UserError | undefined {
  if (!(error instanceof Error && 'code' in error)) return undefined
  for (let code = String(error.code); code.startsWith('SQLITE_'); code = code.slice(0, code.lastIndexOf('_'))) {
    const words = TROUBLE[code]
    if (words) return new UserError(words[0](database), words[1])
  }
  return undefined
}
