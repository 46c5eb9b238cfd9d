import { Args, Flags } from '@oclif/core'
import { AdseqCommand } from '../src/cli/command.js'
import { setFlag } from '../src/cli/engine-flags.js'
import { loadConfig } from '../src/config/load.js'

export default class Compare extends AdseqCommand {
  static override summary = 'Compare two evaluated runs, user by user.'
  static override description = `Recall of the first run minus that of the second, user by user, at every level that both have: all conversions and
those new to the user; model with model, hybrid with hybrid, funnel with funnel. The second may be a baseline of the
first one's evaluation. Reads what adseq eval has kept in runs/ID; nothing is scored again. Evaluations of unlike
protocols or other data are not compared.`
  static override examples = [
    '<%= config.bin %> compare item-20260125T101500-ab12 item-20260124T093000-cd34',
    '<%= config.bin %> compare RUN control-recency',
    '<%= config.bin %> compare RUN RUN --set eval.history=masked --json',
    '<%= config.bin %> compare a/runs/RUN/eval-PROTOCOL.json b/runs/RUN/eval-PROTOCOL.json',
  ]

  static override args = {
    first: Args.string({ required: true, description: 'id of a run, or the path of its report' }),
    second: Args.string({ required: true, description: 'the run, or the baseline, that it is held against' }),
  }
  static override flags = {
    bootstrap: Flags.integer({
      min: 100,
      max: 100_000,
      default: 1000,
      description: 'samples of the bootstrap over users',
    }),
    set: setFlag,
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Compare)
    const folder = this.folder(flags)
    const config = loadConfig(folder, { set: flags.set })
    const [{ compareRuns }, { comparisonText }] = await Promise.all([
      import('../src/evaluate/compare.js'),
      import('../src/evaluate/compare-text.js'),
    ])
    const comparison = compareRuns(folder, args.first, args.second, config, { bootstrap: flags.bootstrap })
    this.say(comparisonText(comparison))
    return comparison
  }
}
