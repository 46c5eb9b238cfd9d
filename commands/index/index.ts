import { Flags } from '@oclif/core'
import { AdseqCommand } from '../../src/cli/command.js'
import { engineFlags, engineSettings, setFlag } from '../../src/cli/engine-flags.js'
import { interruptible } from '../../src/cli/interruptible.js'
import { loadConfig } from '../../src/config/load.js'
import { count, duration } from '../../src/text/numbers.js'

export default class Index extends AdseqCommand {
  static override summary = 'Build the item index and publish a new generation.'
  static override description = `Encodes the whole catalog with the item run, builds a usearch index over the vectors, measures its recall against exact
search, and publishes both with the user vectors that infer has stored: one transaction makes them current. Killed at any
moment, the previous generation goes on serving; what was left half built is removed by the next call. See them with
adseq generations.`
  static override examples = [
    '<%= config.bin %> index',
    '<%= config.bin %> index --keep 2',
    '<%= config.bin %> index --set index.expansionSearch=128 --json',
  ]

  static override flags = {
    keep: Flags.integer({
      min: 0,
      helpValue: 'N',
      description: 'keep the files of N older generations and remove the rest; default: keep all',
    }),
    'item-run': Flags.string({ helpValue: 'ID', description: 'the item run; default: the latest finished one' }),
    'advertiser-run': Flags.string({
      helpValue: 'ID',
      description: 'the advertiser run; default: the latest finished one',
    }),
    set: setFlag,
    ...engineFlags,
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Index)
    const folder = this.folder(flags)
    const config = loadConfig(folder, { set: [...flags.set, ...engineSettings(flags)] })
    const [{ indexWorkspace }, { inWorkspace }] = await Promise.all([
      import('../../src/generations/index-workspace.js'),
      import('../../src/workspace/workspace.js'),
    ])
    const runs = { item: flags['item-run'], advertiser: flags['advertiser-run'] }
    const opened = { config, progress: this.progress(flags) }
    const { manifest, swept, removed, seconds } = await interruptible(
      'Nothing was published. Run `adseq index` again.',
      (signal) =>
        inWorkspace(folder, opened, (workspace) => indexWorkspace(workspace, { runs, keep: flags.keep, signal })),
    )
    const { generation, items, recall } = manifest
    const measured = recall ? `, recall@${recall.at} ${recall.recall.toFixed(4)} against exact search` : ''
    this.say(`Published ${generation}: ${count(items)} items${measured}, ${duration(seconds)}. Next: adseq serve`)
    return { ...manifest, swept, removed, seconds }
  }
}
