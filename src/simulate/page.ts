import { documentOf, type Section } from '../evaluate/html/document.js'
import { html, Markup } from '../evaluate/html/markup.js'
import { scrolling } from '../evaluate/html/tables.js'
import { percent, range } from '../text/lifts.js'
import { count, duration, share } from '../text/numbers.js'
import { PRESETS, type PresetName } from './arms.js'
import type { Experiment } from './experiment.js'
import { METRICS } from './metrics.js'
import { STAGES } from './outcomes.js'
import { figure, verdict } from './text.js'

/** An experiment as one page that needs nothing else. */
export function experimentPage(made: Experiment, preset: PresetName, days: number): string {
  const { result, users } = made
  const { about, arms } = PRESETS[preset]
  const [headline, ...more] = verdict(made)
  return documentOf({
    generator: 'adseq simulate',
    kicker: `adseq experiment · ${preset} · ${days} days · ${result.design}`,
    headline,
    lead: html`<p class="lead">${more.join(' ')}</p><p>${about[0].toUpperCase() + about.slice(1)}. Control: ${arms[0].about}, ${count(users.control)} users. Treatment: ${arms[1].about}, ${count(users.treatment)} users.</p>`,
    sections: [liftSection(made), looksSection(made), survivalSection(made), limitsSection()].filter(
      (one): one is Section => one !== undefined,
    ),
    footer: html`Made by <code>adseq simulate --preset ${preset}</code>: ${count(result.requests)} requests in ${duration(result.seconds)}, worlds of the truth included. The users, the auction and what comes of an ad are simulated; the funnel is the one that is served.`,
  })
}

const SIZE = { width: 640, left: 170, row: 26 } as const

/** Intervals of all metrics on one scale, the truth as an open mark; what goes beyond the scale is cut. */
function liftSection({ compared, result }: Experiment): Section {
  const ends = compared.flatMap(({ lift, interval }) => (interval ? [...interval, lift] : []))
  const most = Math.min(4, Math.max(0.05, ...ends.map(Math.abs)))
  const at = scale(-Math.min(1, most), most, SIZE.left, SIZE.width - 8)
  const height = compared.length * SIZE.row + 24
  const rows = compared.map(({ name, lift, interval, found }, m) => {
    const y = m * SIZE.row + 14
    const { truth } = result.metrics[m]
    return html`<text x="0" y="${y + 4}">${name}</text>${interval && html`<line class="stroke ${found ? 'one' : 'base'}" stroke-width="3" x1="${at(interval[0])}" x2="${at(interval[1])}" y1="${y}" y2="${y}"/>`}${Number.isFinite(lift) && html`<circle class="mark ${found ? 'one' : 'base'}" r="4" cx="${at(lift)}" cy="${y}"/>`}${truth !== null && html`<path class="mark open two" d="M${at(truth)} ${y - 7}l5 7l-5 7l-5 -7z"/>`}`
  })
  const body = compared.map(
    ({ name, control, treatment, lift, interval, found }, m) =>
      html`<tr class="${found && 'strong'}"><th scope="row">${name}<br><small class="dim">${METRICS[m].about}</small></th><td>${figure(control)}</td><td>${figure(treatment)}</td><td class="main">${percent(lift)}</td><td>${range(interval)}</td><td>${percent(result.metrics[m].truth)}</td><td>${found && html`<span class="tag good">found</span>`}</td></tr>`,
  )
  const table = html`<table><thead><tr><th scope="col">Metric</th><th scope="col">control</th><th scope="col">treatment</th><th scope="col">lift</th><th scope="col">95 %</th><th scope="col">truth</th><th></th></tr></thead><tbody>${body}</tbody></table>`
  return {
    id: 'metrics',
    short: 'Metrics',
    body: html`<h2>What changed, and what is true</h2><p>Dots are lifts of the treatment over the control with their 95 % intervals, blue where found after correction for all metrics (Holm). Diamonds are the truth: everyone treated against nobody.</p><figure class="panel"><svg class="chart" viewBox="0 0 ${SIZE.width} ${height}" role="img" aria-label="Lifts with intervals and truths; the figures are in the table below"><line class="axis" x1="${at(0)}" x2="${at(0)}" y1="0" y2="${height - 20}"/>${rows}<text x="${at(0)}" y="${height - 4}" text-anchor="middle">0</text><text x="${at(most)}" y="${height - 4}" text-anchor="end">${percent(most)}</text></svg></figure>${scrolling('All metrics', table)}`,
  }
}

