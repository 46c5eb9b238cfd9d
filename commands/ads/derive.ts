import { Flags } from '@oclif/core'
import { AdseqCommand } from '../../src/cli/command.js'
import { paperWidth } from '../../src/cli/inspect-flags.js'
import { UserError } from '../../src/core/errors.js'

export default class AdsDerive extends AdseqCommand {
  static override summary = 'Make ads from the catalog, where there are no real ones.'
  static override description = [
    'A standard ad of each advertiser and a shopping ad of each item that has an advertiser, in a campaign of the ' +
      "advertiser for each of the two kinds. They bid for actions: a share of the median price of the advertiser's " +
      'items, without a budget, everywhere, always. They let the funnel run on a log that has no ads; no advertiser ' +
      'has made them, and wherever they show it is said that they are derived.',
    'Again after the catalog has grown it adds what is new; bids follow the prices as they are now.',
  ].join('\n\n')
  static override examples = [
    '<%= config.bin %> ads derive',
    '<%= config.bin %> ads derive --share 0.1',
    '<%= config.bin %> ads derive --remove',
  ]

  static override flags = {
    share: Flags.string({
      helpValue: 'SHARE',
      exclusive: ['remove'],
      description: 'bid for an action, as a share of the price; default 0.05',
    }),
    replace: Flags.boolean({
      exclusive: ['remove'],
      description: 'take imported or generated ads out, with their impressions and spend, and put derived ones there',
    }),
    remove: Flags.boolean({ description: 'take the derived ads out again, with their impressions and spend' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(AdsDerive)
    const [{ deriveAds, removeDerived }, { derivedText, removedText }, { openStore }] = await Promise.all([
      import('../../src/ads/derive.js'),
      import('../../src/ads/text.js'),
      import('../../src/store/open.js'),
    ])
    const share = flags.share === undefined ? undefined : Number(flags.share)
    if (Number.isNaN(share))
      throw new UserError(`--share is ${flags.share}, not a number.`, 'For example: --share 0.05')
    const store = openStore(this.folder(flags))
    try {
      if (flags.remove) {
        const removed = removeDerived(store)
        for (const line of removedText(removed, paperWidth(80))) this.say(line)
        return { removed }
      }
      const derived = deriveAds(store, { share, replace: flags.replace, progress: this.progress(flags) })
      for (const line of derivedText(derived, paperWidth(80))) this.say(line)
      this.log('Next: adseq ads list')
      return derived
    } finally {
      store.close()
    }
  }
}
