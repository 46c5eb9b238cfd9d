import { Flags } from '@oclif/core'
import { join, resolve } from 'node:path'
import { AdseqCommand } from '../src/cli/command.js'
import { interruptible } from '../src/cli/interruptible.js'

export default class Demo extends AdseqCommand {
  static override summary = 'Show the page of a small world, from nothing.'
  static override description =
    'Makes a world of 300 shoppers with ads, trains small models for it in a minute or two, publishes them, and serves ' +
    'the page to look around on, until Ctrl-C. Needs no data. What is done is kept: the next time it serves at once. ' +
    'Its models are trained too briefly for their figures to mean anything; adseq quickstart trains them longer.'
  static override examples = ['<%= config.bin %> demo', '<%= config.bin %> demo --port 0 --folder /tmp/demo']

  static override flags = {
    folder: Flags.string({ description: 'folder for its workspace', default: 'adseq-demo' }),
    port: Flags.integer({ min: 0, max: 65535, default: 8787, description: 'port of the page; 0 = any free one' }),
    again: Flags.boolean({ description: 'delete what an earlier demo made in the folder, and start anew' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Demo)
    const { demo } = await import('../src/cli/quickstart.js')
    const folder = resolve(flags.folder)
    await interruptible('The same command goes on from there.', (signal) =>
      demo({
        signal,
        folder,
        again: flags.again,
        adseq: [process.execPath, process.argv[1]],
        print: (line) => (this.jsonEnabled() ? process.stderr.write(`${line}\n`) : this.say(line)),
      }),
    )
    const quiet = this.jsonEnabled() ? ['--json'] : []
    const args = ['--workspace', join(folder, 'world'), '--port', String(flags.port), ...quiet]
    return this.config.runCommand('serve', args)
  }
}
