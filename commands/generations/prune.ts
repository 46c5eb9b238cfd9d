import { Flags } from '@oclif/core'
import { AdseqCommand } from '../../src/cli/command.js'
import { plural } from '../../src/text/numbers.js'

export default class GenerationsPrune extends AdseqCommand {
  static override summary = 'Remove the files of older generations.'
  static override description = `The one that is served stays, and so does one that a running server still reads (--shadow). Removed ones stay in the list,
as a record; they cannot be served again.`
  static override examples = ['<%= config.bin %> generations prune', '<%= config.bin %> generations prune --keep 0']

  static override flags = {
    keep: Flags.integer({
      min: 0,
      default: 2,
      helpValue: 'N',
      description: 'keep the files of the newest N beside the one that is served',
    }),
  }

  async run(): Promise<{ removed: string[] }> {
    const { flags } = await this.parse(GenerationsPrune)
    const { pruneGenerations } = await import('../../src/generations/prune.js')
    const removed = pruneGenerations(this.folder(flags), flags.keep)
    this.say(
      removed.length === 0 ? 'Nothing to remove.' : `Removed the files of ${plural(removed.length, 'generation')}:`,
    )
    for (const id of removed) this.log(`  ${id}`)
    return { removed }
  }
}
