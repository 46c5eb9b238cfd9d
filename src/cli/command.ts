import { Command, Flags } from '@oclif/core'
import { resolve } from 'node:path'
import { plainProgress, silent, terminalProgress, type Progress } from '../core/progress.js'
import { wrap } from '../core/wrap.js'
import { endsWithStarter } from './ends-with-starter.js'
import { explain } from './explain.js'
import { printError } from './print-error.js'

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
    // who reads --json may read both streams as one, unless stderr is a terminal
    if (flags.quiet || (this.jsonEnabled() && !process.stderr.isTTY)) return silent
    return process.stderr.isTTY ? terminalProgress(process.stderr) : plainProgress(process.stderr)
  }

  /** Whether there is a terminal on which work may be watched. */
  protected hasScreen(flags: { quiet?: boolean }): boolean {
    return process.stdout.isTTY && !flags.quiet && !this.jsonEnabled()
  }

  /** Prints text, on a terminal in lines that break between words; what fits, as rows of a table, stays as it is. */
  protected say(text: string): void {
    this.log(wrap(text, process.stdout.isTTY ? process.stdout.columns : undefined))
  }

  protected folder(flags: { workspace: string }): string {
    return resolve(flags.workspace)
  }

  protected override async catch(error: Error): Promise<unknown> {
    const explained = explain(error, this.id?.replaceAll(':', ' '))
    printError(explained, { json: this.jsonEnabled(), stack: error.stack })
    return this.exit(explained.code)
  }
}
