import { Flags } from '@oclif/core'
import { AdseqCommand } from '../src/cli/command.js'
import { engineFlags, engineSettings, setFlag } from '../src/cli/engine-flags.js'
import { interruptible } from '../src/cli/interruptible.js'
import { loadConfig } from '../src/config/load.js'
import { count, duration } from '../src/text/numbers.js'

export default class Infer extends AdseqCommand {
  static override summary = 'Encode the users that have new events.'
  static override description = `User vectors of the item and the advertiser run go into the store (user_embeddings, append-only), and each encoded
user's best advertisers beside them (candidates). Only users with events past the run's watermark are encoded; the
watermark is an ingest number, so an event dated last year but imported today counts. A new run encodes everyone.
Histories reach to the last ingested event and are seen from the time of the data's last event. What was interrupted
or killed goes on with the same command.`
  static override examples = [
    '<%= config.bin %> infer',
    '<%= config.bin %> infer --full',
    '<%= config.bin %> infer --json',
  ]

  static override flags = {
    full: Flags.boolean({
      description:
        'encode every user with events, new or not; a generation published since the last import then reads ' +
        'these vectors',
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
    const { flags } = await this.parse(Infer)
    const folder = this.folder(flags)
    const config = loadConfig(folder, { set: [...flags.set, ...engineSettings(flags)] })
    const [{ inferWorkspace }, { inWorkspace }] = await Promise.all([
      import('../src/embed/infer-workspace.js'),
      import('../src/workspace/workspace.js'),
    ])
    const runs = { item: flags['item-run'], advertiser: flags['advertiser-run'] }
    const opened = { config, progress: this.progress(flags) }
    const result = await interruptible('Run `adseq infer` again: users already encoded are not redone.', (signal) =>
      inWorkspace(folder, opened, (workspace) => inferWorkspace(workspace, { runs, full: flags.full, signal })),
    )
    const { encoded, users, seq, seconds } = result
    this.say(
      encoded === 0
        ? `Nobody has new events: ${count(users)} users are encoded up to event ${count(seq)}.`
        : `${count(encoded)} of ${count(users)} users encoded up to event ${count(seq)} in ${duration(seconds)}. ` +
            'Next: adseq index',
    )
    return result
  }
}
