import { LEVEL_WORDS } from '../text/words.js'
import type { Level } from '../protocol/queries.js'
import { formula } from './formula.js'
import type { Difference } from './metrics.js'
import { isBound, type Report, type ReportRow } from './report.js'
import { share, signed, count } from '../text/numbers.js'
import { day } from '../text/moments.js'
import { columnsWithin } from '../text/table.js'

/** The report as plain lines: the verdict, protocol, a table a level, how to read it, notes. */
export function reportText(report: Report, width = Infinity): string {
  return [
    ...verdictLines(report),
    protocolText(report),
    ...levelsText(report, ['item', 'advertiser', 'category'], width),
    '',
    readingText(report),
    ...report.notes.map((note) => `Note: ${note}`),
  ].join('\n')
}

/**
 * What the tables come to, a line a level: what has the highest recall@10, and whether what is served beats a control.
 */
export function verdictLines(report: Report): string[] {
  return (['item', 'advertiser'] as const).flatMap((level) => {
    const rows = report.rows.filter((row) => row.level === level)
    if (rows.length < 2) return []
    const best = bestRow(rows)
    const served = rows.find((row) => row.kind === 'funnel') ?? rows.find((row) => row.kind === 'hybrid')
    // the last control is the strongest
    const against = served?.overControls?.at(-1)
    const line = `${LEVEL_WORDS[level].title}: highest R@10 ${share(best.recall['10'])}, ${best.name}.`
    return [served && against ? `${line} ${verdict(served.name, against)}` : line]
  })
}

/** "funnel is ahead of control with recency: R@10 +.0014 (+.0003 to +.0026)."; a tie is called a tie. */
function verdict(name: string, { from, recall, interval }: Difference): string {
  const of = interval['10']
  if (!of) return `${name} against ${from}: R@10 ${signed(recall['10'])}.`
  const [low, high] = of
  const found = low > 0 ? 'is ahead of' : high < 0 ? 'is behind' : 'ties with'
  return `${name} ${found} ${from}: R@10 ${signed(recall['10'])} (${signed(low)} to ${signed(high)}).`
}

/** The row with the highest recall@10. */
function bestRow(rows: readonly ReportRow[]): ReportRow {
  const known = rows.filter((row) => !isBound(row))
  return known.reduce((best, row) => (row.recall['10'] > best.recall['10'] ? row : best), known[0])
}

/** What was asked of the retrievers, in one line. */
export function protocolText({ protocol, data }: Pick<Report, 'protocol' | 'data'>): string {
  const index =
    protocol.indexSize === 0
      ? 'whole catalog'
      : `index of ${count(protocol.indexSize)} drawn at random, absent positives added`
  return (
    `Histories up to ${day(protocol.cutoff)}, conversions of the ${protocol.windowDays} days after; ${index}; ` +
    `history ${protocol.history}. Protocol ${protocol.hash}, data ${data.hash}.`
  )
}

/** A table for each of the levels that the report has, with what is counted as missed under it. */
export function levelsText(report: Report, wanted: readonly Level[], width = Infinity): string[] {
  const lines: string[] = []
  for (const level of wanted) {
    const rows = report.rows.filter((row) => row.level === level)
    const about = report.levels[level]
    if (rows.length === 0 || !about) continue
    lines.push(
      '',
      `${LEVEL_WORDS[level].title}: ${count(about.entries)} entries, ${count(rows[0].users)} users, ` +
        `${count(rows[0].positives)} conversions to find, ${count(rows[0].positivesNew)} of them new to the user`,
      '',
    )
    lines.push(...table(rows, width))
    const weighed = rows.flatMap((row) => (formula(row) ? [`${row.name} = ${formula(row)}.`] : []))
    if (weighed.length > 0) lines.push('', ...weighed)
    const beside = rows
      .filter((row) => row.kind === 'model' && row.difference)
      .map((row) => comparison(row.name, row.difference!))
    const over = rows.flatMap((row) => (row.overControls ?? []).map((one) => comparison(row.name, one)))
    if (beside.length + over.length > 0) lines.push('', ...beside, ...over)
    const missed = missedText(level, about)
    if (missed) lines.push('', `${missed}${withHistoryText(rows, about)}`)
  }
  return lines
}

