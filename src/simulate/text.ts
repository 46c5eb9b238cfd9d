import { wrap } from '../core/wrap.js'
import { percent, range } from '../text/lifts.js'
import { count, duration, share } from '../text/numbers.js'
import { tableLines, type Column } from '../text/table.js'
import { PRESETS, type PresetName } from './arms.js'
import type { DesignResult, Experiment } from './experiment.js'
import { METRICS, type Compared } from './metrics.js'
import { CLIP, type OffPolicyResult, type OffPolicyStudy } from './off-policy-study.js'
import { LIFTS, type Plan, type PlannedMetric } from './plan.js'
import type { SimulateOptions } from './setting.js'

/** Columns that tables and sentences keep to. */
const WIDTH = 80

/** Three digits that count. */
export const figure = (x: number): string =>
  Number.isFinite(x) ? (Math.abs(x) >= 100 ? count(x) : x.toPrecision(3)) : '-'

const said = (text: string): string => wrap(text, WIDTH)

/** An experiment for people: the verdict first, then the figures, then how it was made. */
export function experimentText(made: Experiment, preset: PresetName, { days }: SimulateOptions): string {
  const { result, users, funnelMs, converting } = made
  const { about, arms } = PRESETS[preset]
  const [control, treatment] = arms
  return [
    ...verdict(made).map(said),
    '',
    said(`${preset}: ${about}.`),
    said(`control: ${control.about}, ${count(users.control)} users who asked for ads in ${days} days.`),
    said(`treatment: ${treatment.about}, ${count(users.treatment)} users.`),
    '',
    ...tableLines(COLUMNS, rowsOf(made), WIDTH),
    '',
    said(
      'lift: treatment against control. 95 %: interval of this metric alone, at the end. truth: everyone treated ' +
        'against nobody, lived with the same chance. *: found, after correction for all metrics (Holm).',
    ),
    ...looksText(made),
    ...designsText(made),
    ...survivalText(made),
    '',
    said(
      `${count(result.requests)} requests of all worlds in ${duration(result.seconds)}; design: ` +
        `${result.design}. ${budgetsText(made)} The funnel took ${funnelMs.map((ms) => ms.toFixed(1)).join(' (control) and ')} ms ` +
        `(treatment) a request. Advertisers with a conversion: ${converting.map(count).join(' and ')}.`,
    ),
  ].join('\n')
}

/** What an experiment would find, for people. */
export function planText({ preset, days, users, alpha, power, metrics, requests, seconds }: Plan): string {
  const columns: Column<PlannedMetric>[] = [
    { head: 'metric', value: ({ name }) => name },
    { head: 'mean', align: 'right', value: ({ mean }) => figure(mean) },
    { head: 'deviation', align: 'right', value: ({ deviation }) => figure(deviation), drop: 1 },
    { head: 'finds', align: 'right', value: ({ detectable }) => percent(detectable) },
    ...LIFTS.map((lift, i): Column<PlannedMetric> => ({
      head: percent(lift).replace('.0', ''),
      align: 'right',
      value: ({ users: needed }) => (needed[i] ? count(needed[i].users) : '-'),
    })),
  ]
  const [first] = metrics
  const finds = first.detectable === null ? 'nothing, for there are none' : `a lift of ${percent(first.detectable)}`
  return [
    said(`In ${days} days ${count(users)} users ask for ads; of conversions half of them against half find ${finds}.`),
    '',
    ...tableLines(columns, metrics, WIDTH),
    '',
    said(
      `finds: the least lift found with probability ${power} at the level ${alpha}, two-sided, for one metric. ` +
        'To the ' +
        `right of it: users needed in each arm to find such a lift. From the control of ${preset}, lived for ` +
        `${count(requests)} requests in ${duration(seconds)}.`,
    ),
  ].join('\n')
}

/** Names of estimators, as they are known. */
const ESTIMATORS: Record<OffPolicyResult['estimates'][number]['estimator'], string> = {
  ips: 'IPS',
  snips: 'SNIPS',
  dr: 'DR',
  clippedIps: 'clipped IPS',
  clippedSnips: 'clipped SNIPS',
  clippedDr: 'clipped DR',
}

/** What a log says of policies that did not write it, for people. */
export function offPolicyText({ preset, exploration, seconds, arms }: OffPolicyStudy): string {
  type Line = OffPolicyResult['estimates'][number] & { truth: number }
  const columns: Column<Line>[] = [
    { head: 'estimator', value: ({ estimator }) => ESTIMATORS[estimator] },
    { head: 'clicks', align: 'right', value: ({ value }) => figure(value) },
    { head: '95 %', align: 'right', value: ({ interval: [low, high] }) => `${figure(low)} to ${figure(high)}` },
    { head: 'bias', align: 'right', value: ({ value, truth }) => percent(value / truth - 1) },
    {
      head: 'truth inside',
      value: ({ interval: [low, high], truth }) => (low <= truth && truth <= high ? 'yes' : 'no'),
    },
  ]
  const lies = (one: OffPolicyResult): string[] =>
    one.estimates
      .filter(({ interval: [low, high] }) => one.truth < low || one.truth > high)
      .map(({ estimator }) => ESTIMATORS[estimator])
  return [
    ...arms.map((one) => {
      const wrong = lies(one)
      const verdict =
        wrong.length === 0 ? 'the truth is inside every interval' : `the truth is outside of ${list(wrong)}`
      return said(`${one.arm}: ${verdict}; ${share(one.supported)} of its choices had a chance in the log.`)
    }),
    ...arms.flatMap((one) => [
      '',
      said(
        `${one.arm} of ${preset}, clicks on the first place a request: the truth is ${figure(one.truth)}. ` +
          `${count(one.requests)} requests, worth ${count(one.effective)} of its own.`,
      ),
      ...tableLines(
        columns,
        one.estimates.map((estimate) => ({ ...estimate, truth: one.truth })),
        WIDTH,
      ),
    ]),
    '',
    said(
      `From a log of the control with a share of ${exploration} of the places filled by chance, ` +
        `${duration(seconds)}. DR ` +
        `takes heavy scoring for its model; weights are clipped at ${CLIP}.`,
    ),
  ].join('\n')
}

