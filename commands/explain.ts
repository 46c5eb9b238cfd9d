import { Args, Flags } from '@oclif/core'
import { AdseqCommand } from '../src/cli/command.js'
import { engineFlags, engineSettings, setFlag } from '../src/cli/engine-flags.js'
import { paperWidth } from '../src/cli/inspect-flags.js'
import { loadConfig } from '../src/config/load.js'
import { UserError } from '../src/core/errors.js'

export default class Explain extends AdseqCommand {
  static override summary = 'Show why a user gets the ads that they get.'
  static override description = `Answers a request for ads as adseq serve would, from the generation that is current, and shows every stage: which ads
may be shown, what each generator found, how they were ordered, and what was left out. With --ad: what became of that ad, and
what it would have taken.`
  static override examples = [
    '<%= config.bin %> explain 900',
    '<%= config.bin %> explain 900 --ad shopping:1083 --country DE',
    '<%= config.bin %> explain 900 --search GROCERY/COFFEE',
    '<%= config.bin %> explain 900 --k 5 --exclude-advertiser 12 --json',
  ]

  static override args = { user: Args.string({ required: true, description: 'id, as in the imported data' }) }

  static override flags = {
    ad: Flags.string({ description: 'an ad to follow through the stages' }),
    k: Flags.integer({ min: 1, max: 1000, default: 20, description: 'ads handed on' }),
    country: Flags.string({ description: "where the user is; default: the user's attribute country" }),
    time: Flags.string({ description: 'the moment, as 2017-12-01T12:00:00Z; default: by serve.clock of adseq.yaml' }),
    search: Flags.string({ helpValue: 'TEXT', description: 'what they search: a category, or words' }),
    'page-item': Flags.string({ helpValue: 'ID', description: 'the item whose page they look at' }),
    price: Flags.string({ helpValue: 'NUMBER', description: 'what it is to cost' }),
    policy: Flags.string({ multiple: true, multipleNonGreedy: true, description: 'a flag of ads not to be shown' }),
    'exclude-ad': Flags.string({ multiple: true, multipleNonGreedy: true, description: 'not this ad; repeatable' }),
    'exclude-item': Flags.string({ multiple: true, multipleNonGreedy: true, description: 'not this item' }),
    'exclude-advertiser': Flags.string({ multiple: true, multipleNonGreedy: true, description: 'not this advertiser' }),
    set: setFlag,
    ...engineFlags,
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Explain)
    const folder = this.folder(flags)
    const config = loadConfig(folder, { set: [...flags.set, ...engineSettings(flags)] })
    const [{ explainAds }, { explanationText }, { adsBody }] = await Promise.all([
      import('../src/server/explain.js'),
      import('../src/server/explain-text.js'),
      import('../src/server/schemas.js'),
    ])
    const body = adsBody.safeParse({
      user: args.user,
      context: {
        country: flags.country,
        time: flags.time,
        policy: flags.policy,
        search: flags.search,
        item: flags['page-item'],
        price: flags.price === undefined ? undefined : Number(flags.price),
      },
      k: flags.k,
      exclude: {
        ads: flags['exclude-ad'],
        items: flags['exclude-item'],
        advertisers: flags['exclude-advertiser'],
      },
    })
    if (!body.success) {
      const { path, message } = body.error.issues[0]
      const flag = String(path.at(-1) ?? 'user')
      throw new UserError(
        `--${flag}: ${message}.`,
        flag === 'time'
          ? 'For example: --time 2017-12-01T12:00:00Z'
          : 'adseq explain --help says what each flag takes.',
      )
    }
    const explanation = await explainAds(
      folder,
      config,
      { ...body.data, user: args.user },
      {
        ad: flags.ad,
        progress: this.progress(flags),
      },
    )
    for (const line of explanationText(explanation, paperWidth(80), flags.ad)) this.say(line)
    return explanation
  }
}
