/**
 * npm run bench import [-- --json] [--runs 5] [--rows N] [FILES...]
 *
 * `adseq import csv` of files (default: sample-data) into a fresh workspace, everything counted: reading, hashing,
 * unzipping, parsing, checking, writing, the index. --rows N imports a made-up file of N events instead, which shows
 * whether memory stays flat. Prints events a second, least and median over the runs.
 */
import { createWriteStream, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { count, silent } from '../src/core/progress.js'
import { Rng } from '../src/core/rng.js'
import { importCsv } from '../src/events/import/csv.js'

const { values: flags, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' }, runs: { type: 'string', default: '5' }, rows: { type: 'string' } } })
const folder = mkdtempSync(join(tmpdir(), 'adseq-bench-'))
try {
  const files = positionals.length > 0 ? positionals : flags.rows ? [await madeUpEvents(Number(flags.rows))] : sampleData()
  const rates: number[] = []
  let events = 0
  let peak = 0
  for (let run = 0; run < Number(flags.runs); run++) {
    const workspace = join(folder, `run-${run}`)
    const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 50)
    const result = await importCsv(workspace, files, { progress: silent })
    clearInterval(watch)
    rmSync(workspace, { recursive: true })
    events = result.counts.events
    rates.push(result.eventsPerSecond ?? 0)
    if (!flags.json) console.log(`run ${run + 1}: ${count(events)} events in ${result.seconds.toFixed(2)} s, ${count(rates[run])} events/s`)
  }
  rates.sort((a, b) => a - b)
  const result = { events, runs: rates.length, minEventsPerSecond: Math.round(rates[0]), medianEventsPerSecond: Math.round(rates[rates.length >> 1]), peakMemoryMB: Math.round(peak / 1e6) }
  console.log(flags.json ? JSON.stringify(result) : `least ${count(result.minEventsPerSecond)}, median ${count(result.medianEventsPerSecond)} events/s; ${result.peakMemoryMB} MB of memory at most`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function sampleData(): string[] {
  const data = join(import.meta.dirname, '..', 'sample-data')
  return readdirSync(data).filter((name) => name.endsWith('.csv.gz')).map((name) => join(data, name))
}

/** A plain CSV file of events with long ids, skewed over users and items. */
async function madeUpEvents(rows: number): Promise<string> {
  const path = join(folder, 'events.csv')
  const out = createWriteStream(path)
  const rng = new Rng(1)
  const types = ['view', 'add_to_cart', 'checkout']
  out.write('user_id,item_id,event_type,timestamp\n')
  for (let row = 0; row < rows; ) {
    let text = ''
    for (let i = 0; i < 10_000 && row < rows; i++, row++) text += `user-0000-${Math.floor(50_000 * rng.uniform() ** 2)},item-0000-${Math.floor(100_000 * rng.uniform() ** 3)},${types[rng.int(3)]},${1_500_000_000 + row}\n`
    if (!out.write(text)) await new Promise<void>((resolve) => out.once('drain', () => resolve()))
  }
  out.end()
  await finished(out)
  return path
}
