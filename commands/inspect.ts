import { Args, Flags } from '@oclif/core'
import { AdseqCommand } from '../src/cli/command.js'
import { UserError } from '../src/core/errors.js'
import { lookingThrough, modelFlags, paperWidth } from '../src/cli/inspect-flags.js'

export default class Inspect extends AdseqCommand {
  static override summary = 'Look at one user, item or advertiser.'
  static override description = `user: the history up to the cutoff of the trained runs, what they retrieve for it, and what was really bought in the
days after (marked); with --why, what pulled one result. item: catalog, popularity, nearest items in the item tower's
space and in that of the graph vectors it reads, who bought it. advertiser: catalog,
best items, nearest advertisers. Ids are those of the imported data.`
  static override examples = [
    '<%= config.bin %> inspect user 900',
    '<%= config.bin %> inspect user 900 --why 1082185',
    '<%= config.bin %> inspect item 1082185 --k 20',
    '<%= config.bin %> inspect user 900 --json | jq .items',
  ]

  static override args = {
    what: Args.string({
      required: true,
      options: ['user', 'item', 'advertiser'],
      description: 'user, item or advertiser',
    }),
    id: Args.string({ required: true, description: 'its id in the imported data' }),
  }

  static override flags = {
    k: Flags.integer({ default: 10, min: 1, max: 1000, description: 'entries of each list' }),
    events: Flags.integer({ default: 10, min: 1, description: 'latest events of the history to show' }),
    why: Flags.string({
      helpValue: 'ITEM',
      description: 'of a user: which past events pull this item (or advertiser:ID) up, by leaving them out',
    }),
    by: Flags.option({
      options: ['item', 'basket'] as const,
      default: 'item',
      description: 'with --why: what is left out at a time, all events of an item or of a moment',
    })(),
    ...modelFlags,
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Inspect)
    if (flags.why !== undefined && args.what !== 'user')
      throw new UserError('--why tells what pulled a result of a user.', 'Write adseq inspect user ID --why ITEM')
    const what = args.what as 'user' | 'item' | 'advertiser'
    const [{ openSubject }, { inspectEntity }] = await Promise.all([
      import('../src/inspect/open.js'),
      import('../src/inspect/entity.js'),
    ])
    const kinds =
      flags.why !== undefined
        ? [flags.why.startsWith('advertiser:') ? ('advertiser' as const) : ('item' as const)]
        : what === 'user'
          ? undefined
          : [what]
    const { subject, close } = await openSubject({
      ...lookingThrough(this.folder(flags), flags),
      progress: this.progress(flags),
      kinds,
    })
    try {
      if (flags.why !== undefined) {
        const [{ whyRetrieved }, { whyText }] = await Promise.all([
          import('../src/inspect/why.js'),
          import('../src/inspect/text/why-text.js'),
        ])
        const view = await whyRetrieved(subject, args.id, flags.why, flags.by)
        for (const line of whyText(view, paperWidth())) this.log(line)
        return view
      }
      const { view, text } = await inspectEntity(subject, what, args.id, {
        k: flags.k,
        events: flags.events,
        width: paperWidth(),
      })
      for (const line of text) this.log(line)
      return view
    } finally {
      await close()
    }
  }
}
