/**
 * npm run bench world-checks [-- --json] [--users 6000] [--steps 800] [--refit] [--seed 1] [--only default,bag,noise]
 * [--keep DIR]
 *
 * Does the synthetic world do to models what its knobs promise? Worlds are made, models trained and judged by adseq's
 * own commands; each claim gets a verdict from the paired intervals of adseq eval --json. About a minute and a half of
 * two cores a model at tutorial size. --steps and --users make it shorter; models are then further from converged.
 * --keep leaves workspaces and reports in a folder; a world whose report lies there is not made again.
 */
import { execa } from 'execa'
import { existsSync, mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Report, ReportRow } from '../src/evaluate/report.js'
import { share, signed } from '../src/text/numbers.js'

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean' },
    users: { type: 'string', default: '6000' },
    steps: { type: 'string', default: '800' },
    refit: { type: 'boolean' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: 'default,bag,noise' },
    keep: { type: 'string' },
  },
})
const WORLDS: Record<string, { set: string[]; towers: string[] }> = {
  default: { set: [], towers: ['mean', 'decayed-mean', 'transformer'] },
  // nothing but taste: no trail, no cycle, no pairs, no change over time
  bag: {
    set: ['orderDependence=0', 'drift=0', 'seasonality=0', 'complements=0', 'replenishment=0'],
    towers: ['mean', 'transformer'],
  },
  noise: { set: ['noise=1'], towers: ['transformer'] },
}
const folder = flags.keep ?? mkdtempSync(join(tmpdir(), 'adseq-world-checks-'))
const say = (line: string): void => (flags.json ? void process.stderr.write(`${line}\n`) : console.log(line))

const leadText = (other: ReportRow, k: string): string => {
  const { gain, low, high } = lead(other, k)
  return `R@${k} ${signed(gain)} (${signed(low)} to ${signed(high)})`
}

interface Verdict {
  world: string
  claim: string
  holds: boolean
  figures: string
}
const verdicts: Verdict[] = []
try {
  for (const name of flags.only.split(',')) {
    const report = await judged(name)
    say(tableOf(name, report))
    if (name === 'default')
      verdicts.push(wins(name, report, 'mean pooling'), wins(name, report, 'decayed mean pooling'))
    if (name === 'bag')
      verdicts.push(
        doesNotBeat(name, report, ['mean pooling'], 'the transformer does not beat mean pooling by more than noise'),
      )
    if (name === 'noise')
      verdicts.push(
        doesNotBeat(
          name,
          report,
          ['popularity, 30 days', 'popularity, all time'],
          'the transformer does not beat popularity by more than noise',
        ),
      )
    verdicts.push(belowOracle(name, report))
  }
} finally {
  if (flags.keep === undefined) rmSync(folder, { recursive: true, force: true })
}
if (flags.json)
  console.log(
    JSON.stringify({
      users: Number(flags.users),
      steps: Number(flags.steps),
      refit: flags.refit ?? false,
      seed: Number(flags.seed),
      verdicts,
    }),
  )
else
  for (const { world, claim, holds, figures } of verdicts)
    say(`${holds ? 'holds ' : 'FAILS '} ${world}: ${claim}: ${figures}`)
if (verdicts.some(({ holds }) => !holds)) process.exitCode = 1

/** Makes a world, trains its towers (the transformer last, so that it is the one judged) and evaluates all. */
async function judged(name: string): Promise<Report> {
  const { set, towers } = WORLDS[name]
  const workspace = join(folder, name)
  const kept = join(folder, `${name}.json`)
  if (existsSync(kept)) return JSON.parse(readFileSync(kept, 'utf8')) as Report
  mkdirSync(workspace, { recursive: true })
  await adseq(workspace, 'init', '--template', 'tutorial')
  await adseq(
    workspace,
    'generate-data',
    '--seed',
    flags.seed,
    ...[`users=${flags.users}`, ...set].flatMap((knob) => ['--set', knob]),
  )
  for (const tower of towers) {
    const settings = [`model.userTower=${tower}`, `train.steps=${flags.steps}`, `train.refit=${flags.refit ?? false}`]
    const started = performance.now()
    await adseq(workspace, 'train', 'item', ...settings.flatMap((one) => ['--set', one]))
    say(`${name}: ${tower} trained in ${((performance.now() - started) / 1000).toFixed(0)} s`)
  }
  const report = await adseq(workspace, 'eval', 'item', '--runs', 'all')
  writeFileSync(kept, report)
  return JSON.parse(report) as Report
}

