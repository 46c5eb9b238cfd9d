import { Args } from '@oclif/core'
import { AdseqCommand } from '../../src/cli/command.js'
import { paperWidth } from '../../src/cli/inspect-flags.js'

export default class AdsShow extends AdseqCommand {
  static override summary = 'Look at one ad, its campaign and what became of it.'
  static override examples = ['<%= config.bin %> ads show ad17', '<%= config.bin %> ads show shopping:i1 --json']

  static override args = { ad: Args.string({ required: true, description: 'its id, or words that it alone has' }) }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(AdsShow)
    const [{ adPage }, { adPageText }, { openStore }] = await Promise.all([
      import('../../src/ads/list.js'),
      import('../../src/ads/text.js'),
      import('../../src/store/open.js'),
    ])
    const store = openStore(this.folder(flags), { readonly: true })
    try {
      const page = adPage(store, args.ad)
      for (const line of adPageText(page, paperWidth(80))) this.say(line)
      return page
    } finally {
      store.close()
    }
  }
}
