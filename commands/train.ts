import { Args, Flags } from '@oclif/core'
import { AdseqCommand } from '../src/cli/command.js'
import { engineFlags, engineOptions, engineSettings, setFlag } from '../src/cli/engine-flags.js'
import { interruptible } from '../src/cli/interruptible.js'
import { loadConfig } from '../src/config/load.js'
import type { Config } from '../src/config/schema.js'
import { duration } from '../src/text/numbers.js'

export default class Train extends AdseqCommand {
  static override summary = 'Train the item or advertiser model, or the light ranker.'
  static override description = `Trains up to a window before the cutoff, validates on that window, stops when recall no longer rises, and refits up to
the cutoff for the number of steps chosen. Writes runs/ID/. A training that was interrupted or killed goes on where its
last checkpoint was, with the same command; a finished one is left alone and a new run made.

l1 trains the light ranker of the funnel: from what the generators find for users before the window, with the towers as
they were then, it learns what was converted on in it. It is kept with the item run.`
  static override examples = [
    '<%= config.bin %> train item',
    '<%= config.bin %> train advertiser --set model.length=64 --set train.logq=negatives-only',
    '<%= config.bin %> train item --json',
  ]

  static override args = {
    kind: Args.string({
      options: ['item', 'advertiser', 'l1'],
      required: true,
      description: 'the model to train; l1: the light ranker of the latest runs',
    }),
  }
  static override flags = {
    set: setFlag,
    study: Flags.string({
      helpValue: 'ID',
      description: 'mark the run as one of a study, which eval, infer and serve do not take for the latest',
    }),
    ...engineFlags,
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Train)
    const folder = this.folder(flags)
    const config = loadConfig(folder, { set: [...flags.set, ...engineSettings(flags)] })
    if (args.kind === 'l1') return this.lightRanker(folder, config, flags)
    const kind = args.kind as 'item' | 'advertiser'
    const [{ openStore }, { loadSnapshot }, { train }, { printTraining, recallText }] = await Promise.all([
      import('../src/store/open.js'),
      import('../src/features/snapshot-file.js'),
      import('../src/train/train.js'),
      import('../src/train/plain-lines.js'),
    ])

    const store = openStore(folder)
    const progress = this.progress(flags)
    const snapshot = loadSnapshot(folder, store, progress)
    store.close()

    return interruptible('Run the same command again.', async (signal) => {
      const records = train({
        workspace: folder,
        kind,
        study: flags.study,
        config,
        snapshot,
        engine: engineOptions(config.engine),
        signal,
      })
      const screen = this.hasScreen(flags)
      const done = screen
        ? await (await import('../src/tui/train-view.js')).renderTraining(records)
        : await printTraining(records, (line) => progress.line(line))
      if (!screen)
        this.say(`${done.run}: ${done.steps} steps in ${duration(done.seconds)}, validation ${recallText(done.recall)}`)
      const { type: _, ...result } = done
      return { kind, ...result }
    })
  }

  private async lightRanker(folder: string, config: Config, flags: { quiet: boolean }): Promise<unknown> {
    const [{ inWorkspace }, { trainRanker }, { lightRankerText }] = await Promise.all([
      import('../src/workspace/workspace.js'),
      import('../src/funnel/l1/run-ranker.js'),
      import('../src/evaluate/funnel-text.js'),
    ])
    const opened = { config, readonly: true, progress: this.progress(flags) }
    const { runs, report, path } = await inWorkspace(folder, opened, trainRanker)
    this.say(lightRankerText(report))
    this.log(`\nKept in ${path}. Publish it with: adseq index`)
    return { kind: 'l1', runs, path, report }
  }
}
