import { Args, Flags } from '@oclif/core'
import { AdseqCommand } from '../src/cli/command.js'
import { lookingThrough, modelFlags, paperWidth } from '../src/cli/inspect-flags.js'

export default class Try extends AdseqCommand {
  static override summary = 'See what a made-up or edited history retrieves.'
  static override description = `A history is written type:item, separated by commas, each with an optional age before the cutoff:
"view:ITEM,add_to_cart:ITEM@3h,checkout:ITEM@2d" (30m, 3h, 2d, 1w). Events without an age come an hour apart, in the
order written. A signup names an advertiser. An item is named by its id, or by words of its title. Types: view, add_to_cart, checkout, signup, click, search.

Results are shown before and after, side by side, with how far each entry moved. Before is what is popular, or the
history given with --against, or with --user the user's own history. With --context it is the same without the context,
which a model takes in that was trained with model.context=true.`
  static override examples = [
    '<%= config.bin %> try "view:1082185,add_to_cart:995242@2d"',
    '<%= config.bin %> try "view:1082185" --against "view:995242"',
    '<%= config.bin %> try "view:1082185,view:995242" --why 981760',
    '<%= config.bin %> try --user 900 --drop 5',
    '<%= config.bin %> try --user 900 --add "add_to_cart:995242@1h"',
    '<%= config.bin %> try --user 900 --context search=GROCERY/COFFEE',
  ]

  static override args = { history: Args.string({ description: 'a made-up history' }) }

  static override flags = {
    against: Flags.string({
      description: 'the history to compare with; default: what is popular',
      helpValue: 'HISTORY',
    }),
    user: Flags.string({ description: 'edit the history of this user', helpValue: 'ID' }),
    add: Flags.string({ description: 'events to add to it', helpValue: 'HISTORY' }),
    drop: Flags.integer({ min: 0, description: 'latest events to leave out of it' }),
    context: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'KEY=VALUE',
      description: 'the moment it is looked at: search=CATEGORY (or words), item=ITEM, price=NUMBER; repeatable',
    }),
    k: Flags.integer({ default: 10, min: 1, max: 1000, description: 'entries of each list' }),
    why: Flags.string({
      helpValue: 'ITEM',
      description: 'instead of the lists: which events of the history pull this item (or advertiser:ID) up',
    }),
    by: Flags.option({
      options: ['item', 'basket'] as const,
      default: 'item',
      description: 'with --why: what is left out at a time, all events of an item or of a moment',
    })(),
    ...modelFlags,
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Try)
    const [{ openSubject }, { tryHistory, whyTried }, { tryText }, { whyText }, { inWorkspace }] = await Promise.all([
      import('../src/inspect/open.js'),
      import('../src/inspect/try.js'),
      import('../src/inspect/text/try-text.js'),
      import('../src/inspect/text/why-text.js'),
      import('../src/workspace/workspace.js'),
    ])
    const { against, user, add, drop, context, k, why, by } = flags
    const request = { history: args.history, against, user, add, drop, context, k }
    const folder = this.folder(flags)
    const { config, options } = lookingThrough(folder, flags)
    return inWorkspace(folder, { config, readonly: true, progress: this.progress(flags) }, async (workspace) => {
      const subject = await openSubject(workspace, options)
      if (why !== undefined) {
        const told = await whyTried(subject, request, why, by)
        for (const line of whyText(told, paperWidth())) this.say(line)
        return told
      }
      const view = await tryHistory(subject, request)
      for (const line of tryText(view, paperWidth(), k)) this.say(line)
      return view
    })
  }
}
