import { Args, Flags } from '@oclif/core'
import { AdseqCommand } from '../src/cli/command.js'
import { engineFlags, engineOptions, engineSettings, setFlag } from '../src/cli/engine-flags.js'
import { loadConfig } from '../src/config/load.js'
import { duration } from '../src/core/progress.js'

export default class Train extends AdseqCommand {
  static override summary = 'Train the item or the advertiser model.'
  static override description = `Trains up to a window before the cutoff, validates on that window, stops when recall no longer rises, and refits up to
the cutoff for the number of steps chosen. Writes runs/ID/. A training that was interrupted or killed goes on where its
last checkpoint was, with the same command; a finished one is left alone and a new run made.`
  static override examples = [
    '<%= config.bin %> train item',
    '<%= config.bin %> train advertiser --set model.length=64 --set train.logq=negatives-only',
    '<%= config.bin %> train item --json',
  ]

  static override args = {
    kind: Args.string({ options: ['item', 'advertiser'], required: true, description: 'the model to train' }),
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

    const stop = new AbortController()
    const interrupt = (): void => stop.abort()
    process.once('SIGINT', interrupt)
    process.once('SIGTERM', interrupt)
    try {
      const records = train({
        workspace: folder,
        kind,
        study: flags.study,
        config,
        snapshot,
        engine: engineOptions(config.engine),
        signal: stop.signal,
      })
      const screen = process.stdout.isTTY && !flags.quiet && !this.jsonEnabled()
      const done = screen
        ? await (await import('../src/tui/train-view.js')).renderTraining(records)
        : await printTraining(records, (line) => progress.line(line))
      if (!screen)
        this.say(`${done.run}: ${done.steps} steps in ${duration(done.seconds)}, validation ${recallText(done.recall)}`)
      const { type: _, ...result } = done
      return { kind, ...result }
    } finally {
      process.off('SIGINT', interrupt)
      process.off('SIGTERM', interrupt)
    }
  }
}
