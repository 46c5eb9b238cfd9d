import { Args } from '@oclif/core'
import { AdseqCommand } from '../src/cli/command.js'
import { engineFlags, engineSettings, setFlag } from '../src/cli/engine-flags.js'
import { loadConfig } from '../src/config/load.js'

export default class Diagnose extends AdseqCommand {
  static override summary = "Say why a run's results are poor, and what to try."
  static override description = `Looks at the records of the training (steps, loss, temperature) and at the results for 500 users who convert after the
run's cutoff: the same for all, best sellers alone, worse than best sellers or than own repeats, cold entries.`
  static override examples = ['<%= config.bin %> diagnose', '<%= config.bin %> diagnose RUN --json']

  static override args = {
    run: Args.string({ description: 'id of a finished run; default: the latest of the item model' }),
  }
  static override flags = { ...engineFlags, set: setFlag }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Diagnose)
    const folder = this.folder(flags)
    const config = loadConfig(folder, { set: [...flags.set, ...engineSettings(flags)] })
    const [{ diagnose, diagnosisText }, { inWorkspace }] = await Promise.all([
      import('../src/diagnose/diagnose.js'),
      import('../src/workspace/workspace.js'),
    ])
    const opened = { config, readonly: true, progress: this.progress(flags) }
    const diagnosis = await inWorkspace(folder, opened, (workspace) => diagnose(workspace, args.run))
    this.say(diagnosisText(diagnosis))
    return diagnosis
  }
}
