import { Args, Flags } from '@oclif/core'
import { AdseqCommand } from '../src/cli/command.js'
import { loadConfig } from '../src/config/load.js'
import { UserError } from '../src/core/errors.js'
import type { Grouping } from '../src/evaluate/influence.js'
import type { Subject } from '../src/inspect/types.js'
import { asServedFlag, lookingThrough, modelFlags, paperWidth } from '../src/cli/inspect-flags.js'

export default class Inspect extends AdseqCommand {
  static override summary = 'Look at the data, or at one user, item or advertiser.'
  static override description = `data: counts, steps from view to purchase, lengths of histories, repeats, and what will be hard to beat.

user: the history up to the cutoff of the trained runs, what they recommend for it, and what was really bought in the
days after (marked); with --why, what pulled one result; with --as-served, what adseq serve answers now.

item: catalog, popularity, nearest items in the item tower's space and in that of the graph vectors it reads, who bought
it.

advertiser: catalog, best items, nearest advertisers.

Ids are those of the imported data; an item is also found by words of its title, an advertiser by words of its name.`
  static override examples = [
    '<%= config.bin %> inspect data',
    '<%= config.bin %> inspect user 900',
    '<%= config.bin %> inspect user 900 --why 1082185',
    '<%= config.bin %> inspect user 900 --as-served',
    '<%= config.bin %> inspect user 900 --recommender own-repeats',
    '<%= config.bin %> inspect item 1082185 --k 20',
    '<%= config.bin %> inspect item "chocolate milk"',
    '<%= config.bin %> inspect user 900 --json | jq .items',
  ]

  static override args = {
    what: Args.string({
      required: true,
      options: ['data', 'user', 'item', 'advertiser'],
      description: 'data, user, item or advertiser',
    }),
    id: Args.string({ description: 'of a user, item or advertiser in the imported data; or words of its title' }),
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
    'as-served': asServedFlag,
    ...modelFlags,
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Inspect)
    const { id } = args
    if (args.what === 'data') {
      if (id !== undefined)
        throw new UserError(
          `inspect data is about the data as a whole, and takes no id (${id}).`,
          `To look at one user or item: adseq inspect user ${id}, or adseq inspect item ${id}.`,
        )
      return this.data(flags)
    }
    if (id === undefined)
      throw new UserError(
        `Which ${args.what}?`,
        `Name it by its id in the imported data: adseq inspect ${args.what} ID.`,
      )
    if (flags.why !== undefined && args.what !== 'user')
      throw new UserError('--why tells what pulled a result of a user.', 'Write adseq inspect user ID --why ITEM')
    const what = args.what as 'user' | 'item' | 'advertiser'
    const kinds =
      flags.why !== undefined
        ? [flags.why.startsWith('advertiser:') ? ('advertiser' as const) : ('item' as const)]
        : what === 'user'
          ? undefined
          : [what]
    const [{ openSubject }, { inspectEntity }, { inWorkspace }] = await Promise.all([
      import('../src/inspect/open.js'),
      import('../src/inspect/entity.js'),
      import('../src/workspace/workspace.js'),
    ])
    const folder = this.folder(flags)
    const { config, options } = lookingThrough(folder, flags)
    return inWorkspace(folder, { config, readonly: true, progress: this.progress(flags) }, async (workspace) => {
      const subject = await openSubject(workspace, { ...options, kinds })
      if (flags.why !== undefined) return this.why(subject, id, flags.why, flags.by)
      const size = { k: flags.k, events: flags.events, width: paperWidth() }
      const { view, text } = await inspectEntity(subject, what, id, size)
      for (const line of text) this.say(line)
      return view
    })
  }

  private async data(flags: { quiet: boolean; workspace: string }): Promise<unknown> {
    const [{ dataView }, { dataText }, { inWorkspace }] = await Promise.all([
      import('../src/inspect/data.js'),
      import('../src/inspect/text/data-text.js'),
      import('../src/workspace/workspace.js'),
    ])
    const folder = this.folder(flags)
    const opened = { config: loadConfig(folder, {}), readonly: true, progress: this.progress(flags) }
    const view = await inWorkspace(folder, opened, (workspace) => Promise.resolve(dataView(workspace.snapshot)))
    for (const line of dataText(view)) this.say(line)
    return view
  }

  private async why(subject: Subject, user: string, entry: string, by: Grouping): Promise<unknown> {
    const [{ whyRetrieved }, { whyText }] = await Promise.all([
      import('../src/inspect/why.js'),
      import('../src/inspect/text/why-text.js'),
    ])
    const view = await whyRetrieved(subject, user, entry, by)
    for (const line of whyText(view, paperWidth())) this.say(line)
    return view
  }
}
