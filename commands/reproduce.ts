import { Args, Flags } from '@oclif/core'
import { setFlag } from '../src/cli/engine-flags.js'
import { StudyCommand } from '../src/cli/study-command.js'

interface OnlineFlags {
  workspace: string
  quiet: boolean
  set: string[]
  budget: string
  name?: string
  days: number
  world: string
}

export default class Reproduce extends StudyCommand {
  static override summary = 'Test the claims of the method on the data, in a budget.'
  static override description = `Every claim is a comparison of trainings that differ in one setting: transformer against pooling, objectives, log-Q
weights, length, negatives, item ids, hash sizes. Each is judged on the window after the cutoff by a paired bootstrap over
users, and holds, does not hold, or is a tie within the interval. Statements are seen once each before seeds are added;
what did not fit is said. Every command that is run is printed; what is done is kept in studies/ID/, so that the same
command goes on, also with a larger budget. Ends with studies/ID/reproduce.md and reproduce.json.

--claims online tests what was said of the system online: conversions up, CPA down, little impact on other metrics, and
beside them vectors of now against those of last night, and item against advertiser candidates. It makes a world in three
settings (order matters, bags of events, noise), trains in each, and runs the experiments of adseq simulate; beside each
estimate stands the truth.`
  static override examples = [
    '<%= config.bin %> reproduce --budget 30m',
    '<%= config.bin %> reproduce --budget 2h --claims pooling,length --seeds 5',
    '<%= config.bin %> reproduce --claims online --budget 1h',
    '<%= config.bin %> reproduce --budget 15m --set train.steps=300 --set train.validateEvery=100',
  ]

  static override args = {
    kind: Args.string({ options: ['item', 'advertiser'], default: 'item', description: 'the model to train' }),
  }
  static override flags = {
    budget: Flags.string({ required: true, helpValue: 'TIME', description: 'work in all, such as 30m, 90s or 2h' }),
    claims: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      delimiter: ',',
      default: [],
      helpValue: 'NAME',
      description:
        'only these: pooling, objective, logq, length, negatives, ids, hash; or online alone: experiments in worlds ' +
        'that it makes',
    }),
    seeds: Flags.integer({
      min: 1,
      max: 20,
      default: 3,
      description: 'trainings of each side, where the budget allows',
    }),
    name: Flags.string({ helpValue: 'ID', description: 'folder in studies/; default: named after data and settings' }),
    days: Flags.integer({ min: 1, max: 365, default: 30, description: 'of each experiment of --claims online' }),
    world: Flags.option({
      options: ['tutorial', 'small', 'tiny'] as const,
      default: 'tutorial',
      description: 'that --claims online is tested in, in three settings',
    })(),
    set: setFlag,
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Reproduce)
    const kind = args.kind as 'item' | 'advertiser'
    if (flags.claims.length === 1 && flags.claims[0] === 'online') return this.online(flags)
    const [{ reproduce }, { reproductionText }, { reproduceRequest }] = await Promise.all([
      import('../src/study/reproduce.js'),
      import('../src/study/reproduce-text.js'),
      import('../src/study/request.js'),
    ])
    const request = reproduceRequest(flags)
    const result = await this.study(kind, flags, (about) => reproduce({ ...request, ...about }))
    this.say(reproductionText(result))
    return result
  }

  private async online(flags: OnlineFlags): Promise<unknown> {
    const [{ reproduceOnline }, { onlineText }, { onlineRequest }] = await Promise.all([
      import('../src/study/online.js'),
      import('../src/study/online-text.js'),
      import('../src/study/request.js'),
    ])
    const { days, world, set } = flags
    const request = { ...onlineRequest(flags), days, world, set }
    const result = await this.study('item', flags, ({ adseq }) => reproduceOnline({ ...request, adseq }))
    this.log(onlineText(result))
    return result
  }
}
