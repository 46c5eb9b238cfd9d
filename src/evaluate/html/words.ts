import { isBound, type Report, type ReportRow } from '../report.js'
import { formula } from '../formula.js'
import { html, type Markup } from './markup.js'
import { percentage, points } from './scale.js'
import { share, count } from '../../text/numbers.js'
import { day } from '../../text/moments.js'

/** The rows that the words are about. */
function chosen({ rows, kind }: Report): {
  model?: ReportRow
  hybrid?: ReportRow
  control?: ReportRow
  best: ReportRow
  popular?: ReportRow
} {
  const main = rows.filter(({ level }) => level === kind)
  const model = main.find((row) => row.kind === 'model')
  return {
    model,
    hybrid: main.find((row) => row.kind === 'hybrid' && row.run === model?.run),
    control: highest(main.filter(({ name }) => name.startsWith('control'))),
    popular: main.find(({ name }) => name.startsWith('popularity, 30')),
    best: highest(main.filter((row) => !isBound(row)))!,
  }
}

function highest(rows: readonly ReportRow[]): ReportRow | undefined {
  return rows.reduce<ReportRow | undefined>((a, b) => (a && a.recall['10'] >= b.recall['10'] ? a : b), undefined)
}

/** What was found, in one line. */
export function headline(report: Report): string {
  const { model, hybrid, best } = chosen(report)
  const row = hybrid ?? model ?? best
  const name = row.name.charAt(0).toUpperCase() + row.name.slice(1)
  return `${name} finds ${percentage(row.recall['10'])} of conversions in ten results`
}

/** The same beside what it must be held against, with what the intervals allow to say. */
export function summary(report: Report): Markup {
  const { model, hybrid, control, popular, best } = chosen(report)
  const parts: Markup[] = []
  const overControl = hybrid?.overControls?.find(({ from }) => from === control?.name)
  if (model && popular)
    parts.push(
      html`The model alone finds ${percentage(model.recall['10'])}, popularity of the last 30 days ${percentage(popular.recall['10'])}${popular.difference && against(popular, true)}. `,
    )
  if (hybrid && overControl)
    parts.push(
      html`With the user’s own history it finds ${percentage(hybrid.recall['10'])}; the control (${formula(control!) ?? control!.name}, without a model) ${percentage(control!.recall['10'])}: ${verdict(overControl.recall['10'], overControl.interval['10'])}. `,
    )
  else if (hybrid && control)
    parts.push(
      html`With the user’s own history it finds ${percentage(hybrid.recall['10'])}, the control ${percentage(control.recall['10'])}. `,
    )
  if (!model) parts.push(html`No model is judged here, only baselines; the best of them is ${best.name}. `)
  else if (best !== model && best !== hybrid)
    parts.push(html`The highest recall at 10 in this table is that of ${best.name}, ${percentage(best.recall['10'])}.`)
  return html`<p class="lead">${parts}</p>`
}

function against({ difference }: ReportRow, turned: boolean): Markup {
  const sign = turned ? -1 : 1
  const interval = difference!.interval['10']
  const gain = sign * difference!.recall['10']
  return html`: ${verdict(gain, interval && (turned ? [-interval[1], -interval[0]] : interval))}`
}

/** "+0.55 points (95 % interval +0.31 to +0.80)", and that nothing can be claimed where the interval holds 0. */
function verdict(gain: number, interval?: [number, number]): Markup {
  if (!interval) return html`${points(gain)} points`
  const [low, high] = interval
  const said = html`${points(gain)} points, 95 % interval ${points(low)} to ${points(high)}`
  return low > 0 || high < 0 ? said : html`${said}, so no difference can be claimed`
}

/** The four figures that matter, large. */
export function keyFacts(report: Report): Markup {
  const { model, hybrid, control, best } = chosen(report)
  const row = hybrid ?? model ?? best
  const facts: [label: string, value: string, more: string][] = [
    [
      'Recall at 10',
      share(row.recall['10']),
      row.interval['10'] ? `${row.name}, ${share(row.interval['10'][0])}–${share(row.interval['10'][1])}` : row.name,
    ],
    [
      'Recall at 100',
      share(row.recall['100']),
      row.interval['100']
        ? `${share(row.interval['100'][0])}–${share(row.interval['100'][1])}${control ? `; control ${share(control.recall['100'])}` : ''}`
        : '',
    ],
  ]
  if (row.positivesNew > 0)
    facts.push([
      'Recall at 10, new to the user',
      share(row.recallNew['10']),
      `${model && row !== model ? `model alone ${share(model.recallNew['10'])}; ` : ''}${count(row.positivesNew)} ` +
        'conversions',
    ])
  facts.push(['Coverage at 10', share(row.coverage['10']), `of at most ${share(row.coverageCeiling['10'])}`])
  return html`<dl class="facts">${facts.map(([label, value, more]) => html`<div><dt>${label}</dt><dd><b>${value}</b><small>${more}</small></dd></div>`)}</dl>`
}

