/**
 * npm run bench import [-- --json] [--runs 5] [--format NAME|all] [--rows N] [FILES...]
 *
 * `adseq import` of files (default: sample-data, as csv) into a fresh workspace, everything counted: reading, hashing,
 * unzipping, parsing, checking, writing, the index. With --rows or --format a made-up file of N events (default
 * 500,000) in the layout of that format is imported instead; `all` takes every format in turn, csv first and last. Many
 * rows show whether memory stays flat. Prints rows a second, least and median over the runs, and rows a second of CPU
 * time, which says more on a machine that does other work.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { DEFAULTS } from '../src/config/defaults.js'
import { silent } from '../src/core/progress.js'
import { importFiles } from '../src/events/import/import.js'
import { MADE_FORMATS, madeLog } from './made-logs.js'
import { count } from '../src/text/numbers.js'

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean' },
    runs: { type: 'string', default: '5' },
    format: { type: 'string' },
    rows: { type: 'string' },
    make: { type: 'string' },
  },
})
if (flags.make !== undefined) {
  console.log(JSON.stringify(await madeLog(flags.make, flags.format!, Number(flags.rows))))
  process.exit()
}
const folder = mkdtempSync(join(tmpdir(), 'adseq-bench-'))
try {
  const results = []
  const formats = flags.format === 'all' ? [...MADE_FORMATS, 'csv'] : [flags.format ?? 'csv']
  for (const format of formats) {
    const made = positionals.length === 0 && (flags.rows !== undefined || flags.format !== undefined)
    const data = join(folder, `data-${results.length}`)
    mkdirSync(data)
    results.push(
      await measure(
        format,
        made ? makeApart(data, format, flags.rows ?? '500000') : positionals.length > 0 ? positionals : sampleData(),
      ),
    )
    rmSync(data, { recursive: true })
  }
  if (flags.json) console.log(JSON.stringify(results.length === 1 ? results[0] : results))
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function measure(format: string, files: string[]) {
  const rates: number[] = []
  const cpuRates: number[] = []
  let events = 0
  let rows = 0
  let peak = 0
  for (let run = 0; run < Number(flags.runs); run++) {
    const workspace = join(folder, `run-${run}`)
    const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 50)
    const cpu = process.cpuUsage()
    const result = await importFiles(workspace, format, files, {
      mapping: { columns: {}, eventTypes: {}, header: true },
      evaluation: DEFAULTS.eval,
      maxRejects: 0.05,
      progress: silent,
    })
    const { user, system } = process.cpuUsage(cpu)
    clearInterval(watch)
    rmSync(workspace, { recursive: true })
    events = result.counts.events
    rows = result.files.reduce((sum, file) => sum + file.rows + file.skipped + file.rejected, 0)
    rates.push(rows / result.seconds)
    cpuRates.push((rows / (user + system)) * 1e6)
  }
  cpuRates.sort((a, b) => a - b)
  rates.sort((a, b) => a - b)
  const median = rates[rates.length >> 1]
  const result = {
    format,
    rows,
    events,
    runs: rates.length,
    minRowsPerSecond: Math.round(rates[0]),
    medianRowsPerSecond: Math.round(median),
    medianRowsPerCpuSecond: Math.round(cpuRates[cpuRates.length >> 1]),
    minEventsPerSecond: Math.round((rates[0] * events) / rows),
    medianEventsPerSecond: Math.round((median * events) / rows),
    peakMemoryMB: Math.round(peak / 1e6),
  }
  if (!flags.json)
    console.log(
      `${format.padEnd(16)} ${count(rows)} rows, ${count(events)} events: least ` +
        `${count(result.minRowsPerSecond)}, median ${count(result.medianRowsPerSecond)} rows/s, ` +
        `${count(result.medianRowsPerCpuSecond)} a second of CPU; ${result.peakMemoryMB} MB of memory at most`,
    )
  return result
}

/** Files are made by another process, so that its memory is not counted. */
function makeApart(folder: string, format: string, rows: string): string[] {
  return JSON.parse(
    execFileSync(
      process.execPath,
      [join(import.meta.dirname, 'run.mjs'), 'import', '--make', folder, '--format', format, '--rows', rows],
      { encoding: 'utf8' },
    ),
  ) as string[]
}

function sampleData(): string[] {
  const data = join(import.meta.dirname, '..', 'sample-data')
  return readdirSync(data)
    .filter((name) => name.endsWith('.csv.gz'))
    .map((name) => join(data, name))
}
