import { Flags } from '@oclif/core'
import { AdseqCommand } from '../src/cli/command.js'
import { setFlag } from '../src/cli/engine-flags.js'
import { paperWidth } from '../src/cli/inspect-flags.js'
import { loadConfig } from '../src/config/load.js'
import { UserError } from '../src/core/errors.js'

/** A number as people write large ones: 1e9, 500000000, 0.1. */
const amount = Flags.custom<number>({
  parse: async (text) => {
    const value = Number(text)
    if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value
    throw new UserError(`${text} is no number above 0.`, 'Write numbers as 1e9, 500000000 or 0.1.')
  },
})

const share = Flags.custom<number>({
  parse: async (text) => {
    const value = Number(text)
    if (text.trim() !== '' && value > 0 && value <= 1) return value
    throw new UserError(`${text} is no share above 0 and up to 1.`, 'Write shares as 0.1.')
  },
})

export default class Plan extends AdseqCommand {
  static override summary = 'Say what a system of a given size takes, and costs.'
  static override description = `By formulas whose sources docs/scale.md names, from what one core of this machine takes (measured on the spot, in some
seconds, for the model of adseq.yaml) and from prices and proportions that flags change. Each part comes in the ways
it can be done; the table ends with how far one machine goes.`
  static override examples = [
    '<%= config.bin %> plan --items 1e9 --users 5e8 --requests-per-day 1e9',
    '<%= config.bin %> plan --items 1e6 --users 1e6 --latency 20 --json',
  ]

  static override flags = {
    items: amount({ required: true, helpValue: 'N', description: 'items of the catalog' }),
    users: amount({ required: true, helpValue: 'N', description: 'users' }),
    'requests-per-day': amount({ helpValue: 'N', description: 'ad requests; default: one a user' }),
    latency: amount({ default: 50, helpValue: 'MS', description: 'within which 99 of 100 searches answer' }),
    advertisers: amount({ helpValue: 'N', description: 'default: an item of a thousand' }),
    events: amount({ default: 500, helpValue: 'N', description: 'events kept of a user' }),
    active: share({ default: 0.1, helpValue: 'SHARE', description: 'of users with new events a day' }),
    peak: amount({ default: 3, helpValue: 'X', description: 'requests of the busiest second over those of the mean' }),
    copies: amount({ default: 2, helpValue: 'N', description: 'of what serves, so that one may fail' }),
    'batch-hours': amount({ default: 4, helpValue: 'H', description: 'a night for batches' }),
    'machine-cores': amount({ default: 32, helpValue: 'N', helpGroup: 'PRICES' }),
    'machine-memory': amount({ default: 256, helpValue: 'GB', helpGroup: 'PRICES' }),
    'machine-price': amount({ default: 2.1, helpValue: 'USD', description: 'an hour', helpGroup: 'PRICES' }),
    'disk-price': amount({ default: 0.08, helpValue: 'USD', description: 'a GB a month', helpGroup: 'PRICES' }),
    'code-bytes': amount({ default: 16, helpValue: 'N', description: 'of an entry in product quantization' }),
    probes: amount({ default: 64, helpValue: 'N', description: 'cells of an inverted file that a search looks into' }),
    set: setFlag,
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Plan)
    const config = loadConfig(this.folder(flags), { set: flags.set })
    const [{ measureRates }, { plan }, { planText }] = await Promise.all([
      import('../src/scale/measure.js'),
      import('../src/scale/plan.js'),
      import('../src/scale/plan-text.js'),
    ])
    const progress = this.progress(flags)
    progress.start('measure this machine')
    const rates = await measureRates(config)
    progress.finish()
    const size = {
      items: flags.items,
      users: flags.users,
      advertisers: flags.advertisers ?? Math.max(1, flags.items / 1000),
      requestsPerDay: flags['requests-per-day'] ?? flags.users,
      eventsPerUser: flags.events,
      activeShare: flags.active,
    }
    const assumptions = {
      latency: flags.latency,
      peak: flags.peak,
      copies: Math.ceil(flags.copies),
      batchHours: flags['batch-hours'],
      machineCores: flags['machine-cores'],
      machineMemoryGB: flags['machine-memory'],
      machinePrice: flags['machine-price'],
      diskPrice: flags['disk-price'],
      candidates: config.infer.candidates,
      codeBytes: Math.ceil(flags['code-bytes']),
      probes: flags.probes,
    }
    const { outputWidth: width, vectorWidth } = config.model
    const model = { width, vectorWidth, connectivity: config.index.connectivity, steps: config.train.steps }
    const made = plan(size, model, assumptions, rates)
    for (const line of planText(made, paperWidth(80))) this.log(line)
    return { ...made, size, assumptions, model, rates }
  }
}
