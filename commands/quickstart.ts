import { Flags } from '@oclif/core'
import { join, resolve } from 'node:path'
import { AdseqCommand } from '../src/cli/command.js'
import { interruptible } from '../src/cli/interruptible.js'
import { paperWidth } from '../src/cli/inspect-flags.js'

export default class Quickstart extends AdseqCommand {
  static override summary = 'Run the whole loop on real data and on a synthetic world.'
  static override description =
    'About four minutes on two cores. Every step is a command of adseq in a process of its own, and is printed. Two run ' +
    'at the same time where one does not need the other. Cut off, it goes on with the same command; steps that are ' +
    'done are not run again.'

  static override flags = {
    folder: Flags.string({ description: 'folder for its two workspaces', default: 'adseq-quickstart' }),
    again: Flags.boolean({ description: 'delete what an earlier quickstart made in the folder, and start anew' }),
    small: Flags.boolean({
      default: false,
      description: 'a smoke test of a minute or two: few steps and a tiny world, whose figures mean nothing',
    }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Quickstart)
    const { quickstart } = await import('../src/cli/quickstart.js')
    const { quickstartText } = await import('../src/cli/quickstart-text.js')
    const work = (signal: AbortSignal) =>
      quickstart({
        signal,
        again: flags.again,
        folder: resolve(flags.folder),
        sampleData: join(this.config.root, 'sample-data'),
        adseq: [process.execPath, process.argv[1]],
        small: flags.small,
        columns: paperWidth(Infinity),
        out: this.jsonEnabled() ? 'stderr' : 'stdout',
        print: (line) => (this.jsonEnabled() ? process.stderr.write(`${line}\n`) : this.say(line)),
      })
    const result = await interruptible('The same command goes on from there.', work)
    this.say(quickstartText(result, flags.folder))
    return result
  }
}
