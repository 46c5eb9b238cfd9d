import { UserError } from '../../core/errors.js'

/** What a code of the file system, zlib or SQLite means for an import: what is wrong of PLACE, and what to try. */
const SENTENCES: Record<string, [what: string, todo: string]> = {
  ENOENT: ['PLACE is gone: it was there when the import began', 'Leave files in place while they are imported.'],
  ENOTDIR: ['PLACE leads through a file as if it were a folder', 'Check the path.'],
  EISDIR: ['PLACE is a folder', 'Name the files in it.'],
  ENAMETOOLONG: ['PLACE is a longer name than the file system allows', 'Rename or move the file.'],
  ELOOP: ['PLACE is a link that leads back to itself', 'Name the file itself.'],
  EMFILE: ['This process may open no more files', 'Raise the limit (ulimit -n 1024), or give fewer files at once.'],
  ENFILE: ['This machine can open no more files', 'Close other programs, then run the same command again.'],
  EACCES: ['PLACE may not be read or written by this user', 'Check the permissions of file and folder.'],
  EPERM: ['PLACE may not be read or written by this user', 'Check the permissions of file and folder.'],
  EROFS: ['PLACE lies on a file system that is read-only', 'Choose another folder with --workspace.'],
  EIO: ['The disk that holds PLACE reports a fault', 'Check the disk, or copy the file to another one.'],
  ESTALE: ['The network drive that holds PLACE has lost it', 'Connect it anew, then run the same command again.'],
  EBUSY: ['PLACE is in use by another program', 'Close that program, then run the same command again.'],
  EINVAL: ['PLACE cannot be read like a file', 'Copy it to a plain folder of this machine.'],
  ENODEV: ['PLACE cannot be read like a file', 'Copy it to a plain folder of this machine.'],
  ENXIO: ['PLACE cannot be read like a file', 'Save what it gives to a file first.'],
  EFBIG: ['The file system allows no larger file', 'Choose a workspace on another disk.'],
  EDQUOT: ['Your share of the disk is used up', 'Free some space and run the same command again.'],
  ENOMEM: ['The machine has no memory left', 'Close other programs, then run the same command again.'],
  Z_MEM_ERROR: ['The machine has no memory left', 'Close other programs, then run the same command again.'],
  Z_: ['A compressed file changed while it was read, or is damaged', 'Fetch it again and leave it in place.'],
  ZIP_DAMAGED: ['A zip archive changed while it was read, or is damaged', 'Fetch it again and leave it in place.'],
  SQLITE_BUSY: ['another adseq process is writing to this workspace', 'Wait until it is done, then run it again.'],
  SQLITE_LOCKED: ['another adseq process is writing to this workspace', 'Wait until it is done, then run it again.'],
  SQLITE_READONLY: ['The database of the workspace may not be written', 'Check its permissions and its disk.'],
  SQLITE_CANTOPEN: ['The database of the workspace cannot be opened', 'Check the permissions of the folder.'],
  SQLITE_PERM: ['The database of the workspace cannot be opened', 'Check the permissions of the folder.'],
  SQLITE_CORRUPT: ['The database of the workspace is damaged', 'Restore it from a copy, or import into a new one.'],
  SQLITE_NOTADB: ['The database of the workspace is damaged', 'Restore it from a copy, or import into a new one.'],
  SQLITE_IOERR: ['The disk that holds the workspace reports a fault', 'Check it, then run the same command again.'],
  SQLITE_PROTOCOL: [
    'The file system of the workspace does not lock files as a database needs it',
    'Choose a workspace on a disk of this machine.',
  ],
  SQLITE_NOMEM: ['The machine has no memory left', 'Close other programs, then run the same command again.'],
}

/** Codes that the command line tells in its own words: a full disk. */
const TOLD = ['ENOSPC', 'SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE']

/** An error of the system during an import as a sentence; any other error as it is. */
export function inWords(error: unknown): unknown {
  if (error instanceof UserError || !(error instanceof Error) || !('code' in error)) return error
  const code = String(error.code)
  if (TOLD.includes(code)) return error
  const found =
    SENTENCES[code] ??
    Object.entries(SENTENCES).find(([start]) => code.startsWith(start) && /^(SQLITE|Z)_/.test(start))?.[1]
  if (found === undefined) return error
  const [what, todo] = found
  const path = 'path' in error && typeof error.path === 'string' ? error.path : undefined
  return new UserError(
    `${what.replace('PLACE', path ?? (what.startsWith('PLACE') ? 'A file' : 'a file'))} (${code}).`,
    todo,
  )
}
