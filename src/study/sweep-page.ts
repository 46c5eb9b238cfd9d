import { DAY } from '../core/time.js'
import { LEVEL_WORDS } from '../text/words.js'
import { documentOf, type Section } from '../evaluate/html/document.js'
import { html, type Markup } from '../evaluate/html/markup.js'
import { scrolling } from '../evaluate/html/tables.js'
import type { Level } from '../protocol/queries.js'
import { frontFigure } from './front-figure.js'
import type { LevelResult } from './result.js'
import { shortKey } from './settings.js'
import type { Sweep } from './sweep-outcome.js'
import { judgedAt, notes, recommendation } from './sweep-text.js'
import { share, count, duration } from '../text/numbers.js'
import { day } from '../text/moments.js'

/** The sweep as one page that needs nothing else: fronts as plots, all trials as a table, the point to take. */
export function sweepPage(sweep: Sweep): string {
  const { kind, trials, selectionCutoff, windowDays } = sweep
  const [take, ...reasons] = recommendation(sweep)
  return documentOf({
    generator: 'adseq sweep',
    kicker:
      `adseq sweep · ${kind}s · judged ${day(selectionCutoff)} to ` + `${day(selectionCutoff + windowDays * DAY)}`,
    headline: `Recall against coverage of ${count(trials.length)} settings`,
    lead: html`<p class="lead">${take}</p>`,
    sections: [frontsSection(sweep), trialsSection(sweep), takeSection([...reasons, ...notes(sweep)])],
    footer: html`Made by <code>adseq sweep</code>, ${duration(sweep.spentSeconds)} at work. Data ${sweep.data.hash}.`,
  })
}

const levelsOf = ({ fronts }: Sweep): Level[] => (['item', 'advertiser'] as const).filter((level) => fronts[level])

function frontsSection(sweep: Sweep): Section {
  const { trials, fronts, recommended } = sweep
  const figure = (level: Level): Markup => {
    const at = judgedAt(recommended, level)
    const front = fronts[level]![at]
    const points = trials.map(({ key, mark, levels }) => {
      const { recall, coverage } = levels[level]!
      return {
        mark,
        recall: recall[at],
        coverage: coverage[at],
        front: front.includes(key),
        take: key === recommended.key,
      }
    })
    return frontFigure(
      LEVEL_WORDS[level].title,
      'Filled: no other has both more recall and more coverage. In a ring: the one to take',
      at,
      points,
      `front-${level}`,
    )
  }
  return {
    id: 'fronts',
    short: 'Fronts',
    body: html`<h2>What more coverage costs</h2><p>Each point is a training. Recall at K is the share of all conversions of the window that were among the first K results; coverage the share of the index that makes up 90 % of all results. The front is what remains when every setting that another beats in both is left out.</p><div class="charts">${levelsOf(sweep).map(figure)}</div>`,
  }
}

function trialsSection(sweep: Sweep): Section {
  const { trials, over, recommended, fronts, kind } = sweep
  const levels = levelsOf(sweep)
  const figures = ({ recall, interval, coverage }: LevelResult): Markup =>
    html`${['10', '100'].map((at) => html`<td class="main">${share(recall[at])}${interval[at] && html` <small>${share(interval[at][0])}–${share(interval[at][1])}</small>`}</td><td>${share(coverage[at])}</td>`)}`
  const at = judgedAt(recommended, kind)
  const rows = trials.map(
    (trial) =>
      html`<tr class="${trial.key === recommended.key && 'strong'}"><th scope="row">${trial.mark}${trial.key === recommended.key && ' (take)'}${fronts[kind]![at].includes(trial.key) && ' front'}</th>${over.map((key) => html`<td>${String(trial.settings[key] ?? 'as set')}</td>`)}${levels.map((level) => figures(trial.levels[level]!))}<td>${trial.steps}${trial.rising && '+'}</td><td>${duration(trial.seconds)}</td></tr>`,
  )
  const table = html`<table><caption><span><b>Trials</b>in the order in which they were planned; intervals are of 95 %, by a bootstrap over users</span></caption>
<thead><tr><th></th>${over.length > 0 && html`<th class="over" scope="colgroup" colspan="${over.length}">settings</th>`}${levels.map((level) => html`<th class="over" scope="colgroup" colspan="4">${LEVEL_WORDS[level].many}</th>`)}<th class="over" scope="colgroup" colspan="2">training</th></tr>
<tr><th scope="col">Trial</th>${over.map((key) => html`<th scope="col">${shortKey(key)}</th>`)}${levels.map(() => html`<th scope="col">R@10</th><th scope="col">cov@10</th><th scope="col">R@100</th><th scope="col">cov@100</th>`)}<th scope="col">steps</th><th scope="col">time</th></tr></thead><tbody>${rows}</tbody></table>`
  return { id: 'trials', short: 'Trials', body: html`<h2>All trials</h2>${scrolling('All trials', table)}` }
}

function takeSection(lines: readonly string[]): Section {
  return {
    id: 'take',
    short: 'What to take',
    body: html`<h2>What to take</h2>${lines.map((line) => (line.startsWith('    ') ? html`<p><code>${line.trim()}</code></p>` : html`<p>${line}</p>`))}`,
  }
}