/** "Counted as misses: 9 conversions of items not known at the cutoff, 32 conversions of 2 users without a history." */
function missedText(
  level: Level,
  { positivesOutside, positivesWithoutHistory, usersWithoutHistory }: NonNullable<Report['levels'][Level]>,
): string {
  const parts = [
    positivesOutside > 0
      ? `${conversions(positivesOutside)} of ` +
        `${positivesOutside === 1 ? LEVEL_WORDS[level].one : LEVEL_WORDS[level].many} ` +
        'not known at the cutoff'
      : '',
    positivesWithoutHistory > 0
      ? `${conversions(positivesWithoutHistory)} of ` +
        `${usersWithoutHistory === 1 ? '1 user' : `${count(usersWithoutHistory)} users`} without a history`
      : '',
  ].filter(Boolean)
  return parts.length > 0 ? `Counted as misses: ${parts.join(', ')}.` : ''
}

/** Recall of the first row where those who have no history are left out: for them nobody could find anything. */
function withHistoryText(
  [{ name, recallWithHistory: known }]: readonly ReportRow[],
  { usersWithoutHistory }: NonNullable<Report['levels'][Level]>,
): string {
  // reports of earlier versions do not have it
  if (usersWithoutHistory === 0 || !known) return ''
  return ` Over users with a history alone, ${name} has R@10 ${share(known['10'])}, R@100 ${share(known['100'])}.`
}

const conversions = (n: number): string => (n === 1 ? '1 conversion' : `${count(n)} conversions`)

/** Where there is no room, coverage@100 goes first. */
function table(rows: readonly ReportRow[], width: number): string[] {
  const head = ['', 'R@10', '95 %', 'R@100', 'new@10', 'new@100', 'cov@10', 'cov@100']
  const best = rows.length > 1 ? bestRow(rows) : undefined
  const cells = rows.map((row) => [
    row === best ? `${row.name} *` : row.name,
    share(row.recall['10']),
    row.interval['10'] ? `${share(row.interval['10'][0])}-${share(row.interval['10'][1])}` : '-',
    share(row.recall['100']),
    row.positivesNew > 0 ? share(row.recallNew['10']) : '-',
    row.positivesNew > 0 ? share(row.recallNew['100']) : '-',
    share(row.coverage['10']),
    share(row.coverage['100']),
  ])
  const ceiling = rows[0].coverageCeiling
  cells.push(['most possible', '', '', '', '', '', share(ceiling['10']), share(ceiling['100'])])
  return columnsWithin([head, ...cells], width, [7, 5, 2])
}

/** "mean pooling against transformer: R@10 -.0012 (95 % interval -.0020 to -.0004, over the same users)" */
function comparison(name: string, { from, recall, interval }: Difference): string {
  const at = (k: string): string =>
    `R@${k} ${signed(recall[k])}${interval[k] ? ` (${signed(interval[k][0])} to ${signed(interval[k][1])})` : ''}`
  return `${name} against ${from}, user by user: ${at('10')}, ${at('100')}.`
}

/** One sentence on how to read the tables, with the judged model's own figure. */
export function readingText(report: Report): string {
  const main = report.rows.filter((row) => row.level === report.kind)
  const model = main.find((row) => row.kind !== 'baseline' && row.kind !== 'ceiling')
  const example = model ?? main[0]
  const found =
    `How to read it: R@10 of ${share(example.recall['10'])} means that ${percent(example.recall['10'])} of all ` +
    `conversions were among the 10 results of ${example.name} for that user`
  return (
    `${found}; 95 % = the interval of R@10; * = highest R@10; new = recall of only what the user had never dealt ` +
    'with, ranked among ' +
    'entries new to them; cov = share of the index that makes up 90 % of all results. Own = times that the user ' +
    'dealt with the entry, recent own = the same, each time counted as 2^(-age / 30 days), popularity = ' +
    'conversions.'
  )
}

const percent = (x: number): string => `${(100 * x).toFixed(1)} %`
