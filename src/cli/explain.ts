import { dirname } from 'node:path'
import { brokenInstall } from '../core/broken-install.js'
import { Interrupted, UserError, hasCode } from '../core/errors.js'
import { isReadOnly } from '../core/read-only.js'
import { sqliteTrouble } from '../store/sqlite-trouble.js'
import { parseTrouble } from './parse-trouble.js'

export interface Explained {
  /** what is wrong, one sentence */
  message: string
  /** what to try */
  hint: string
  code: 1 | 2 | 130
}

/** What exit codes mean. */
export const MEANING = { 1: 'a fault of adseq', 2: 'a mistake that the user can mend', 130: 'interrupted' } as const

/**
 * What to tell the user about an error, and the exit code. @param command the words that name the command, where one
 * runs
 */
export function explain(error: Error, command?: string): Explained {
  if (error instanceof Interrupted) return { message: error.message, hint: error.hint, code: 130 }
  const known = error instanceof UserError ? error : (sqliteTrouble(error) ?? brokenInstall(error))
  if (known) return { message: ofFlag(known.message), hint: known.hint, code: 2 }
  if (hasCode(error, 'ENOSPC', 'EDQUOT'))
    return {
      message: 'The disk is full; nothing half written was kept.',
      hint: 'Free some space and run the same command again: it goes on where it stopped.',
      code: 2,
    }
  if (hasCode(error, 'EROFS', 'EACCES', 'EPERM')) return { ...forbidden(error), code: 2 }
  const parsed = parseTrouble(error, command)
  if (parsed) return { ...parsed, code: 2 }
  return {
    message: error.message,
    hint: 'This is a fault of adseq. Set ADSEQ_DEBUG=1 for the stack and please report it.',
    code: 1,
  }
}

/** What a flag's own parser said, without what oclif writes around it. */
function ofFlag(message: string): string {
  const [, flag, said] = /^Parsing (--[\w-]+)\s*([^]*?)\s*See more help with --help$/.exec(message) ?? []
  return flag === undefined ? message : `${flag}: ${said}`
}

function forbidden(error: NodeJS.ErrnoException): { message: string; hint: string } {
  // files are written beside their place first
  const path = error.path?.replace(/\.tmp-\d+$/, '')
  if (path !== undefined && isReadOnly(dirname(path)))
    return { message: `${dirname(path)} is read-only.`, hint: 'Copy the workspace, or mend the permissions.' }
  return {
    message: `${path ?? error.message} cannot be read or written by this user.`,
    hint: 'Mend the permissions, or choose another workspace with --workspace.',
  }
}