const BASELINES: [starts: string, words: string][] = [
  [
    'control',
    'log popularity plus weights times log(1 + how often the user dealt with the entry), and lately; the weights ' +
      'are fitted before the cutoff. It knows no model, so a model must beat it to be worth its training.',
  ],
  ['own repeats', 'what the user dealt with before, most often first, then most recent first.'],
  ['co-visitation', 'entries that stand near the user’s last events in the histories of others.'],
  ['EASE', 'the closed-form linear item-item model.'],
  ['nearest users', 'what users with similar histories did.'],
  [
    'ceiling',
    'knows the laws of the generated world and infers from the history what the user wants: what a history can tell at ' +
      'best.',
  ],
  ['oracle', 'knows the true rates of the generated world: what could be found at best, for nobody to reach.'],
  ['popularity', 'the same list for everyone: conversions of the last 30 days, or of all time.'],
]

/** What each row is, and what the figures mean. */
export function baselinesInWords(report: Report): Markup {
  const names = report.rows.filter(({ level }) => level === report.kind).map(({ name }) => name)
  const { model, hybrid } = chosen(report)
  const known = BASELINES.filter(([starts]) => names.some((name) => name.startsWith(starts)))
  return html`<ul class="plain">${model && html`<li><b>${model.name}</b>: the towers alone. Cosine of the user’s vector with that of every entry, without any correction.</li>`}
${hybrid && html`<li><b>${hybrid.name}</b>: the same plus popularity and the user’s own repeats, with weights fitted before the cutoff. It is what serving would blend.</li>`}
${known.map(([starts, words]) => html`<li><b>${starts}</b>: ${words}</li>`)}</ul>
<ul class="plain"><li>Every conversion counts, so a user weighs as much as their conversions; <em>per user</em> is the plain mean over users. Ties count half: a retriever that scores everything alike finds nothing.</li>
<li><em>New to the user</em> leaves out what is in the history, from what is to be found and from what is ranked. Where repeats dominate, it tells what a model adds.</li>
<li>Intervals are of the users drawn anew, not of training again: another seed moves a model, too. Whether two rows differ is told by the paired difference, not by whether their intervals overlap.</li>
<li>Recall from logs favours what was shown and bought anyway. It ranks retrievers; it is no promise of conversions.</li></ul>`
}

export function missingNotes({ notes }: Report): Markup {
  return notes.length === 0
    ? html``
    : html`<h3>Notes on this report</h3><ul class="plain">${notes.map((note) => html`<li>${note.charAt(0).toUpperCase() + note.slice(1)}</li>`)}</ul>`
}

/** What was asked, and the names under which it can be repeated. */
export function protocolInWords({ protocol, data, runs, weights, kind }: Report): Markup {
  const { cutoff, windowDays, indexSize, history, seed, hash } = protocol
  const noun = kind === 'item' ? 'items' : 'advertisers'
  const facts: [string, Markup][] = [
    [
      'Split',
      html`One moment for everyone, ${day(cutoff)} (${new Date(cutoff * 1000).toISOString()}). Histories are the events up to it; nothing after it is seen by training, vocabularies, popularity or item vectors.`,
    ],
    [
      'To be found',
      html`The conversions (checkout, add to cart, signup) of the ${windowDays} days after it, of users with a history and of those without, who are misses.`,
    ],
    [
      'Ranked',
      html`${indexSize === 0 ? `All ${noun} known at the cutoff, never a sample of them` : `An index of ${count(indexSize)} ${noun} drawn at random, with what is to be found added`}.`,
    ],
    [
      'History',
      html`${history === 'kept' ? 'Kept: a result may be something the user already had.' : 'Masked: what is in the history is neither ranked nor to be found.'}`,
    ],
    ['Seed', html`${seed}, for ${indexSize > 0 && 'the index, '}ties, samples and the bootstrap.`],
    ['Protocol', html`<code>${hash}</code>; reports of other protocols cannot be compared with this one.`],
    ['Data', html`<code>${data.hash}</code>`],
    ...runs.map((run): [string, Markup] => [
      'Run',
      html`<code>${run}</code>${weights?.[run] !== undefined && html`, weights <code>${weights[run].slice(0, 16)}</code>`}`,
    ]),
  ]
  return html`<dl class="facts-list">${facts.map(([label, value]) => html`<dt>${label}</dt><dd>${value}</dd>`)}</dl>`
}

/** Where the weights of control and hybrids come from. */
export function fittedInWords(report: Report): Markup {
  const rows = report.rows.filter(({ level, fitted }) => level === report.kind && fitted)
  if (rows.length === 0) return html``
  return html`<h3>Fitted weights</h3><ul class="plain">${rows.map(({ name, fitted }) => html`<li>${name}: ${digits(fitted!.own)} × log(1 + own count)${fitted!.recent !== undefined && fitted!.recent !== 0 && ` + ${digits(fitted!.recent)} × log(1 + what was done lately)`} + ${digits(fitted!.popularity)} × log(1 + conversions${fitted!.popularityDays !== undefined && ` of ${fitted!.popularityDays} days`}), fitted on ${count(fitted!.users)} users from ${day(fitted!.from)} to ${day(fitted!.to)}</li>`)}</ul>`
}

const digits = (x: number): string => String(Number(x.toPrecision(3)))
