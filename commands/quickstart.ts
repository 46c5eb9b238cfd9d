import { Flags } from '@oclif/core'
import { join, resolve } from 'node:path'
import { AdseqCommand } from '../src/cli/command.js'

export default class Quickstart extends AdseqCommand {
  static override summary = 'Run the whole loop on real data and on a synthetic world.'
  static override description =
    'About six minutes on two cores. Every step is a command of adseq in a process of its own, and is printed.'

  static override flags = {
    folder: Flags.string({ description: 'folder for its two workspaces', default: 'adseq-quickstart' }),
    small: Flags.boolean({
      description: 'a smoke test of a minute or two: few steps and a tiny world, whose figures mean nothing',
    }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Quickstart)
    const { quickstart } = await import('../src/cli/quickstart.js')
    const { quickstartText } = await import('../src/cli/quickstart-text.js')
    const result = await quickstart({
      folder: resolve(flags.folder),
      sampleData: join(this.config.root, 'sample-data'),
      adseq: [process.execPath, process.argv[1]],
      small: flags.small,
      print: (line) => (this.jsonEnabled() ? process.stderr.write(`${line}\n`) : this.say(line)),
    })
    this.say(quickstartText(result, flags.folder))
    return result
  }
}
