import { DAY } from '../../core/time.js'
import type { Level } from '../../protocol/queries.js'
import type { Report, ReportRow } from '../report.js'
import type { SampleNames } from '../sample-names.js'
import type { Sample } from '../samples.js'
import { bandsFigures } from './bands.js'
import { curvesFigure } from './curves.js'
import { documentOf, type Section } from './document.js'
import { dotsFigure } from './dots.js'
import { html } from './markup.js'
import { percentage } from './scale.js'
import { sampleArticle } from './samples.js'
import { seriesOf } from './series.js'
import { agreementTable, levelTable, partTables } from './tables.js'
import { baselinesInWords, fittedInWords, keyFacts, missingNotes, headline, protocolInWords, summary } from './words.js'
import { share, count, duration } from '../../text/numbers.js'
import { day } from '../../text/moments.js'

/** Rows that say nothing more in these figures. */
const TWIN = 'popularity, all time'

/** A report as one page. */
export function reportPage(report: Report, samples: readonly Sample[], names: SampleNames): string {
  const sections = [
    recallSection(report),
    levelsSection(report),
    partsSection(report),
    coverageSection(report),
    popularitySection(report),
    agreementSection(report),
    samplesSection(report, samples, names),
    readingSection(report),
    protocolSection(report),
  ].filter((one) => one !== undefined)
  const { cutoff, windowDays } = report.protocol
  return documentOf({
    generator: 'adseq eval',
    kicker:
      `adseq evaluation · ${report.kind === 'item' ? 'items' : 'advertisers'} · ${day(cutoff)} to ` +
      `${day(cutoff + windowDays * DAY)}`,
    headline: headline(report),
    lead: html`${summary(report)}${keyFacts(report)}`,
    sections,
    footer: html`Made by <code>adseq eval --report</code> in ${duration(report.seconds)}. Protocol ${report.protocol.hash}, data ${report.data.hash}.`,
  })
}

function rowsOf(report: Report, level: Level): ReportRow[] {
  return report.rows.filter((row) => row.level === level)
}

function recallSection(report: Report): Section {
  const rows = rowsOf(report, report.kind)
  const series = seriesOf(rows)
  const fresh = rows[0].positivesNew > 0
  const dots = rows.map((row) => ({
    series: series.get(row.name)!,
    value: row.recall['10'],
    interval: row.interval['10'],
    text: html`${share(row.recall['10'])}${row.interval['10'] && html` <small>${share(row.interval['10'][0])}–${share(row.interval['10'][1])}</small>`}`,
  }))
  const drawn = rows.filter(({ name }) => name !== TWIN)
  const all = drawn.map((row) => ({ series: series.get(row.name)!, recall: row.recall, interval: row.interval }))
  const onNew = drawn
    .filter(({ recallNew }) => Object.values(recallNew).some((x) => x > 0))
    .map((row) => ({ series: series.get(row.name)!, recall: row.recallNew, interval: row.intervalNew }))
  return {
    id: 'recall',
    short: 'Recall',
    body: html`<h2>How much of what was bought is found</h2><p>Recall at K is the share of all conversions in the window that were among the first K results for that user. Bars are 95 % intervals of a bootstrap over users.</p>
${dotsFigure('Recall at 10', 'The share of conversions among ten results', dots, { wide: true })}
<div class="charts">${curvesFigure('All conversions', 'Repeats of what the user bought before included', all, 'recall-all')}${fresh && onNew.length > 0 && curvesFigure('New to the user', 'Only what the user had never dealt with, ranked among entries new to the user', onNew, 'recall-new')}</div>`,
  }
}

function levelsSection(report: Report): Section {
  const levels: Level[] = report.kind === 'item' ? ['item', 'advertiser', 'category'] : ['advertiser']
  return {
    id: 'figures',
    short: 'All figures',
    body: html`<h2>All figures</h2>${levels.map((level) => levelTable(report, level))}`,
  }
}

