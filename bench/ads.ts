/**
 * npm run bench ads [-- --json] [--ads 1000000] [--own] [--runs 5]
 *
 * Makes a catalog and so many shopping ads of its items (a tenth as many campaigns; with --own a campaign each, which
 * is the most there can be), writes them into a store and reads them into memory as the funnel does (loadInventory).
 * Reading is done in a process of its own, so that its memory is not that of the writing. Prints seconds, least and
 * median over the runs, also of CPU time, which says more on a machine that does other work, and bytes of the arrays.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { loadInventory, type AdInventory } from '../src/ads/inventory.js'
import { silent } from '../src/core/progress.js'
import { Rng } from '../src/core/rng.js'
import { storeAd } from '../src/events/import/ad-store.js'
import { buildSnapshot } from '../src/features/snapshot-build.js'
import { openStore } from '../src/store/open.js'
import { count } from '../src/text/numbers.js'

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean' },
    ads: { type: 'string', default: '1000000' },
    own: { type: 'boolean', default: false },
    runs: { type: 'string', default: '5' },
    read: { type: 'string' },
  },
})

if (flags.read !== undefined) console.log(JSON.stringify(read(flags.read)))
else bench()

function bench(): void {
  const folder = mkdtempSync(join(tmpdir(), 'adseq-bench-'))
  try {
    const ads = Number(flags.ads)
    const wrote = write(folder, ads, flags.own ? ads : Math.max(1, ads / 10))
    const reads = Array.from({ length: Number(flags.runs) }, () => readApart(folder))
    const sorted = (of: (one: ReturnType<typeof read>) => number): number[] => reads.map(of).sort((a, b) => a - b)
    const middle = (values: number[]): number => values[values.length >> 1]
    const result = {
      ads,
      campaigns: reads[0].campaigns,
      databaseMB: Math.round(statSync(join(folder, 'adseq.db')).size / 1e6),
      writeSeconds: wrote.seconds,
      writeCpuSeconds: wrote.cpu,
      readSeconds: { least: sorted(({ seconds }) => seconds)[0], median: middle(sorted(({ seconds }) => seconds)) },
      readCpuSeconds: { least: sorted(({ cpu }) => cpu)[0], median: middle(sorted(({ cpu }) => cpu)) },
      arraysMB: Math.round(reads[0].bytes / 1e6),
      peakMB: Math.round(Math.max(...reads.map(({ peak }) => peak)) / 1e6),
    }
    if (flags.json) return console.log(JSON.stringify(result))
    console.log(
      `${count(ads)} ads of ${count(result.campaigns)} campaigns, ${result.databaseMB} MB of database\n` +
        `written:  ${wrote.seconds.toFixed(1)} s, ${wrote.cpu.toFixed(1)} s of CPU\n` +
        (`read:     ${result.readSeconds.least.toFixed(2)} s least, ${result.readSeconds.median.toFixed(2)} s ` +
          'median; of CPU ') +
        `${result.readCpuSeconds.least.toFixed(2)} s and ${result.readCpuSeconds.median.toFixed(2)} s\n` +
        `in memory: ${result.arraysMB} MB of arrays; at most ${result.peakMB} MB while they were read`,
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Cost {
  seconds: number
  cpu: number
}

function timed<T>(work: () => T): { cost: Cost; value: T } {
  const started = performance.now()
  const before = process.cpuUsage()
  const value = work()
  const { user, system } = process.cpuUsage(before)
  return { cost: { seconds: (performance.now() - started) / 1000, cpu: (user + system) / 1e6 }, value }
}

/** Items of 1,000 categories and 20,000 advertisers; every ad is of one item, every campaign of one advertiser. */
function write(folder: string, ads: number, campaigns: number): Cost {
  const store = openStore(folder, { create: true })
  const writer = store.writer()
  const rng = new Rng(1)
  const advertisers = Math.min(20_000, campaigns)
  for (let i = 0; i < ads; i++)
    writer.setItem(writer.item(`i${i}`), {
      advertiser: writer.advertiser(`a${i % advertisers}`),
      category: `${i % 10}/${i % 100}/${i % 1000}`,
      price: 1 + rng.int(500),
    })
  writer.commit()
  const { cost } = timed(() => {
    for (let i = 0; i < ads; i++) {
      const campaign = i % campaigns
      const refused = storeAd(
        writer,
        {
          ad: `ad${i}`,
          advertiser: '',
          item: `i${i}`,
          // those of one campaign have one advertiser, whose number goes round with them
          campaign: `c${campaign}-${i % advertisers}`,
          told: {
            bid: 1 + (campaign % 50),
            countries: campaign % 3 === 0 ? ['DE', 'FR'] : undefined,
            dailyBudget: 100,
          },
        },
        'imported',
      )
      if (refused !== undefined) throw new Error(refused)
    }
    writer.commit()
  })
  writer.finish()
  store.close()
  return cost
}

function readApart(folder: string): ReturnType<typeof read> {
  const run = join(import.meta.dirname, 'run.mjs')
  return JSON.parse(execFileSync(process.execPath, [run, 'ads', '--read', folder], { encoding: 'utf8' })) as ReturnType<
    typeof read
  >
}

function read(folder: string): Cost & { campaigns: number; bytes: number; peak: number } {
  const store = openStore(folder, { readonly: true })
  const catalog = buildSnapshot(store, silent)
  const { cost, value } = timed(() => loadInventory(store, catalog))
  store.close()
  return { ...cost, campaigns: value.campaigns, bytes: bytesOf(value), peak: process.resourceUsage().maxRSS * 1024 }
}

function bytesOf(inventory: AdInventory): number {
  const { ofItem, ofAdvertiser, ...rest } = inventory
  return [...Object.values(rest), ...Object.values(ofItem), ...Object.values(ofAdvertiser)].reduce<number>(
    (sum, value) => sum + (ArrayBuffer.isView(value) ? value.byteLength : 0),
    0,
  )
}
