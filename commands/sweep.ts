import { Args, Flags } from '@oclif/core'
import { setFlag } from '../src/cli/engine-flags.js'
import { StudyCommand } from '../src/cli/study-command.js'

export default class Sweep extends StudyCommand {
  static override summary = 'Try settings: the front of recall against coverage.'
  static override description = `Trains and judges many settings, each by commands of adseq that are printed. Trials are trained up to a window before
the cutoff and judged on that window, never on the one after the cutoff that is reported. Without --over or --preset the
two weights of the log-Q correction are varied. What is done is kept in studies/ID/: the same command goes on after a
kill, and with a larger --trials or --minutes; finished runs are not trained again. Ends with the Pareto front at item
and advertiser level, and studies/ID/sweep.json and sweep.html.`
  static override examples = [
    '<%= config.bin %> sweep',
    '<%= config.bin %> sweep item --over train.logq.negative=0,0.5,1 --over train.uniformNegatives=128,512 --trials 4',
    '<%= config.bin %> sweep item --preset tuning --minutes 60',
    '<%= config.bin %> sweep advertiser --over train.temperature=0.05..0.3/log --trials 6 --set train.steps=200',
  ]

  static override args = {
    kind: Args.string({ options: ['item', 'advertiser'], default: 'item', description: 'the model to train' }),
  }
  static override flags = {
    over: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      default: [],
      helpValue: 'KEY=VALUES',
      description: 'vary a setting: KEY=A,B,C or KEY=LOW..HIGH or KEY=LOW..HIGH/log; repeatable',
    }),
    preset: Flags.option({
      options: ['diversity', 'labels', 'negatives', 'temperature', 'length', 'objective', 'tuning'] as const,
      description: 'vary what this name stands for, beside --over',
    })(),
    trials: Flags.integer({ min: 1, max: 10_000, description: 'try at most this many settings' }),
    minutes: Flags.string({
      helpValue: 'M',
      description: 'start no trial that would end after this much work in all; also 90s, 2h',
    }),
    jobs: Flags.integer({ min: 1, max: 64, default: 1, description: 'trainings at once; they share the cores' }),
    seed: Flags.integer({ min: 0, default: 1, description: 'of the order of trials and of sampled values' }),
    name: Flags.string({ helpValue: 'ID', description: 'folder in studies/; default: named after what is varied' }),
    set: setFlag,
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Sweep)
    const kind = args.kind as 'item' | 'advertiser'
    const [{ sweep }, { sweepText }, { sweepRequest }] = await Promise.all([
      import('../src/study/sweep.js'),
      import('../src/study/sweep-text.js'),
      import('../src/study/request.js'),
    ])
    const request = sweepRequest(kind, flags)
    const result = await this.study(kind, flags, (about) => sweep({ ...request, ...about }))
    this.log(sweepText(result, process.stdout.columns ?? 120))
    return result
  }
}