function partsSection(report: Report): Section | undefined {
  const tables = partTables(rowsOf(report, report.kind))
  return tables.length === 0
    ? undefined
    : { id: 'parts', short: 'Slices', body: html`<h2>Where it is found, and where not</h2>${tables}` }
}

function coverageSection(report: Report): Section {
  const rows = rowsOf(report, report.kind)
  const series = seriesOf(rows)
  const { entries } = report.levels[report.kind]!
  const ceiling = rows[0].coverageCeiling
  return {
    id: 'coverage',
    short: 'Coverage',
    body: html`<h2>How much of the catalog is shown</h2><p>The fewest entries that make up 90 % of all results, as a share of the ${count(entries)} in the index. A retriever that shows everyone the same has next to none; with ${count(rows[0].users)} users the most possible is ${percentage(ceiling['10'])} in lists of 10 and ${percentage(ceiling['100'])} in lists of 100.</p>
${dotsFigure(
  'Coverage',
  'Filled: lists of 10. Open: lists of 100. The scale is logarithmic',
  rows.map((row) => ({
    series: series.get(row.name)!,
    value: row.coverage['10'],
    second: row.coverage['100'],
    text: html`${percentage(row.coverage['10'])} <small>and ${percentage(row.coverage['100'])}</small>`,
  })),
  { wide: true, log: true },
)}`,
  }
}

function popularitySection({ lists, rows, kind }: Report): Section | undefined {
  if (!lists) return undefined
  const series = seriesOf(rows.filter(({ level }) => level === kind))
  const noun = kind === 'item' ? 'items' : 'advertisers'
  return {
    id: 'popularity',
    short: 'Popularity',
    body: html`<h2>How popular the results are</h2><p>${kind === 'item' ? 'Items' : 'Advertisers'} are cut into ten bands that each made up a tenth of the conversions before the cutoff: ${count(lists.bandEntries[0])} ${noun} in the first, ${count(lists.bandEntries[9])} in the last. Bars are the ${lists.at} results of all users, the line is what was really bought: bars far above the line on the left mean a retriever that shows what is popular and misses the rest.</p>${bandsFigures(
      lists,
      lists.rows.filter(({ name }) => name !== TWIN),
      series,
    )}`,
  }
}

function agreementSection({ lists }: Report): Section | undefined {
  if (!lists || Object.keys(lists.bought.inHistory).length === 0) return undefined
  return {
    id: 'agreement',
    short: 'Agreement',
    body: html`<h2>What results have in common with history and purchases</h2><p>The share of a user’s ${lists.at} results whose category or advertiser occurs anywhere in the history, and among the conversions of the window; the mean over ${count(lists.users)} users. Category is the deepest level of the path, top category the first. Popularity and own repeats stand beside the model because a long history has something of almost everything: only what is above them says something.</p>${agreementTable(lists)}`,
  }
}

function samplesSection(report: Report, samples: readonly Sample[], names: SampleNames): Section | undefined {
  if (samples.length === 0) return undefined
  const why = samples.some(({ groups }) => groups.length > 0)
  return {
    id: 'samples',
    short: 'Samples',
    body: html`<h2>Results of ${count(samples.length)} users</h2><p>Drawn at random, the same users for every run of one protocol. ${why && 'A result is pulled by the events without which its score would be lower: all events about one item are left ' + 'out at a time, and the place is the one it would then have.'}</p>${samples.map((sample) => sampleArticle(sample, names, report.protocol.windowDays))}`,
  }
}

function readingSection(report: Report): Section {
  return {
    id: 'reading',
    short: 'How to read it',
    body: html`<h2>How to read it</h2>${baselinesInWords(report)}${missingNotes(report)}`,
  }
}

function protocolSection(report: Report): Section {
  return {
    id: 'protocol',
    short: 'Protocol',
    body: html`<h2>Protocol</h2>${protocolInWords(report)}${fittedInWords(report)}`,
  }
}
