import { Args, Flags } from '@oclif/core'
import { AdseqCommand } from '../src/cli/command.js'
import { paperWidth } from '../src/cli/inspect-flags.js'
import { engineFlags, engineSettings, setFlag } from '../src/cli/engine-flags.js'
import { loadConfig } from '../src/config/load.js'
import type { Config } from '../src/config/schema.js'
import { UserError } from '../src/core/errors.js'

export default class Eval extends AdseqCommand {
  static override summary = 'Judge a trained model beside its hybrid and the baselines.'
  static override description = `Global temporal split: histories end at the cutoff, the conversions of the days after it are to be found in the whole
catalog. Recall counts every conversion; coverage tells how much of the catalog is shown at all. The report is kept in
runs/ID/eval-PROTOCOL.json. Without a finished run the baselines alone are judged.`
  static override examples = [
    '<%= config.bin %> eval',
    '<%= config.bin %> eval item --runs all --baselines ease --baselines nearest-users',
    '<%= config.bin %> eval advertiser --samples 3 --why',
    '<%= config.bin %> eval funnel',
    '<%= config.bin %> eval context',
    '<%= config.bin %> eval --report report.html --why',
    '<%= config.bin %> eval item --set eval.indexSize=100000 --json',
  ]

  static override args = {
    kind: Args.string({
      options: ['item', 'advertiser', 'funnel', 'context'],
      default: 'item',
      description:
        'the model to judge; funnel: the item model and what the whole funnel makes of it; context: the item model ' +
        'after searches, with and without what was searched',
    }),
  }
  static override flags = {
    run: Flags.string({ helpValue: 'ID', description: 'the run to judge; default: the latest finished one' }),
    with: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      default: [],
      helpValue: 'ID',
      exclusive: ['runs'],
      description: 'a run to stand beside it; repeatable',
    }),
    runs: Flags.option({
      options: ['all'] as const,
      description: 'all: every finished run of the same kind, cutoff and data',
    })(),
    baselines: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      delimiter: ',',
      default: [],
      helpValue: 'NAME',
      description: 'baselines that take longer: ease, elsa, nearest-users, tifu-knn, up-cf',
    }),
    samples: Flags.integer({
      min: 0,
      max: 1000,
      default: 0,
      description: 'show the results of this many users, with what they bought next',
    }),
    why: Flags.boolean({
      description: 'with --samples or --report: which past events pulled each result, by leaving them out',
    }),
    report: Flags.string({
      helpValue: 'FILE.html',
      description: 'also write the report as one page that needs nothing else: plots, tables, samples',
    }),
    protocol: Flags.option({
      options: ['temporal', 'leave-one-out'] as const,
      description:
        'what is held out; leave-one-out is for comparison with published papers only. Default: eval.protocol',
    })(),
    slices: Flags.boolean({
      description: "recall by events of the user's history, by popularity and by age of what was converted on",
    }),
    'by-type': Flags.boolean({ description: 'recall by type of conversion' }),
    'models-only': Flags.boolean({
      exclusive: ['baselines', 'report', 'slices'],
      description: 'leave out hybrid, control and baselines: quicker, for many runs that are compared with each other',
    }),
    set: setFlag,
    ...engineFlags,
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Eval)
    const folder = this.folder(flags)
    const funnel = args.kind === 'funnel'
    const kind = funnel ? 'item' : (args.kind as 'item' | 'advertiser')
    const config = loadConfig(folder, { set: [...flags.set, ...engineSettings(flags)] })
    if ((flags.protocol ?? config.eval.protocol) === 'leave-one-out')
      return this.leaveOneOut(folder, kind, config, flags)
    if (args.kind === 'context') return this.inContext(folder, config, flags)
    const [
      { evaluateWorkspace },
      { inWorkspace },
      { SHOWN, pagePath, writeReportPage },
      { reportText },
      { agreementText, namedSamples, samplesText },
      { byTypeText, slicesText },
      { reliabilityText, stagesText },
    ] = await Promise.all([
      import('../src/evaluate/evaluate-workspace.js'),
      import('../src/workspace/workspace.js'),
      import('../src/evaluate/html/report-file.js'),
      import('../src/evaluate/report-text.js'),
      import('../src/evaluate/samples-text.js'),
      import('../src/evaluate/slices-text.js'),
      import('../src/evaluate/funnel-text.js'),
    ])
    if (flags.why && flags.samples === 0 && flags.report === undefined)
      throw new UserError(
        '--why tells what pulled the results of samples, and none are asked for.',
        'Add --samples 3, or --report report.html.',
      )
    const page = flags.report === undefined ? undefined : pagePath(flags.report)
    const options = {
      kind,
      run: flags.run,
      beside: flags.runs ?? flags.with,
      baselines: flags.baselines,
      samples: flags.samples || (page ? SHOWN : 0),
      why: flags.why,
      modelsOnly: flags['models-only'],
      funnel,
      slices: flags.slices || page !== undefined,
    }
    const opened = { config, readonly: true, progress: this.progress(flags) }
    const { report, samples, names, path } = await inWorkspace(folder, opened, (workspace) =>
      evaluateWorkspace(workspace, options),
    )
    this.say(reportText(report, paperWidth(Infinity)))
    if (report.stages) this.say(stagesText(report.stages))
    if (report.reliability) this.say(reliabilityText(report.reliability, 'days it has not seen, everyone active'))
    if (flags.slices) this.say(slicesText(report))
    if (flags['by-type']) this.say(byTypeText(report))
    if (flags.samples > 0 && samples.length > 0) this.log(`\n${samplesText(samples, names)}`)
    if (flags.samples > 0 && report.lists) this.say(`\n${agreementText(report.lists)}`)
    if (path) this.log(`\nReport: ${path}`)
    if (page) {
      writeReportPage(page, report, samples, names)
      this.log(`Page:   ${page}`)
    }
    return flags.samples > 0 && samples.length > 0 ? { ...report, samples: namedSamples(samples, names) } : report
  }

  private async inContext(
    folder: string,
    config: Config,
    flags: { run?: string; baselines: string[]; quiet: boolean } & OtherFlags,
  ): Promise<unknown> {
    if (others(flags) || flags.baselines.length > 0)
      throw new UserError(
        'eval context judges one run after searches, and shows nothing else.',
        'Leave out --with, --runs, --baselines, --samples, --slices, --by-type and --report.',
      )
    const [{ evaluateInContextWorkspace }, { inContextText }, { inWorkspace }] = await Promise.all([
      import('../src/evaluate/in-context-workspace.js'),
      import('../src/evaluate/in-context-text.js'),
      import('../src/workspace/workspace.js'),
    ])
    const opened = { config, readonly: true, progress: this.progress(flags) }
    const judged = await inWorkspace(folder, opened, (workspace) => evaluateInContextWorkspace(workspace, flags.run))
    return this.told(judged, inContextText)
  }

  private async leaveOneOut(
    folder: string,
    kind: string,
    config: Config,
    flags: { run?: string; baselines: string[]; quiet: boolean } & OtherFlags,
  ): Promise<unknown> {
    if (kind !== 'item')
      throw new UserError(
        'leave-one-out judges items: the published figures it is for are about items.',
        'adseq eval item --protocol leave-one-out',
      )
    if (others(flags))
      throw new UserError(
        'leave-one-out has HR@K and NDCG@K of one run and the baselines, nothing else.',
        'Leave out --with, --runs, --samples, --slices, --by-type and --report.',
      )
    const [{ evaluateLeaveOneOutWorkspace }, { leaveOneOutText }, { inWorkspace }] = await Promise.all([
      import('../src/evaluate/leave-one-out-workspace.js'),
      import('../src/evaluate/leave-one-out-text.js'),
      import('../src/workspace/workspace.js'),
    ])
    const opened = { config, readonly: true, progress: this.progress(flags) }
    const judged = await inWorkspace(folder, opened, (workspace) =>
      evaluateLeaveOneOutWorkspace(workspace, { run: flags.run, baselines: flags.baselines }),
    )
    return this.told(judged, leaveOneOutText)
  }

  /** Shows a report and where it is kept. @returns it */
  private told<R>({ report, path }: { report: R; path?: string }, text: (report: R) => string): R {
    this.say(text(report))
    if (path) this.log(`\nReport: ${path}`)
    return report
  }
}

/** Flags about more than one table of one run. */
interface OtherFlags {
  with: string[]
  runs?: string
  samples: number
  slices: boolean
  'by-type': boolean
  report?: string
}

const others = (flags: OtherFlags): boolean =>
  flags.with.length > 0 ||
  Boolean(flags.runs) ||
  flags.samples > 0 ||
  flags.slices ||
  flags['by-type'] ||
  flags.report !== undefined
