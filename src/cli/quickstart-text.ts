import { duration } from '../core/progress.js'
import { reportText, share } from '../evaluate/report-text.js'
import type { Report, ReportRow } from '../evaluate/report.js'
import type { QuickstartResult } from './quickstart.js'

/** What quickstart ends with: the recall tables, whether the sequence model gained over pooling, what to try next. */
export function quickstartText({ real, world, seconds }: QuickstartResult, folder: string): string {
  return [
    heading('Real data, items'),
    reportText(real.item),
    heading('Real data, advertisers'),
    reportText(real.advertiser),
    heading('Synthetic world, items'),
    reportText(world),
    '',
    sequenceGain(world),
    heading('What to try next'),
    `  npx adseq tui --workspace ${folder}/real                         curves, and any user's history beside what is retrieved`,
    `  npx adseq inspect user 2043 --workspace ${folder}/real            the same as text`,
    `  npx adseq serve --workspace ${folder}/real                       candidates over HTTP`,
    `  npx adseq train item --set train.logq=none --workspace ${folder}/world   without the correction; then adseq eval item --runs all`,
    `  npx adseq init, then adseq import csv your-events.csv            your own data`,
    '',
    `Done in ${duration(seconds)}.`,
  ].join('\n')
}

const heading = (text: string): string => `\n== ${text} ==\n`

/** One sentence: the model's recall@10 against mean pooling's, and whether their intervals stand apart. */
export function sequenceGain(report: Report): string {
  const models = report.rows.filter((row) => row.kind === 'model' && row.level === report.kind)
  const transformer = models.find((row) => row.name.includes('transformer'))
  const mean = models.find((row) => /\bmean\b/.test(row.name) && !row.name.includes('decayed'))
  if (!transformer || !mean) return 'No pair of a transformer and a mean pooling run to compare.'
  const at = (row: ReportRow): string => `${share(row.recall['10'])} (${share(row.interval['10'][0])}-${share(row.interval['10'][1])})`
  const change = (100 * (transformer.recall['10'] - mean.recall['10'])) / mean.recall['10']
  const apart = transformer.interval['10'][0] > mean.interval['10'][1] || mean.interval['10'][0] > transformer.interval['10'][1]
  const pair = `On the synthetic world, where what follows what carries signal, R@10 is ${at(transformer)} for the transformer and ${at(mean)} for mean pooling of the same events: ${change >= 0 ? '+' : ''}${change.toFixed(0)} %`
  return apart ? `${pair}; the intervals stand apart.` : `${pair}, but the intervals overlap: from this run alone no difference can be claimed.`
}
