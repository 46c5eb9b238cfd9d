import { Flags } from '@oclif/core'
import { AdseqCommand } from '../src/cli/command.js'
import { setFlag } from '../src/cli/engine-flags.js'
import { interruptible } from '../src/cli/interruptible.js'
import { loadConfig } from '../src/config/load.js'
import { writeFileAtomic } from '../src/core/atomic.js'
import type { DayNews } from '../src/simulate/experiment.js'

export default class Simulate extends AdseqCommand {
  static override summary = 'Run an online experiment in a world whose truth is known.'
  static override description = `The users of the world live on from the cutoff of the latest runs. Every visit asks the funnel for ads, an auction picks
what is shown, and what comes of it follows from what the user wants. Two arms differ in one thing. Beside what the
experiment estimates stands the truth: the world is lived again with everyone treated, and with nobody. See
docs/simulate.md for the model and its limits.`
  static override usage = '<%= command.id %> --preset PRESET [FLAGS]'
  static override examples = [
    '<%= config.bin %> simulate --preset sequence-model',
    '<%= config.bin %> simulate --preset sequence-model --power',
    '<%= config.bin %> simulate --preset a-a --days 14 --json',
    '<%= config.bin %> simulate --preset sequence-model --budgets 0.01 --designs --splits 10',
    '<%= config.bin %> simulate --preset sequence-model --off-policy --exploration 0.2',
  ]

  static override flags = {
    preset: Flags.option({
      options: ['sequence-model', 'advertiser-against-item', 'real-time', 'context', 'l1', 'a-a'] as const,
      required: true,
      description: 'what the arms differ in',
    })(),
    days: Flags.integer({ min: 1, max: 365, default: 30, description: 'days that are lived' }),
    seed: Flags.integer({ min: 0, default: 1, description: 'of all that is left to chance after the cutoff' }),
    power: Flags.boolean({
      description: 'live the control alone, and tell what an experiment of so many days would find',
    }),
    'off-policy': Flags.boolean({
      description: 'live the control alone, and estimate from its log what each arm would earn: needs --exploration',
      exclusive: ['power', 'designs'],
    }),
    design: Flags.option({
      options: ['user-split', 'budget-split'] as const,
      default: 'budget-split',
      description: 'what arms share: every budget, or each has its half of it',
    })(),
    designs: Flags.boolean({
      description: 'live both designs, to see what sharing budgets does',
      exclusive: ['power'],
    }),
    splits: Flags.integer({
      min: 1,
      max: 200,
      description: 'times that --designs splits the users anew, for bias and coverage over all of them; default 1',
      dependsOn: ['designs'],
    }),
    truth: Flags.boolean({
      allowNo: true,
      default: true,
      description: 'live the worlds of the truth, too; without them it takes a third of the time',
    }),
    exploration: Flags.string({
      default: '0',
      helpValue: 'SHARE',
      description: 'share of the places that are filled by chance: what --off-policy needs',
    }),
    budgets: Flags.string({
      default: '1',
      helpValue: 'SHARE',
      description:
        'daily budgets are so much of what campaigns say; lower: arms that share them are in each other’s way',
    }),
    report: Flags.string({
      helpValue: 'FILE.html',
      description: 'also write the experiment as one page that needs nothing else',
      exclusive: ['power', 'off-policy'],
    }),
    worlds: Flags.integer({ min: 1, max: 16, default: 2, description: 'worlds lived at once, each in a thread' }),
    set: setFlag,
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Simulate)
    const folder = this.folder(flags)
    const config = loadConfig(folder, { set: flags.set })
    const [
      { inWorkspace },
      { experiment, plainWatch },
      { recorded },
      { plan },
      { offPolicyStudy },
      { simulateOptions },
      { saveTables },
      { experimentPage },
      { presetOf },
      { pagePath },
      text,
    ] = await Promise.all([
      import('../src/workspace/workspace.js'),
      import('../src/simulate/experiment.js'),
      import('../src/simulate/days-file.js'),
      import('../src/simulate/plan.js'),
      import('../src/simulate/off-policy-study.js'),
      import('../src/simulate/request.js'),
      import('../src/simulate/tables.js'),
      import('../src/simulate/page.js'),
      import('../src/simulate/arms.js'),
      import('../src/evaluate/html/report-file.js'),
      import('../src/simulate/text.js'),
    ])
    const options = simulateOptions(flags)
    const page = flags.report === undefined ? undefined : pagePath(flags.report)
    const { preset, design, designs, splits = 1, truth, worlds: threads } = flags
    const screen = this.hasScreen(flags)
    const opened = { config, progress: this.progress(flags) }
    return interruptible(
      'Run the same command again: a simulation begins anew.',
      (signal) =>
        inWorkspace(folder, opened, async (workspace) => {
          if (flags.power) {
            const planned = await plan(workspace, { preset, threads, options, signal })
            this.log(text.planText(planned))
            return planned
          }
          if (flags['off-policy']) {
            const study = await offPolicyStudy(workspace, { preset, threads, options, signal })
            this.log(text.offPolicyText(study))
            return study
          }
          const request = { preset, design, designs, splits, truth, threads, options, signal }
          const name = `${preset}-${options.seed}`
          const { about } = presetOf(preset)
          const view = screen && (await import('../src/tui/simulate-view.js')).simulationScreen({ preset, about })
          const watch = view ? (news: DayNews) => view.watch(news) : plainWatch(workspace.progress)
          const made = await recorded(folder, name, { preset, about }, (record) =>
            experiment(workspace, request, (news) => [record, watch].forEach((told) => told(news))),
          ).finally(() => view && view.end())
          this.log(text.experimentText(made, preset, options))
          const kept = await saveTables(workspace, name, made)
          this.log(kept ? `\nKept: ${kept}` : '\nNothing is kept: the workspace is read-only.')
          if (page) {
            writeFileAtomic(page, experimentPage(made, preset, options.days))
            this.log(`Page: ${page}`)
          }
          return made.result
        }),
      'Interrupted; nothing of it is kept.',
    )
  }
}