async function adseq(workspace: string, ...args: string[]): Promise<string> {
  const { stdout } = await execa(process.execPath, [
    join(import.meta.dirname, '..', 'bin', 'run.js'),
    ...args,
    '--json',
    '--quiet',
    '--workspace',
    workspace,
  ])
  return stdout
}

function itemRows(report: Report): ReportRow[] {
  return report.rows.filter(({ level }) => level === 'item')
}

function row(report: Report, name: string): ReportRow {
  const found = itemRows(report).find((one) => one.name === name)
  if (!found) throw new Error(`the report has no row ${name}`)
  return found
}

/**
 * What the transformer finds more than a row, with the paired interval: the report holds the row minus the transformer.
 */
function lead(other: ReportRow, k: string): { gain: number; low: number; high: number } {
  const { recall, interval } = other.difference!
  return { gain: -recall[k], low: -interval[k][1], high: -interval[k][0] }
}

function wins(world: string, report: Report, name: string): Verdict {
  const other = row(report, name)
  return {
    world,
    claim: `the transformer beats ${name}`,
    holds: lead(other, '10').low > 0,
    figures: `${leadText(other, '10')}, ${leadText(other, '100')}`,
  }
}

/** The best of these at each K is not beaten: the interval of the lead reaches down to 0. */
function doesNotBeat(world: string, report: Report, names: string[], claim: string): Verdict {
  const best = (k: string): ReportRow =>
    names.map((name) => row(report, name)).reduce((a, b) => (b.recall[k] > a.recall[k] ? b : a))
  return {
    world,
    claim,
    holds: ['10', '100'].every((k) => lead(best(k), k).low <= 0),
    figures: ['10', '100'].map((k) => leadText(best(k), k)).join(', '),
  }
}

function belowOracle(world: string, report: Report): Verdict {
  const oracle = row(report, 'oracle')
  const others = itemRows(report).filter((one) => one !== oracle && one.kind !== 'ceiling')
  const above = others.flatMap((one) =>
    ['10', '100', '1000'].filter((k) => one.recall[k] > oracle.interval[k][1]).map((k) => `${one.name} at ${k}`),
  )
  const best = (k: string): string => others.reduce((a, b) => (b.recall[k] > a.recall[k] ? b : a)).name
  const figures = ['10', '100', '1000']
    .map((k) => `R@${k} ${share(oracle.recall[k])}, best other ${share(row(report, best(k)).recall[k])} (${best(k)})`)
    .join('; ')
  return {
    world,
    claim: 'no row beats the oracle',
    holds: above.length === 0,
    figures: above.length > 0 ? `${above.join(', ')}; ${figures}` : figures,
  }
}

function tableOf(name: string, report: Report): string {
  const lines = itemRows(report).map(
    (one) =>
      '  ' +
      (`${one.name.padEnd(40)}${share(one.recall['10']).padStart(6)}${share(one.recall['100']).padStart(7)}${share(one.recall['1000']).padStart(7)}${one.seconds.toFixed(1).padStart(7)} ` +
        '' +
        '' +
        '' +
        '' +
        '' +
        '' +
        '' +
        '' +
        '' +
        '' +
        '' +
        '') +
      's',
  )
  return [
    `${name}: ${itemRows(report)[0].users} users, ${Math.round(itemRows(report)[0].positives)} conversions; ` +
      'R@10, R@100, R@1000',
    ...lines,
  ].join('\n')
}
