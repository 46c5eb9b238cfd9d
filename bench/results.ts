/**
 * npm run bench results -- --data DIR [--keep DIR] [--out docs/results.md] [--only completejourney,online-retail,world]
 *
 * Writes docs/results.md: every model, baseline, control and hybrid on public data sets and on the synthetic world,
 * with intervals. DIR holds a folder for each data set in the tidy layout (events.csv.gz, items.csv.gz). Everything is
 * done by adseq's own commands, which the page lists. --keep leaves workspaces and reports; a report that lies there is
 * not made again.
 */
import { execa } from 'execa'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { writeFileAtomic } from '../src/core/atomic.js'
import { reportText } from '../src/evaluate/report-text.js'
import type { Report } from '../src/evaluate/report.js'
import { duration } from '../src/text/numbers.js'

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string' },
    keep: { type: 'string' },
    out: { type: 'string', default: 'docs/results.md' },
    only: { type: 'string', default: 'completejourney,online-retail,world' },
  },
})

interface Study {
  title: string
  about: string
  /** settings of adseq.yaml that differ from the template small */
  settings: string[]
  /** user towers of the item model, the one judged last */
  towers: string[]
  advertisers: boolean
}

const STUDIES: Record<string, Study> = {
  completejourney: {
    title: 'The Complete Journey: a year of groceries',
    about: 'Dunnhumby / 84.51, 1.46 M checkouts of 2,469 households, 68,260 products of 5,288 manufacturers.',
    settings: ['model.length=64', 'train.steps=500', 'train.validateEvery=100', 'train.uniformNegatives=512'],
    towers: ['mean', 'transformer'],
    advertisers: true,
  },
  'online-retail': {
    title: 'Online Retail II: two years of a gift shop',
    about:
      'UCI Machine Learning Repository (Chen, 2012), 788 k checkouts of 5,852 customers, 4,791 products, no ' +
      'advertisers.',
    settings: ['model.length=64', 'train.steps=800', 'train.validateEvery=100', 'train.uniformNegatives=512'],
    towers: ['mean', 'transformer'],
    advertisers: false,
  },
  world: {
    title: 'The synthetic world, where order carries signal',
    about:
      'adseq generate-data --preset tutorial: 6,000 users with the full funnel; the oracle knows what each of ' +
      'them is about to do.',
    settings: ['model.length=64', 'train.steps=800', 'train.validateEvery=100', 'train.uniformNegatives=512'],
    towers: ['mean', 'decayed-mean', 'transformer'],
    advertisers: false,
  },
}

const only = flags.only.split(',')
for (const name of only)
  if (!(name in STUDIES)) throw new Error(`There is no study "${name}": ${Object.keys(STUDIES).join(', ')}`)
if (flags.data === undefined && only.some((name) => name !== 'world'))
  throw new Error('--data DIR says where the data sets are')
const folder = flags.keep ?? mkdtempSync(join(tmpdir(), 'adseq-results-'))
const parts: string[] = []
try {
  for (const name of only) parts.push(await study(name))
} finally {
  if (flags.keep === undefined) rmSync(folder, { recursive: true, force: true })
}
writeFileAtomic(
  flags.out,
  `# Results

Written by \`npm run bench results\`, on ${cpus().length} cores (${cpus()[0].model.trim()}), Node ${process.version}. One global temporal split, the whole catalog ranked; weights of control and hybrid, and the number of training steps, come from the window before the cutoff. Intervals are 95 % of a bootstrap over users. How to read the tables: [evaluation.md](evaluation.md).

${parts.join('\n')}`,
)
console.log(`Wrote ${flags.out}`)

async function study(name: string): Promise<string> {
  const { title, about, settings, towers, advertisers } = STUDIES[name]
  const workspace = join(folder, name)
  const lines: string[] = []
  const run = async (...args: string[]): Promise<string> => {
    lines.push(
      'adseq ' +
        `${args.map((arg) => (arg.includes(flags.data ?? '\0') ? arg.slice(arg.lastIndexOf('/') + 1) : arg)).join(' ')}`,
    )
    console.log(`${name}: ${lines[lines.length - 1]}`)
    return (await execa('node', ['bin/run.js', ...args, '--workspace', workspace], { stderr: 'inherit' })).stdout
  }
  const reports: Record<string, Report> = {}
  const seconds: Record<string, number> = {}
  const judge = async (kind: 'item' | 'advertiser', flagsOfEval: string[]): Promise<void> => {
    reports[kind] = JSON.parse(await run('eval', kind, ...flagsOfEval, '--json')) as Report
  }
  const kept = join(folder, `${name}.json`)
  if (!existsSync(kept)) {
    rmSync(workspace, { recursive: true, force: true })
    mkdirSync(workspace, { recursive: true })
    await run('init', '--template', 'small')
    if (name === 'world') await run('generate-data', '--preset', 'tutorial')
    else
      await run(
        'import',
        'csv',
        ...readdirSync(join(flags.data!, name))
          .filter((file) => file.endsWith('.csv.gz'))
          .map((file) => join(flags.data!, name, file)),
      )
    const train = async (kind: string, ...more: string[]): Promise<number> => {
      const set = [...settings, ...more].flatMap((one) => ['--set', one])
      return (JSON.parse(await run('train', kind, ...set, '--json')) as { seconds: number }).seconds
    }
    for (const tower of towers) seconds[`item, ${tower}`] = await train('item', `model.userTower=${tower}`)
    if (advertisers) seconds.advertiser = await train('advertiser')
    await judge('item', ['--runs', 'all', '--baselines', 'ease,nearest-users'])
    if (advertisers) await judge('advertiser', [])
    writeFileAtomic(kept, JSON.stringify({ lines, seconds, reports }))
  }
  const found = JSON.parse(readFileSync(kept, 'utf8')) as {
    lines: string[]
    seconds: Record<string, number>
    reports: Record<string, Report>
  }
  const trained = Object.entries(found.seconds)
    .map(([what, s]) => `${what} ${duration(s)}`)
    .join(', ')
  const tables = Object.entries(found.reports).map(
    ([kind, report]) =>
      `### ${kind === 'item' ? 'Item model' : 'Advertiser model'}\n\n\`\`\`\n${reportText(report).trim()}\n\`\`\`\n`,
  )
  return (
    `## ${title}\n\n${about}\n\n${found.lines.map((line) => `    ${line}`).join('\n')}\n\nTraining took: ` +
    `${trained}.\n\n${tables.join('\n')}`
  )
}
