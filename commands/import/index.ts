import { Args } from '@oclif/core'
import { existsSync } from 'node:fs'
import { AdseqCommand } from '../../src/cli/command.js'
import { importFlags, importOptions } from '../../src/cli/import-flags.js'
import { interruptible } from '../../src/cli/interruptible.js'
import { UserError } from '../../src/core/errors.js'
import type { Description } from '../../src/events/import/describe.js'
import { GENERIC } from '../../src/events/import/format.js'
import { allFormats, findFormat, FORMAT_NAMES } from '../../src/events/import/formats/index.js'
import type { ImportOptions, ImportResult } from '../../src/events/import/import.js'
import { wrap } from '../../src/text/width.js'
import { count, duration, plural } from '../../src/text/numbers.js'

const AGAIN = 'Run the same command again: it goes on where it stopped.'

interface FormatList {
  formats: { name: string; summary: string; files: string }[]
}

export default class Import extends AdseqCommand {
  static override summary = 'Import events, items, users and ads: logs or own files.'
  static override description = `adseq import alone lists the formats. Files may be plain, gzipped or in a zip archive as downloaded; which is which is told by their columns, not by their names. See docs/import.md for each format: what becomes an event, an advertiser, a category, and its traps.
A file that was imported before adds nothing; an import that was cut off goes on where it stopped. Bad rows are counted, and the first of each kind kept in rejects/.`
  static override examples = [
    '<%= config.bin %> import',
    '<%= config.bin %> import retailrocket events.csv item_properties_part1.csv item_properties_part2.csv ' +
      'category_tree.csv --describe',
    '<%= config.bin %> import csv sample-data/*.csv.gz',
    '<%= config.bin %> import csv clicks.csv --map user_id=visitor,item_id=product,timestamp=ts --event-type ' +
      'buy=checkout,pv=view',
    '<%= config.bin %> import parquet log.parquet --map user_id=uid --default-type checkout',
    '<%= config.bin %> import ads ads.csv --map bid=max_cpc',
  ]
  static override strict = false
  static override args = {
    format: Args.string({ description: 'name of the format' }),
    files: Args.string({ description: 'its files' }),
  }
  static override flags = importFlags

  async run(): Promise<ImportResult | Description | FormatList> {
    const { argv, flags } = await this.parse(Import)
    const [format, ...files] = argv as string[]
    if (format === undefined) return this.list()
    const folder = this.folder(flags)
    const options = importOptions(folder, format, flags, this.progress(flags))
    if (!FORMAT_NAMES.includes(format) && existsSync(format)) throw await this.nameIt([format, ...files], options)
    if (!FORMAT_NAMES.includes(format)) {
      if (/[./\\]/.test(format))
        throw new UserError(
          `There is no file ${format}, and no format of that name.`,
          `Formats: ${FORMAT_NAMES.join(', ')}.`,
        )
      await findFormat(format)
    }
    if (files.length === 0)
      throw new UserError(
        `adseq import ${format} needs files.`,
        (await allFormats()).find(({ name }) => name === format)?.files ?? `Formats: ${FORMAT_NAMES.join(', ')}.`,
      )
    // SQLite and what unpacks files are loaded when they are needed: --help loads every command
    if (flags.describe) {
      const { describeFiles, descriptionText } = await import('../../src/events/import/describe.js')
      const found = await interruptible(AGAIN, (signal) => describeFiles(format, files, { ...options, signal }))
      for (const line of descriptionText(found, process.stdout.columns)) this.log(line)
      return found
    }
    const { importFiles } = await import('../../src/events/import/import.js')
    const result = await interruptible(AGAIN, (signal) => importFiles(folder, format, files, { ...options, signal }))
    const { users, items, advertisers, events } = result.counts
    this.say(
      `${count(events)} events, ${count(users)} users, ${count(items)} items, ${count(advertisers)} advertisers ` +
        `in ${folder}`,
    )
    if (result.ads) {
      const { ads, campaigns, impressions } = result.ads
      this.log(`${plural(ads, 'ad')} of ${plural(campaigns, 'campaign')}, ${plural(impressions, 'impression')}`)
      const { derived = 0 } = result.ads.byOrigin
      if (derived > 0 && derived < ads)
        this.log(`${count(derived)} of them are derived from the catalog: adseq ads derive --remove takes them out.`)
    }
    if (result.eventsPerSecond) this.log(`${duration(result.seconds)}, ${count(result.eventsPerSecond)} events/s`)
    return result
  }

  private async list(): Promise<FormatList> {
    const formats = (await allFormats()).map(({ name, summary, files }) => ({ name, summary, files }))
    const indent = Math.max(...formats.map(({ name }) => name.length)) + 2
    const columns = process.stdout.columns ?? 80
    for (const { name, summary } of formats) {
      const [first, ...more] = wrap(summary, columns - indent)
      this.log(`${name.padEnd(indent)}${first}`)
      for (const line of more) this.log(`${' '.repeat(indent)}${line}`)
    }
    const last = 'adseq import FORMAT FILES... --describe says what is in the files before anything is written.'
    for (const line of ['', ...wrap(last, columns)]) this.log(line)
    return { formats }
  }

  /** Files without a format: which one it would be. */
  private async nameIt(files: string[], options: ImportOptions): Promise<UserError> {
    const { guessFormats } = await import('../../src/events/import/plan.js')
    const names = new Set<string>()
    for (const file of files) for (const name of await guessFormats(file, options)) names.add(name)
    const [likely = 'csv', ...others] = names
    const describe = GENERIC.includes(likely) ? ' --describe' : ''
    return new UserError(
      `${files[0]} is a file, not the name of a format.`,
      `It looks like ${[likely, ...others].join(' or ')}: adseq import ${likely} ${files.join(' ')}${describe}`,
    )
  }
}
