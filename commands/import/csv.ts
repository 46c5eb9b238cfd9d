import { Args, Flags } from '@oclif/core'
import { AdseqCommand } from '../../src/cli/command.js'
import { pairs } from '../../src/events/import/pairs.js'
import { loadConfig } from '../../src/config/load.js'
import { count, duration } from '../../src/core/progress.js'
import { importCsv, type ImportResult } from '../../src/events/import/csv.js'

export default class ImportCsv extends AdseqCommand {
  static override summary = 'Import events, items and users from CSV files (also gzipped).'
  static override description = `Files are told apart by their headers: events have user_id, item_id, event_type, timestamp (and advertiser_id, domain where known); items item_id, advertiser_id, category, price, title; users user_id and any attributes. Other headers need a mapping, by --map and --event-type or in adseq.yaml under import: csv:.
A file that was imported before adds nothing; an import that was cut off goes on where it stopped.`
  static override examples = [
    '<%= config.bin %> import csv sample-data/*.csv.gz',
    '<%= config.bin %> import csv clicks.csv --map user_id=visitor,item_id=product,timestamp=ts --event-type buy=checkout,pv=view',
    '<%= config.bin %> import csv UserBehavior.csv --no-header --map user_id=1,item_id=2,category=3,event_type=4,timestamp=5 --event-type pv=view,cart=add_to_cart,buy=checkout,fav=skip',
  ]
  static override strict = false
  static override args = { files: Args.string({ description: 'CSV files', required: true }) }
  static override flags = {
    map: Flags.string({ multiple: true, description: 'our column = theirs, e.g. user_id=visitor,item_id=product', helpValue: 'ours=theirs,...' }),
    'event-type': Flags.string({ multiple: true, description: "their event type = ours, or skip, e.g. buy=checkout", helpValue: 'theirs=ours,...' }),
    'default-type': Flags.string({ description: 'type of all events of a file without an event_type column' }),
    header: Flags.boolean({ allowNo: true, description: 'the first line names the columns; with --no-header columns go by number from 1' }),
    'max-rejects': Flags.string({ description: 'share of rows of a file that may be rejected (default 0.05)' }),
    set: Flags.string({ multiple: true, description: 'a setting of adseq.yaml', helpValue: 'section.key=value' }),
  }

  async run(): Promise<ImportResult> {
    const { argv, flags } = await this.parse(ImportCsv)
    const folder = this.folder(flags)
    const set = [...(flags.set ?? []), ...(flags['max-rejects'] === undefined ? [] : [`import.csv.maxRejects=${flags['max-rejects']}`])]
    const config = loadConfig(folder, { set }).import.csv
    const stop = new AbortController()
    process.once('SIGINT', () => stop.abort())
    const result = await importCsv(folder, argv as string[], {
      columns: { ...config.columns, ...pairs(flags.map, '--map') },
      eventTypes: { ...config.eventTypes, ...pairs(flags['event-type'], '--event-type') },
      defaultType: flags['default-type'] ?? config.defaultType,
      header: flags.header ?? config.header,
      maxRejects: config.maxRejects,
      progress: this.progress(flags),
      signal: stop.signal,
    })
    const { users, items, advertisers, events } = result.counts
    this.log(`${count(events)} events, ${count(users)} users, ${count(items)} items, ${count(advertisers)} advertisers in ${folder}`)
    if (result.eventsPerSecond) this.log(`${duration(result.seconds)}, ${count(result.eventsPerSecond)} events/s`)
    return result
  }
}
