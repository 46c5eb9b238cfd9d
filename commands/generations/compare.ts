import { Args, Flags } from '@oclif/core'
import { AdseqCommand } from '../../src/cli/command.js'
import { engineFlags, engineSettings, setFlag } from '../../src/cli/engine-flags.js'
import { loadConfig } from '../../src/config/load.js'
import { comparisonLines } from '../../src/generations/text.js'

export default class GenerationsCompare extends AdseqCommand {
  static override summary = 'What changes for users between two generations.'
  static override description = `Lists of the same users by both, as they are served: how many of the entries both lists have, how many users see another
list, how far vectors moved, which items and advertisers came or went. Vectors of two runs are not of one space: their drift
is stated where the run is the same.`
  static override examples = [
    '<%= config.bin %> generations compare generation-20260131-101500-a1b2 generation-20260201-101500-c3d4',
    '<%= config.bin %> generations compare A B --users 5000 --k 20 --json',
  ]

  static override args = {
    a: Args.string({ required: true, description: 'a generation' }),
    b: Args.string({ required: true, description: 'another, or current (default)', default: 'current' }),
  }
  static override flags = {
    k: Flags.integer({ min: 1, max: 1000, default: 100, helpValue: 'K', description: 'entries of a list' }),
    users: Flags.integer({ min: 1, default: 500, helpValue: 'N', description: 'users to look at, drawn at random' }),
    set: setFlag,
    ...engineFlags,
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(GenerationsCompare)
    const folder = this.folder(flags)
    const config = loadConfig(folder, { set: [...flags.set, ...engineSettings(flags)] })
    const [{ compareGenerations }, { inWorkspace }] = await Promise.all([
      import('../../src/generations/compare.js'),
      import('../../src/workspace/workspace.js'),
    ])
    const opened = { config, progress: this.progress(flags), readonly: true }
    const result = await inWorkspace(folder, opened, (workspace) =>
      compareGenerations(workspace, args.a, args.b, { k: flags.k, users: flags.users }),
    )
    for (const line of comparisonLines(result)) this.log(line)
    return result
  }
}
