import { percent, range } from '../text/lifts.js'
import { duration } from '../text/numbers.js'
import { tableLines, type Column } from '../text/table.js'
import { wrap } from '../core/wrap.js'
import {
  ONLINE_CLAIMS,
  WORLD_SETTINGS,
  type MetricFound,
  type OnlineFinding,
  type OnlineReproduction,
  type OnlineVerdict,
} from './online.js'

/** Columns that tables and sentences keep to. */
const WIDTH = 80

interface Row extends MetricFound {
  finding: OnlineFinding
  /** of the rows of a finding the first */
  first: boolean
}

const SHORT: Record<OnlineVerdict, string> = { holds: 'yes', 'does not hold': 'no', 'cannot be told': 'open' }

const COLUMNS: Column<Row>[] = [
  { head: 'world', value: ({ finding, first }) => (first ? finding.setting : '') },
  { head: 'metric', value: ({ name }) => name },
  { head: 'lift', align: 'right', value: ({ lift }) => percent(lift) },
  { head: '95 %', align: 'right', value: ({ interval }) => range(interval) },
  { head: 'truth', align: 'right', value: ({ truth }) => percent(truth) },
  { head: 'holds', value: ({ finding, first }) => (first ? SHORT[finding.verdict] : '') },
  { head: 'in truth', value: ({ finding, first }) => (first ? (finding.truth ? SHORT[finding.truth] : '-') : '') },
]

/** The online claims as plain lines: each with what every setting of the world says of it. */
export function onlineText(result: OnlineReproduction): string {
  const { findings, missing, world, days, spentSeconds, budgetSeconds, set } = result
  const said = (text: string): string => wrap(text, WIDTH)
  return [
    said(
      `Online claims in the ${world} world, experiments of ${days} days${set.length > 0 ? `; ${set.join(' ')}` : ''}.`,
    ),
    ...WORLD_SETTINGS.map(({ id, about }) => said(`${id}: ${about}.`)),
    ...ONLINE_CLAIMS.flatMap(({ id, text, source }) => {
      const of = findings.filter(({ claim }) => claim === id)
      const rows = of.flatMap((finding) =>
        finding.metrics.map((metric, m): Row => ({ ...metric, finding, first: m === 0 })),
      )
      const asked = source === 'adseq' ? ' (our question)' : ''
      return ['', said(`${text[0].toUpperCase()}${text.slice(1)}${asked}.`), ...tableLines(COLUMNS, rows, WIDTH)]
    }),
    '',
    said(
      'lift: treatment against control; truth: everyone treated against nobody. A claim holds where the interval says ' +
        'so, does not where it says the contrary, and is open where the interval holds both. Of twenty intervals one ' +
        'misses.',
    ),
    ...(missing.length > 0
      ? [said(`The budget had no room for: ${missing.join(', ')}. The same command with a larger one goes on.`)]
      : []),
    said(`${duration(spentSeconds)} of a budget of ${duration(budgetSeconds)}.`),
  ].join('\n')
}

/** The same as a document. */
export const onlineMarkdown = (result: OnlineReproduction): string =>
  `# Online claims\n\n\`\`\`\n${onlineText(result)}\n\`\`\`\n`
