import { Args, Flags } from '@oclif/core'
import { existsSync } from 'node:fs'
import { AdseqCommand } from '../../src/cli/command.js'
import { interruptible } from '../../src/cli/interruptible.js'
import { loadConfig } from '../../src/config/load.js'
import { UserError } from '../../src/core/errors.js'
import type { Description } from '../../src/events/import/describe.js'
import { GENERIC, MAPPED } from '../../src/events/import/format.js'
import { allFormats, findFormat, FORMAT_NAMES } from '../../src/events/import/formats/index.js'
import type { ImportOptions, ImportResult } from '../../src/events/import/import.js'
import { pairs } from '../../src/events/import/pairs.js'
import { moment } from '../../src/events/import/timestamps.js'
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
  static override flags = {
    describe: Flags.boolean({ description: 'only say what is in the files; write nothing' }),
    map: Flags.string({
      multiple: true,
      description: 'csv, jsonl, parquet, ads, impressions: our column = theirs, e.g. user_id=visitor,item_id=product',
      helpValue: 'ours=theirs,...',
    }),
    'event-type': Flags.string({
      multiple: true,
      description: 'their event type = ours, or skip, e.g. buy=checkout,fav=skip (formats whose logs have types)',
      helpValue: 'theirs=ours,...',
    }),
    'default-type': Flags.string({
      description: 'csv, jsonl, parquet: type of all events of a file without an event_type column',
    }),
    header: Flags.boolean({
      allowNo: true,
      description: 'csv: the first line names the columns; with --no-header columns go by number from 1',
    }),
    'as-of': Flags.string({
      description: 'retailrocket: what was known by then goes into the catalog (default: where the evaluation begins)',
      helpValue: 'DATE',
    }),
    year: Flags.integer({ description: 'tmall: the year that its days are in (default 2014)', min: 1990, max: 2099 }),
    epoch: Flags.string({ description: 'completejourney: the date of day 1 (default 2016-01-01)', helpValue: 'DATE' }),
    'min-rating': Flags.string({
      description: 'movielens: ratings at or above it are checkouts, others views (default 4)',
    }),
    advertiser: Flags.string({
      description: 'which column is the advertiser, where a format has several',
      helpValue: 'COLUMN',
    }),
    without: Flags.string({
      multiple: true,
      description: 'csv, jsonl, parquet: columns not to read, e.g. price,title',
      helpValue: 'COLUMN,...',
    }),
    dates: Flags.option({
      options: ['day-first', 'month-first'] as const,
      description: 'csv, jsonl, parquet: whether 1/2/2019 is in January or February, where the file does not show it',
    })(),
    encoding: Flags.string({
      description: 'of texts that are not UTF-8, e.g. gbk, shift_jis (default: UTF-16 by its mark, else Windows-1252)',
    }),
    order: Flags.option({
      options: ['file'] as const,
      description: 'where times are days: events of a user on one day stay in the order of the file, a second apart',
    })(),
    since: Flags.string({ description: 'skip events before this moment', helpValue: 'DATE' }),
    until: Flags.string({ description: 'skip events from this moment on', helpValue: 'DATE' }),
    'allow-future': Flags.boolean({ description: "keep events later than this machine's clock" }),
    'max-rejects': Flags.string({ description: 'share of rows of a file that may be rejected (default 0.05)' }),
    set: Flags.string({ multiple: true, description: 'a setting of adseq.yaml', helpValue: 'section.key=value' }),
  }

  async run(): Promise<ImportResult | Description | FormatList> {
    const { argv, flags } = await this.parse(Import)
    const [format, ...files] = argv as string[]
    if (format === undefined) return this.list()
    const folder = this.folder(flags)
    const set = [
      ...(flags.set ?? []),
      ...(flags['max-rejects'] === undefined ? [] : [`import.csv.maxRejects=${flags['max-rejects']}`]),
    ]
    const {
      import: { csv },
      eval: evaluation,
    } = loadConfig(folder, { set })
    const minRating = flags['min-rating'] === undefined ? undefined : Number(flags['min-rating'])
    if (Number.isNaN(minRating))
      throw new UserError(`--min-rating is ${flags['min-rating']}, not a number.`, 'For example: --min-rating 4')
    const generic = GENERIC.includes(format)
    const mapped = (['map', 'default-type', 'header', 'without', 'dates'] as const).filter(
      (name) => flags[name] !== undefined && !(name === 'map' && MAPPED.includes(format)),
    )
    if (!generic && FORMAT_NAMES.includes(format) && mapped.length > 0)
      throw new UserError(
        `${mapped.map((name) => `--${name}`).join(' and ')} says nothing to ${format}, whose layout is known.`,
        MAPPED.includes(format) ? 'Leave it out.' : 'Leave it out, or read the file as csv, jsonl or parquet.',
      )
    const eventTypes = pairs(flags['event-type'], '--event-type')
    const options: ImportOptions = {
      mapping: !generic
        ? { columns: pairs(flags.map, '--map'), eventTypes, header: true }
        : {
            columns: { ...csv.columns, ...pairs(flags.map, '--map') },
            eventTypes: { ...csv.eventTypes, ...eventTypes },
            defaultType: flags['default-type'] ?? csv.defaultType,
            header: flags.header ?? csv.header,
            without: flags.without?.flatMap((names) => names.split(',')).map((name) => name.trim()),
            dates: flags.dates,
          },
      encoding: flags.encoding,
      order: flags.order,
      since: moment(flags.since, '--since'),
      until: moment(flags.until, '--until'),
      allowFuture: flags['allow-future'],
      asOf: moment(flags['as-of'], '--as-of'),
      year: flags.year,
      epoch: moment(flags.epoch, '--epoch'),
      minRating,
      advertiser: flags.advertiser,
      evaluation,
      maxRejects: csv.maxRejects,
      progress: this.progress(flags),
    }
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
