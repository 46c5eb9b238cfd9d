import { api, type Experiments, type Runs } from './api.js'
import { count, digits, h, plural, svg } from './dom.js'

type Run = Runs['runs'][number]
type Experiment = Experiments['experiments'][number]
type Interval = readonly [low: number, high: number]

/** K of the recalls that are shown. */
const AT = ['10', '100'] as const

/** What was trained and judged, and what was simulated. */
export async function pastView(signal: AbortSignal): Promise<HTMLElement> {
  const [{ runs, total }, simulated, health] = await Promise.all([
    api.runs(signal),
    api.experiments(signal),
    api.health(signal),
  ])
  const served = [health.itemRun, health.advertiserRun]
  return h(
    'div',
    {},
    h('h1', {}, 'Runs and experiments'),
    h(
      'section',
      { 'aria-labelledby': 'runs-title' },
      h('h2', { id: 'runs-title' }, 'Runs'),
      h(
        'p',
        { class: 'soft' },
        runs.length < total ? `The newest ${runs.length} of ${count(total)} finished runs. ` : '',
        'Recall is the share of the conversions after the cutoff that stand among the first 10 or 100 of a list: ' +
          'in the table of the run alone on its own validation window, below it as adseq eval judged it last, with 95 % intervals.',
      ),
      runs.length === 0 && h('p', {}, 'No run is finished. Train one: adseq train item.'),
      runs.length > 0 &&
        table('Runs', ['run', 'tower', 'trained', 'steps', 'parameters', ...AT.map((k) => `recall@${k}`)], 3, [
          ...runs.map((run) => runRow(run, served.includes(run.run))),
        ]),
      ...runs.flatMap((run) => (run.report && run.report.rows.length > 0 ? [reportOf(run)] : [])),
    ),
    h(
      'section',
      { 'aria-labelledby': 'experiments-title' },
      h('h2', { id: 'experiments-title' }, 'Experiments'),
      h(
        'p',
        { class: 'soft' },
        simulated.experiments.length === 0
          ? 'None is kept. In a generated world adseq simulate runs one.'
          : 'Lifts of the treatment over the control, with 95 % intervals. Because the world is generated the truth is ' +
              'known, too: everyone treated against nobody.',
      ),
      ...simulated.experiments.map(experimentOf),
    ),
  )
}

function runRow(run: Run, served: boolean): HTMLElement {
  return h(
    'tr',
    {},
    h(
      'th',
      { scope: 'row' },
      run.run,
      served && h('span', { class: 'tag up' }, 'served'),
      run.study !== null && h('span', { class: 'tag' }, `of ${run.study}`),
    ),
    h('td', {}, run.tower ?? 'unknown'),
    h('td', {}, run.created.slice(0, 16).replace('T', ' ')),
    numbers(run.steps === null ? '' : count(run.steps)),
    numbers(count(run.parameters)),
    ...AT.map((k) => numbers(share(run.recall[k]))),
  )
}

function reportOf({ run, report }: Run): HTMLElement {
  const { rows, windowDays, written } = report!
  return h(
    'details',
    {},
    h('summary', {}, `${run}, judged on ${plural(windowDays, 'day')} at ${written.slice(0, 16).replace('T', ' ')}`),
    table(`Report of ${run}`, ['what', 'ranks', 'users', ...AT.map((k) => `recall@${k}`)], 2, [
      ...rows.map(({ name, level, users, recall, interval }) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, name),
          h('td', {}, level),
          numbers(count(users)),
          ...AT.map((k) =>
            numbers(share(recall[k]), interval[k] && ` ${share(interval[k][0])} to ${share(interval[k][1])}`),
          ),
        ),
      ),
    ]),
  )
}

function experimentOf({ name, written, arms, requests, design, metrics }: Experiment): HTMLElement {
  const most = scaleOf(metrics)
  return h(
    'section',
    {},
    h('h3', {}, name),
    h(
      'p',
      { class: 'soft' },
      `${arms.join(' and ')} · ${design} · ${count(requests)} requests · ${written.slice(0, 16).replace('T', ' ')}`,
    ),
    table(`Experiment ${name}`, ['metric', '', 'control', 'treatment', 'lift', '95 %', 'truth'], 2, [
      ...metrics.map((metric) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, metric.name),
          h('td', {}, interval(metric, most)),
          numbers(figure(metric.control)),
          numbers(figure(metric.treatment)),
          numbers(percent(metric.lift)),
          numbers(metric.interval === null ? '' : metric.interval.map(percent).join(' to ')),
          numbers(percent(metric.truth)),
        ),
      ),
    ]),
    h(
      'p',
      { class: 'soft' },
      'The bar: the interval, its lift as a dot, the truth as a diamond; the line is no change. What is beyond 200 % is cut.',
    ),
  )
}

/** Lifts beyond it are drawn at the edge. */
const LARGEST = 2

/** Of what an experiment's bars show, the farthest from no change. */
function scaleOf(metrics: Experiment['metrics']): number {
  const ends = metrics.flatMap(({ lift, interval: range, truth }) => [lift ?? 0, truth ?? 0, ...(range ?? [])])
  return Math.min(LARGEST, Math.max(0.05, ...ends.map(Math.abs)))
}

const BAR = { width: 180, height: 16 } as const

/** Where a lift stands on a bar whose ends are -most and most. */
const onBar = (lift: number, most: number): number =>
  Number((BAR.width / 2 + (Math.max(-1, Math.min(1, lift / most)) * (BAR.width - 12)) / 2).toFixed(1))

function interval({ lift, interval: range, truth }: Experiment['metrics'][number], most: number): SVGElement {
  const at = (x: number): number => onBar(x, most)
  const y = BAR.height / 2
  const line = ([low, high]: Interval): SVGElement =>
    svg('line', { class: low > 0 || high < 0 ? 'range found' : 'range', x1: at(low), x2: at(high), y1: y, y2: y })
  return svg(
    'svg',
    { class: 'lift', viewBox: `0 0 ${BAR.width} ${BAR.height}`, 'aria-hidden': true },
    svg('line', { class: 'zero', x1: at(0), x2: at(0), y1: 0, y2: BAR.height }),
    range && line(range),
    lift !== null && svg('circle', { class: 'dot', cx: at(lift), cy: y, r: 4 }),
    truth !== null && svg('path', { class: 'truth', d: `M${at(truth)} ${y - 6}l5 6l-5 6l-5 -6z` }),
  )
}

/** A table that is scrolled sideways where there is no room; columns from `numeric` on (0 the first) hold numbers. */
function table(label: string, head: readonly string[], numeric: number, rows: HTMLElement[]): HTMLElement {
  return h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label },
    h(
      'table',
      {},
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          ...head.map((text, i) => h('th', { scope: 'col', class: i < numeric ? undefined : 'right' }, text)),
        ),
      ),
      h('tbody', {}, ...rows),
    ),
  )
}

const numbers = (text: string, more?: string): HTMLElement =>
  h('td', { class: 'n' }, text, more && h('small', {}, more))
const figure = (x: number | null): string => (x === null ? '' : digits(x))
const share = (x: number | undefined): string => (x === undefined ? '' : `${(100 * x).toFixed(1)} %`)
const percent = (x: number | null): string => (x === null ? '' : `${x > 0 ? '+' : ''}${(100 * x).toFixed(1)} %`)
