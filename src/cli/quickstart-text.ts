import { IS_CLONE } from '../core/own-folder.js'
import { readingText, verdictLines } from '../evaluate/report-text.js'
import type { Report } from '../evaluate/report.js'
import type { QuickstartResult } from './quickstart.js'
import { signed, duration, share } from '../text/numbers.js'

/** What quickstart ends with: what its tables come to, how to read them, what to try next. */
export function quickstartText({ real, world, seconds }: QuickstartResult, folder: string): string {
  const adseq = IS_CLONE ? 'npx adseq' : 'adseq'
  return [
    heading('Real data: what was bought in the 30 days after the cutoff'),
    ...verdictLines(real.item).slice(0, 1),
    ...verdictLines(real.advertiser),
    heading('Synthetic world'),
    ...verdictLines(world),
    sequenceGain(world),
    '',
    readingText(world),
    heading('What to try next'),
    ...next(adseq, `tui --workspace ${folder}/real`, "curves, and any user's history beside what is retrieved"),
    ...next(adseq, `inspect user 2043 --workspace ${folder}/real`, 'the same as text'),
    ...next(adseq, `serve --workspace ${folder}/world`, 'a page to look around on; ads and candidates over HTTP'),
    ...next(
      adseq,
      `train item --set train.logq=none --workspace ${folder}/world`,
      'without the correction; then adseq eval item --runs all',
    ),
    ...next(adseq, 'init', 'your own data; then adseq import csv your-events.csv'),
    '',
    `Done in ${duration(seconds)}.`,
  ].join('\n')
}

const next = (adseq: string, command: string, what: string): string[] => [`  ${adseq} ${command}`, `      ${what}`]
const heading = (text: string): string => `\n== ${text} ==\n`

/** One sentence: the transformer's recall@10 against mean pooling's, with the interval of the paired difference. */
export function sequenceGain(report: Report): string {
  const models = report.rows.filter((row) => row.kind === 'model' && row.level === report.kind)
  const transformer = models.find((row) => row.name.includes('transformer'))
  const mean = models.find((row) => row.difference && /\bmean\b/.test(row.name) && !row.name.includes('decayed'))
  if (!transformer || !mean) return 'No pair of a transformer and a mean pooling run to compare.'
  const [low, high] = mean.difference!.interval['10'].map((x) => -x).reverse()
  const gain = transformer.recall['10'] - mean.recall['10']
  const found =
    `On the synthetic world, where what follows what carries signal, R@10 is ${share(transformer.recall['10'])} ` +
    `for the transformer and ${share(mean.recall['10'])} for mean pooling of the same events: ${signed(gain)} (95 ` +
    `% interval of the paired difference ${signed(low)} to ${signed(high)}, ` +
    `${((100 * gain) / mean.recall['10']).toFixed(0)} %)`
  if (low > 0) return `${found}. Order is worth something here.`
  return high < 0 ? `${found}. Here the sequence model loses.` : `${found}: no difference can be claimed from this run.`
}