const list = (names: readonly string[]): string =>
  names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`

/** What was found, in words. */
export function verdict({ compared, result }: Experiment): string[] {
  const [first] = compared
  const truth = result.metrics[0].truth
  const within = first.interval ? `95 %: ${range(first.interval)}` : 'too few to say between what'
  const beside = truth === null ? '' : `; the truth is ${percent(truth)}`
  const guards = compared.filter(({ name, found }) => found && METRICS.find((m) => m.name === name)!.guard)
  const others = compared.slice(1).filter(({ name, found }) => found && !METRICS.find((m) => m.name === name)!.guard)
  const lines = [
    first.found
      ? `Conversions ${first.lift > 0 ? 'rise' : 'fall'} by ${percent(Math.abs(first.lift)).replace('+', '')} ` +
        `(${within})${beside}.`
      : `No change of conversions was found: ${percent(first.lift)} (${within})${beside}.`,
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
  { head: '95 %', align: 'right', value: ({ interval }) => range(interval) },
  { head: 'truth', align: 'right', value: ({ truth }) => percent(truth) },
  { head: '', value: ({ found }) => (found ? '*' : '') },
]

/** When looking every day would have shown something, by an interval that holds at all looks at once. */
function looksText({ looks }: Experiment): string[] {
  if (looks.length === 0) return []
  const first = looks.find(({ interval: [low, high] }) => low > 0 || high < 0)
  const last = looks.at(-1)!
  const at = `on day ${last.day} it is ${percent(last.lift)} (${range(last.interval)})`
  const seen = first ? `a difference from day ${first.day} on` : 'never a difference'
  return ['', said(`Looking at conversions every day, with an interval that holds at all looks: ${seen}; ${at}.`)]
}

function designsText({ result: { designs = [] } }: Experiment): string[] {
  if (designs.length === 0) return []
  const times = designs[0].splits.length
  const columns: Column<DesignResult>[] = [
    { head: 'metric', value: ({ name }) => name },
    { head: 'design', value: ({ design }) => design },
    { head: 'truth', align: 'right', value: ({ truth }) => percent(truth) },
    { head: 'lift', align: 'right', value: ({ truth, bias }) => percent(truth + bias) },
    { head: 'bias', align: 'right', value: ({ bias }) => percent(bias) },
    {
      head: '95 %',
      align: 'right',
      value: ({ bias, error }) => (error === null ? '' : range([bias - 1.96 * error, bias + 1.96 * error])),
    },
    { head: 'truth inside', align: 'right', value: ({ covered, splits }) => `${covered} of ${splits.length}` },
  ]
  return [
    '',
    said(
      'What sharing budgets does. user-split: both arms spend the same budgets; budget-split: each has its half. ' +
        (times === 1
          ? 'One split says little of a bias: --splits 10 lives ten.'
          : `Means of ${times} splits of the users, the interval is that of the bias.`),
    ),
    ...tableLines(columns, designs, WIDTH),
  ]
}

/** Whether money was scarce. */
function budgetsText({ budgets, result: { design } }: Experiment): string {
  const each = design === 'budget-split' ? ['control', 'treatment'] : ['both arms']
  const told = budgets.map(
    ({ money, spent, campaigns, out }, b) =>
      `${percent(money > 0 ? spent / money : 0).replace('+', '')} spent and ${count(out)} of ${count(campaigns)} ` +
      `campaigns with none left (${each[b]})`,
  )
  return `Of the budgets: ${told.join(', ')}.`
}

/** Stages of the table: as many as there is room for, and what was kept by quotas is mostly all. */
const SHOWN = ['handed on', 'shown', 'clicked', 'converted'] as const

function survivalText({ result: { survival }, found }: Experiment): string[] {
  const columns: Column<(typeof found)[number]>[] = [
    { head: 'arm', value: ({ arm }) => arm },
    { head: 'generator', value: ({ generator }) => generator },
    { head: 'found', align: 'right', value: ({ ads }) => figure(ads) },
    ...SHOWN.map((stage): Column<(typeof found)[number]> => ({
      head: stage,
      align: 'right',
      value: ({ arm, generator }) =>
        share(survival.find((one) => one.arm === arm && one.generator === generator && one.stage === stage)!.share),
    })),
  ]
  const finds = found.filter(({ ads }) => ads > 0)
  return [
    '',
    'Ads that a generator found a request, and the share of them that is left:',
    ...tableLines(columns, finds, WIDTH),
  ]
}
