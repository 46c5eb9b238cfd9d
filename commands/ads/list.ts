import { Flags } from '@oclif/core'
import { AdseqCommand } from '../../src/cli/command.js'
import { paperWidth } from '../../src/cli/inspect-flags.js'
import { AD_KINDS, CAMPAIGN_STATUS } from '../../src/store/ad-codes.js'

export default class AdsList extends AdseqCommand {
  static override summary = 'List ads of the workspace.'
  static override description =
    'A standard ad promotes anything of its advertiser, a shopping ad one item. An ad is paused or ended when its ' +
    'campaign is. Ids are those of the imported data; words of a title or name do as well.'
  static override examples = [
    '<%= config.bin %> ads list --advertiser a17 --status active',
    '<%= config.bin %> ads list --country DE --search "garden table"',
    '<%= config.bin %> ads list --kind shopping --limit 100 --json | jq .ads',
  ]

  static override flags = {
    advertiser: Flags.string({ helpValue: 'ID', description: 'of this advertiser' }),
    item: Flags.string({ helpValue: 'ID', description: 'of this item' }),
    kind: Flags.option({ options: AD_KINDS, description: 'standard or shopping ads' })(),
    status: Flags.option({ options: CAMPAIGN_STATUS, description: 'of the ad together with its campaign' })(),
    country: Flags.string({ helpValue: 'COUNTRY', description: 'shown there; campaigns that name no country are' }),
    search: Flags.string({ helpValue: 'WORDS', description: 'with all these words in ids, titles, category or name' }),
    limit: Flags.integer({ default: 20, min: 1, max: 10_000, description: 'ads to show' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(AdsList)
    const { advertiser, item, kind, status, country, search, limit } = flags
    const [{ listAds }, { adListText }, { openStore }] = await Promise.all([
      import('../../src/ads/list.js'),
      import('../../src/ads/text.js'),
      import('../../src/store/open.js'),
    ])
    const store = openStore(this.folder(flags), { readonly: true })
    try {
      const found = listAds(store, { advertiser, item, kind, status, country, search, limit })
      for (const line of adListText(found, paperWidth(80))) this.say(line)
      return found
    } finally {
      store.close()
    }
  }
}