/** How the interval tightens day by day. */
function looksSection({ looks, result }: Experiment): Section | undefined {
  if (looks.length < 2) return undefined
  const height = 240
  const limit = Math.min(4, Math.max(...looks.slice(1).flatMap(({ lift, interval }) => [lift, interval[1]])))
  const x = scale(looks[0].day, looks.at(-1)!.day, 48, SIZE.width - 8)
  const y = scale(-1, limit, height - 24, 8)
  const line = (of: (look: (typeof looks)[number]) => number): string =>
    looks.map((look, i) => `${i === 0 ? 'M' : 'L'}${x(look.day)} ${y(of(look))}`).join('')
  const band = `${line(({ interval }) => interval[1])}${[...looks]
    .reverse()
    .map(({ day, interval }) => `L${x(day)} ${y(interval[0])}`)
    .join('')}Z`
  const { truth } = result.metrics[0]
  return {
    id: 'looks',
    short: 'Day by day',
    body: html`<h2>Looking every day</h2><p>The lift of conversions so far, with an interval that holds at all looks at once: one may stop whenever it leaves 0 out. It begins when both arms have ten conversions.</p><figure class="panel"><svg class="chart" viewBox="0 0 ${SIZE.width} ${height}" role="img" aria-label="Lift of conversions by day with its interval"><line class="axis" x1="48" x2="${SIZE.width - 8}" y1="${y(0)}" y2="${y(0)}"/><path class="area one" d="${new Markup(band)}"/><path class="stroke one" stroke-width="2" d="${new Markup(line(({ lift }) => lift))}"/>${truth !== null && html`<line class="stroke two" stroke-width="1.5" stroke-dasharray="5 4" x1="48" x2="${SIZE.width - 8}" y1="${y(truth)}" y2="${y(truth)}"/><text x="${SIZE.width - 8}" y="${y(truth) - 5}" text-anchor="end">truth ${percent(truth)}</text>`}<text x="0" y="${y(0) + 4}">0</text><text x="0" y="${y(limit) + 8}">${percent(limit)}</text><text x="48" y="${height - 4}">day ${looks[0].day}</text><text x="${SIZE.width - 8}" y="${height - 4}" text-anchor="end">day ${looks.at(-1)!.day}</text></svg></figure>`,
  }
}

function survivalSection({ result: { survival }, found }: Experiment): Section {
  const body = found
    .filter(({ ads }) => ads > 0)
    .map(({ arm, generator, ads }) => {
      const of = survival.filter((one) => one.arm === arm && one.generator === generator).slice(1)
      return html`<tr><th scope="row">${generator}</th><td>${arm}</td><td>${figure(ads)}</td>${of.map(({ share: left }) => html`<td>${share(left)}</td>`)}</tr>`
    })
  const table = html`<table><thead><tr><th scope="col">Generator</th><th scope="col">arm</th><th scope="col">found a request</th>${STAGES.slice(1).map((stage) => html`<th scope="col">${stage}</th>`)}</tr></thead><tbody>${body}</tbody></table>`
  return {
    id: 'survival',
    short: 'Survival',
    body: html`<h2>What becomes of what generators find</h2><p>The share of a generator’s ads that is left at each stage; an ad that several found counts for each.</p>${scrolling('Survival by generator', table)}`,
  }
}

const limitsSection = (): Section => ({
  id: 'limits',
  short: 'Limits',
  body: html`<h2>What this cannot say</h2><ul class="plain"><li>How large the lift would be on a platform: there are few ads here beside what a generator may bring, the other generators are simple ones, and heavy scoring is nearly right by construction.</li><li>How advertisers respond: bids, budgets and campaigns stay as they are.</li><li>Whether ads make people come or stay away: visits are the same in every world.</li></ul><p class="note">The model is in docs/simulate.md.</p>`,
})

/** From values to places on a picture, cut at its ends. */
const scale =
  (low: number, high: number, from: number, to: number) =>
  (value: number): number =>
    Number((from + Math.min(1, Math.max(0, (value - low) / (high - low))) * (to - from)).toFixed(1))
