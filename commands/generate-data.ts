import { Flags } from '@oclif/core'
import { resolve } from 'node:path'
import { AdseqCommand } from '../src/cli/command.js'
import { interruptible } from '../src/cli/interruptible.js'
import type { ExportOptions, ExportResult } from '../src/events/world/export.js'
import type { GenerateOptions, GenerateResult } from '../src/events/world/generate.js'
import { PRESETS, type PresetName } from '../src/events/world/presets.js'
import type { WorldCounts } from '../src/events/world/tally.js'
import { count } from '../src/text/numbers.js'

const EFFECTS = {
  orderDependence: '0 to 1; at 0 histories are bags of events, and a sequence model has nothing to gain over pooling',
  drift: 'changes of interest a user in 100 days; the higher, the less old events say',
  noise: '0 to 1; at 1 nothing can beat the popularity baseline',
  'conversionRate, checkoutRate, signupRate':
    'carts a view, checkouts a cart, signups a view; the lower, the sparser are conversions',
  popularitySkew:
    'Zipf exponent of the items of an advertiser; the higher, the stronger is the popularity baseline and the ' +
    'lower is coverage',
  advertiserConcentration: 'Zipf exponent of advertisers; the higher, the fewer own the results',
  onsiteShare: '0 to 1, the share of visits to the platform itself',
  domainShift: '0 to 1; at 0 onsite and offsite popularity agree, at 1 they are unrelated',
  seasonality: '0 to 1; the higher, the more recent popularity says over that of all time',
  complements:
    '0 to 1, how often an item in the cart leads to its complement; the higher, the more co-visitation finds',
  replenishment:
    '0 to 1, how often a consumable is bought again when it is used up; the higher, the stronger are own repeats',
  'users, items, advertisers, themes, days, start, sessionsPerUser': 'sizes',
}

export default class GenerateData extends AdseqCommand {
  static override summary = 'Make a synthetic world of users, items, events and ads.'
  static override description = [
    'Users have interests that drift and projects that walk through categories in an order; advertisers and ' +
      'items are unequally popular; events run through view, add_to_cart, checkout and signup offsite, and ' +
      'searches, views and clicks onsite. Some advertisers advertise, with campaigns whose bids follow what a ' +
      'conversion is worth to them. The world knows the truth: adseq eval prints beside a model what an ' +
      'oracle finds.',
    'The same preset, settings and seed give the same world. A killed run goes on with the same command.',
    'Settings and the effect each should have:',
    ...Object.entries(EFFECTS).map(([name, effect]) => `${name}: ${effect}`),
  ].join('\n\n')
  static override examples = [
    '<%= config.bin %> generate-data --preset tutorial',
    '<%= config.bin %> generate-data --preset tutorial --seed 7 --set orderDependence=0 --workspace bag-of-events',
    '<%= config.bin %> generate-data --preset small --to files --format parquet',
  ]

  static override flags = {
    preset: Flags.option({
      options: Object.keys(PRESETS) as PresetName[],
      default: 'tutorial' as const,
      description: 'size and behaviour to start from',
    })(),
    seed: Flags.integer({ default: 1, min: 0, description: 'another seed is another world of the same kind' }),
    set: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      default: [],
      helpValue: 'NAME=VALUE',
      description: 'change a setting of the preset; repeatable',
    }),
    to: Flags.string({
      helpValue: 'DIR',
      exclusive: ['append'],
      description: 'write files into this folder instead of the workspace: events, items, users, advertisers, ads',
    }),
    format: Flags.option({
      options: ['csv', 'parquet'] as const,
      dependsOn: ['to'],
      description: 'of the files; default csv',
    })(),
    append: Flags.boolean({ description: 'add the world to the data that the workspace already holds' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(GenerateData)
    const { setKnobs } = await import('../src/events/world/knobs.js')
    const knobs = setKnobs(PRESETS[flags.preset], flags.set)
    const options = { name: flags.preset, knobs, seed: flags.seed, progress: this.progress(flags) }
    return interruptible<GenerateResult | ExportResult>(
      'Run the same command again: it goes on where it stopped.',
      (signal) =>
        flags.to === undefined
          ? this.intoStore(this.folder(flags), { ...options, signal, append: flags.append })
          : this.intoFiles(resolve(flags.to), { ...options, signal, format: flags.format ?? 'csv' }),
    )
  }

  private async intoStore(folder: string, options: GenerateOptions): Promise<GenerateResult> {
    const [{ generateData }, { openStore }] = await Promise.all([
      import('../src/events/world/generate.js'),
      import('../src/store/open.js'),
    ])
    const store = openStore(folder, { create: true })
    try {
      const result = await generateData(store, options)
      const none = result.events === 0 ? 'Nothing happens in it' : 'Already there, nothing added'
      this.about(result, result.added === 0 ? none : `Added ${count(result.added)} events`)
      this.say('Next: adseq train item')
      return result
    } finally {
      store.close()
    }
  }

  private async intoFiles(folder: string, options: ExportOptions): Promise<ExportResult> {
    const { exportWorld } = await import('../src/events/world/export.js')
    const result = await exportWorld(folder, options)
    this.about(result, `Wrote ${result.files.join(', ')}`)
    this.say(`Next: adseq import ${options.format} ${result.files.join(' ')}`)
    return result
  }

  private about(result: Omit<WorldCounts, 'world' | 'seconds'>, done: string): void {
    this.say(
      `${done}: the ${result.name} world of seed ${result.seed} has ${count(result.users)} users, ` +
        `${count(result.items)} items of ${count(result.advertisers)} advertisers, ${count(result.ads)} ads of ` +
        `${count(result.campaigns)} campaigns and ${count(result.events)} events.`,
    )
    for (const [type, n] of Object.entries(result.byType).sort((a, b) => b[1] - a[1]))
      this.log(`  ${type.padEnd(14)}${count(n).padStart(10)}`)
  }
}
