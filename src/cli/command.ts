import { Command, Flags } from '@oclif/core'
import { resolve } from 'node:path'
import { Interrupted, UserError, hasCode } from '../core/errors.js'
import { plainProgress, silent, terminalProgress, type Progress } from '../core/progress.js'
import { endsWithStarter } from './ends-with-starter.js'

/**
 * What every adseq command shares: --json, --quiet, --workspace, progress, and errors rendered in one place.
 * A command parses flags, calls one function of src/ and returns the object that --json prints.
 */
export abstract class AdseqCommand extends Command {
  static override enableJsonFlag = true

  static override baseFlags = {
    workspace: Flags.string({
      description: 'folder with adseq.yaml and adseq.db',
      env: 'ADSEQ_WORKSPACE',
      default: '.',
      helpGroup: 'GLOBAL',
    }),
    quiet: Flags.boolean({ char: 'q', description: 'print results only, no progress', helpGroup: 'GLOBAL' }),
  }

  protected override async init(): Promise<void> {
    await super.init()
    endsWithStarter()
  }

  /** Progress goes to stderr, so that stdout holds results only. */
  protected progress(flags: { quiet?: boolean }): Progress {
    if (flags.quiet || this.jsonEnabled()) return silent
    return process.stderr.isTTY ? terminalProgress(process.stderr) : plainProgress(process.stderr)
  }

  protected folder(flags: { workspace: string }): string {
    return resolve(flags.workspace)
  }

  protected override async catch(error: Error & { exitCode?: number; oclif?: { exit?: number } }): Promise<unknown> {
    const { message, hint, code } = explain(error)
    if (this.jsonEnabled()) {
      this.logJson({ error: { message, hint } })
    } else {
      process.stderr.write(`${process.stderr.isTTY ? '\r\u001B[2K' : ''}Error: ${message}\n`)
      if (hint) process.stderr.write(`Try:   ${hint}\n`)
    }
    if (code === 1 && process.env.ADSEQ_DEBUG) process.stderr.write(`${error.stack}\n`)
    return this.exit(code)
  }
}

/** What to tell the user about an error, and the exit code: 2 theirs, 1 ours, 130 interrupted. */
export function explain(error: Error & { oclif?: { exit?: number } }): { message: string; hint: string; code: number } {
  if (error instanceof Interrupted) return { message: error.message, hint: error.hint, code: 130 }
  if (error instanceof UserError) return { message: error.message, hint: error.hint, code: 2 }
  // SHMSIZE: the index of SQLite's write-ahead log cannot be made
  if (hasCode(error, 'ENOSPC', 'SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE'))
    return {
      message: 'The disk is full; nothing half written was kept.',
      hint: 'Free some space and run the same command again: it goes on where it stopped.',
      code: 2,
    }
  if (hasCode(error, 'EACCES', 'EROFS', 'EPERM'))
    return { message: error.message, hint: 'Check the permissions of the file or choose another --workspace.', code: 2 }
  if (error.oclif?.exit === 2 || error.constructor.name.startsWith('CLI') || error.constructor.name.includes('Flag')) {
    return {
      message: error.message.replace(/\nSee more help.*/s, ''),
      hint: 'Run the command with --help to see its arguments and flags.',
      code: 2,
    }
  }
  return {
    message: error.message,
    hint: 'This is a fault of adseq. Set ADSEQ_DEBUG=1 for the stack and please report it.',
    code: 1,
  }
}
