import { Flags, type Interfaces } from '@oclif/core'
import { loadConfig } from '../config/load.js'
import { UserError } from '../core/errors.js'
import type { Progress } from '../core/progress.js'
import { GENERIC, MAPPED } from '../events/import/format.js'
import { FORMAT_NAMES } from '../events/import/formats/index.js'
import type { ImportOptions } from '../events/import/import.js'
import { pairs } from '../events/import/pairs.js'
import { moment } from '../events/import/timestamps.js'

/** What `adseq import` can be told of files, and a line of refresh.imports alike. */
export const importFlags = {
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

/**
 * How files of a format are imported into a workspace, by its adseq.yaml and flags.
 * @throws UserError for what says nothing to the format, or cannot be read
 */
export function importOptions(
  folder: string,
  format: string,
  flags: Partial<Interfaces.InferredFlags<typeof importFlags>>,
  progress: Progress,
): ImportOptions {
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
  const [since, until] = [moment(flags.since, '--since'), moment(flags.until, '--until')]
  if (since !== undefined && until !== undefined && since >= until)
    throw new UserError(
      `--since ${flags.since} is not before --until ${flags.until}: no event lies between them.`,
      'Events from --since on and before --until are read.',
    )
  return {
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
    since,
    until,
    allowFuture: flags['allow-future'],
    asOf: moment(flags['as-of'], '--as-of'),
    year: flags.year,
    epoch: moment(flags.epoch, '--epoch'),
    minRating,
    advertiser: flags.advertiser,
    evaluation,
    maxRejects: csv.maxRejects,
    progress,
  }
}

/** Words of a line as a shell reads them: blanks within quotes are kept. */
export const wordsOf = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, double, single, plain]) => double ?? single ?? plain)
