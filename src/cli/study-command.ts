import type { Kind } from '../config/schema.js'
import type { Progress } from '../core/progress.js'
import type { Adseq } from '../study/child.js'
import type { Basis } from '../study/settings.js'
import { AdseqCommand } from './command.js'
import { interruptible } from './interruptible.js'

/** Commands that run many other commands of adseq in processes of their own. */
export abstract class StudyCommand extends AdseqCommand {
  /** Runs a study of this kind of model in the workspace of the flags; an interruption says how to go on. */
  protected study<T>(
    kind: Kind,
    flags: { workspace: string; quiet?: boolean; set: string[] },
    work: (about: { adseq: Adseq; basis: Basis; progress: Progress }) => Promise<T>,
  ): Promise<T> {
    const progress = this.progress(flags)
    const folder = this.folder(flags)
    return interruptible('Run the same command again: it goes on where it was.', (signal) =>
      work({
        progress,
        adseq: { start: [process.execPath, process.argv[1]], folder, signal, print: (line) => progress.line(line) },
        basis: { folder, kind, set: flags.set },
      }),
    )
  }
}
