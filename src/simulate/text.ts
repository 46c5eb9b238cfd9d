import { count, duration, share } from '../text/numbers.js'
import { tableLines, type Column } from '../text/table.js'
import { PRESETS, type PresetName } from './arms.js'
import type { Experiment } from './experiment.js'
import { METRICS, type Compared } from './metrics.js'
import { STAGES } from './outcomes.js'
import type { SimulateOptions } from './setting.js'

const WIDTH = 80

/** A share as a signed percentage: +12.3 %. */
export function percent(x: number | null): string {
  if (x === null || !Number.isFinite(x)) return '-'
  const text = (100 * x).toFixed(1)
  return `${Number(text) > 0 ? '+' : ''}${Number(text) === 0 ? '0.0' : text} %`
}

const range = ([low, high]: readonly [number, number]): string =>
  `${percent(low).replace(' %', '')} to ${percent(high)}`

/** Three digits that count. */
const figure = (x: number): string => (Number.isFinite(x) ? (Math.abs(x) >= 100 ? count(x) : x.toPrecision(3)) : '-')

/** An experiment for people: the verdict first, then the figures, then how it was made. */
export function experimentText(made: Experiment, preset: PresetName, { days }: SimulateOptions): string {
  const { result, compared, users, funnelMs, converting } = made
  const { about, arms } = PRESETS[preset]
  const [control, treatment] = arms
  return [
    ...verdict(made),
    '',
    `${preset}: ${about}.`,
    `control: ${control.about}, ${count(users.control)} users. treatment: ${treatment.about}, ${count(users.treatment)} users.`,
    '',
    ...tableLines(COLUMNS, rowsOf(made), WIDTH),
    '',
    'lift: treatment against control. 95 %: interval of this metric alone, at the',
    'end. truth: everyone treated against nobody, lived with the same chance.',
    'found: after correction for all metrics (Holm).',
    ...looksText(made),
    ...designsText(made),
    ...survivalText(made),
    '',
    `${count(result.requests)} requests in ${duration(result.seconds)}; ${days} days; design: ${result.design}. The funnel took ` +
      `${funnelMs.map((ms) => ms.toFixed(1)).join(' and ')} ms a request.`,
    `Advertisers with a conversion: ${converting.map(count).join(' and ')}.`,
    ...(compared.some(({ lift }) => !Number.isFinite(lift))
      ? ['-: the control has none of it, so there is no lift.']
      : []),
  ].join('\n')
}

/** What was found, in words. */
function verdict({ compared, result }: Experiment): string[] {
  const [first] = compared
  const truth = result.metrics[0].truth
  const beside = truth === null ? '' : `; the truth is ${percent(truth)}`
  const guards = compared.filter(({ name, found }) => found && METRICS.find((m) => m.name === name)!.guard)
  const others = compared.slice(1).filter(({ name, found }) => found && !METRICS.find((m) => m.name === name)!.guard)
  const lines = [
    first.found
      ? `Conversions ${first.lift > 0 ? 'rise' : 'fall'} by ${percent(Math.abs(first.lift)).replace('+', '')} (95 %: ${range(first.interval)})${beside}.`
      : `No change of conversions was found: ${percent(first.lift)} (95 %: ${range(first.interval)})${beside}.`,
  ]
  const told = (one: Compared): string => `${one.name} ${percent(one.lift)}`
  if (others.length > 0) lines.push(`Also found: ${others.map(told).join(', ')}.`)
  lines.push(guards.length > 0 ? `Guard rails that moved: ${guards.map(told).join(', ')}.` : 'No guard rail moved.')
  return lines
}

interface Row extends Compared {
  truth: number | null
}

const rowsOf = ({ compared, result }: Experiment): Row[] =>
  compared.map((one, m) => ({ ...one, truth: result.metrics[m].truth }))

const COLUMNS: Column<Row>[] = [
  { head: 'metric', value: ({ name }) => name },
  { head: 'control', align: 'right', value: ({ control }) => figure(control) },
  { head: 'treatment', align: 'right', value: ({ treatment }) => figure(treatment) },
  { head: 'lift', align: 'right', value: ({ lift }) => percent(lift) },
  { head: '95 %', align: 'right', value: ({ lift, interval }) => (Number.isFinite(lift) ? range(interval) : '-') },
  { head: 'truth', align: 'right', value: ({ truth }) => percent(truth) },
  { head: '', value: ({ found }) => (found ? 'found' : '') },
]

/** When looking every day would have shown something, by an interval that holds at all looks at once. */
function looksText({ looks }: Experiment): string[] {
  if (looks.length === 0) return []
  const first = looks.find(({ interval: [low, high] }) => low > 0 || high < 0)
  const last = looks.at(-1)!
  const at = `on day ${last.day} it is ${percent(last.lift)} (${range(last.interval)})`
  return [
    '',
    first
      ? `Looking every day, with an interval that holds at all looks: conversions differ from day ${first.day} on; ${at}.`
      : `Looking every day, with an interval that holds at all looks: never a difference; ${at}.`,
  ]
}

function designsText({ result: { designs = [] } }: Experiment): string[] {
  if (designs.length === 0) return []
  const columns: Column<(typeof designs)[number]>[] = [
    { head: 'design', value: ({ design }) => design },
    { head: 'lift', align: 'right', value: ({ lift }) => percent(lift) },
    { head: '95 %', align: 'right', value: ({ interval }) => range(interval) },
    { head: 'truth', align: 'right', value: ({ truth }) => percent(truth) },
    { head: 'bias', align: 'right', value: ({ lift, truth }) => percent(lift - truth) },
    {
      head: 'truth inside',
      value: ({ interval: [low, high], truth }) => (low <= truth && truth <= high ? 'yes' : 'no'),
    },
  ]
  return ['', 'What arms share, in conversions:', ...tableLines(columns, designs, WIDTH)]
}

function survivalText({ result: { survival } }: Experiment): string[] {
  const names = [...new Set(survival.map(({ arm, generator }) => `${arm} ${generator}`))]
  const rows = names.map((name) => survival.filter(({ arm, generator }) => `${arm} ${generator}` === name))
  const found = rows.filter(([first]) => first.share > 0)
  const columns: Column<(typeof rows)[number]>[] = [
    { head: 'arm', value: ([{ arm }]) => arm },
    { head: 'generator', value: ([{ generator }]) => generator },
    ...STAGES.slice(1).map((stage, s): Column<(typeof rows)[number]> => ({
      head: stage,
      align: 'right',
      value: (row) => share(row[s + 1].share),
    })),
  ]
  return ['', 'Of the ads that a generator found, the share that is left:', ...tableLines(columns, found, WIDTH)]
}
