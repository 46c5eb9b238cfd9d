import { tableLines, type Column } from '../text/table.js'
import type { Level } from '../protocol/queries.js'
import { shortKey } from './settings.js'
import { scatter } from './scatter.js'
import type { Sweep } from './sweep-outcome.js'
import { share, signed, duration } from '../text/numbers.js'

type Row = Sweep['trials'][number]

/** The sweep as plain lines: a table of trials, fronts as plots, and the point to take. */
export function sweepText(sweep: Sweep, width: number): string {
  return [
    ...table(sweep, width),
    '',
    ...plots(sweep, width),
    ...recommendation(sweep),
    ...notes(sweep),
    `As one page, with plots: studies/${sweep.id}/sweep.html`,
  ].join('\n')
}

function table({ kind, trials, over, fronts, recommended }: Sweep, width: number): string[] {
  const front = fronts[kind]![judgedAt(recommended, kind)]
  const metric = (level: 'item' | 'advertiser', of: 'recall' | 'coverage', at: string, drop: number): Column<Row> => ({
    head: `${level === kind ? '' : 'adv '}${of === 'recall' ? 'R' : 'cov'}@${at}`,
    align: 'right',
    drop,
    value: ({ levels }) => share(levels[level]![of][at]),
  })
  const own = (at: string, drop: number): Column<Row>[] => [
    metric(kind, 'recall', at, drop),
    metric(kind, 'coverage', at, drop),
  ]
  const above =
    kind === 'item' && fronts.advertiser
      ? [metric('advertiser', 'recall', '10', 2), metric('advertiser', 'coverage', '10', 2)]
      : []
  const columns: Column<Row>[] = [
    { head: '', value: ({ mark }) => mark },
    ...over.map((key): Column<Row> => ({
      head: shortKey(key),
      align: 'right',
      value: ({ settings }) => String(settings[key] ?? 'as set'),
    })),
    ...own('10', 0),
    ...own('100', 1),
    ...above,
    { head: 'steps', align: 'right', drop: 3, value: ({ steps, rising }) => `${steps}${rising ? '+' : ''}` },
    { head: 'time', align: 'right', drop: 4, value: ({ seconds }) => duration(seconds) },
    {
      head: '',
      value: ({ key }) =>
        [key === recommended.key && 'take', front.includes(key) && 'front'].filter(Boolean).join(', '),
    },
  ]
  return tableLines(columns, trials, Math.max(width, 60))
}

/** The K that a level is judged by; 10 at a level that is not. */
export const judgedAt = ({ judged }: Sweep['recommended'], of: Level): string =>
  judged.find(({ level }) => level === of)?.at ?? '10'

function plots({ trials, fronts, recommended }: Sweep, width: number): string[] {
  return (['item', 'advertiser'] as const).flatMap((level) => {
    const at = judgedAt(recommended, level)
    const front = fronts[level]?.[at]
    if (!front || trials.length < 2) return []
    const dots = trials.map(({ key, mark, levels }) => ({
      x: levels[level]!.coverage[at],
      y: levels[level]!.recall[at],
      mark: front.includes(key) ? mark : '.',
      front: front.includes(key),
    }))
    const marks = front.map((key) => trials.find((trial) => trial.key === key)!.mark)
    return [
      `${level === 'item' ? 'Items' : 'Advertisers'}: front ${marks.join(' ')} (others: .)`,
      ...scatter(dots, { width: Math.min(width, 72), height: 13, x: `P90 coverage@${at}`, y: `recall@${at}` }),
      '',
    ]
  })
}

/** Which point to take, by which rule, at which price; then the commands, indented. */
export function recommendation({ kind, trials, recommended }: Sweep): string[] {
  const { key, best, judged, against, rule, commands } = recommended
  const of = (wanted: string): Row => trials.find((trial) => trial.key === wanted)!
  const [chosen, top] = [of(key), of(best)]
  const at = judgedAt(recommended, kind)
  const changed =
    Object.entries(chosen.settings)
      .map(([name, value]) => `${shortKey(name)} ${value}`)
      .join(', ') || 'the settings as they are'
  const lines = [`Take ${chosen.mark}: ${changed}. Rule: ${rule}.`]
  if (key !== best) {
    const price = judged.map(({ level, at }) => {
      const { recall, interval } = against[level]!
      return `${level} recall@${at} ${signed(recall[at])} (${signed(interval[at][0])} to ${signed(interval[at][1])})`
    })
    lines.push(
      `Against ${top.mark}, the best in recall@${at}: ${price.join(', ')}, for coverage@${at} ` +
        `${share(chosen.levels[kind]!.coverage[at])} instead of ${share(top.levels[kind]!.coverage[at])}.`,
    )
  }
  return [
    ...lines,
    'The best of many trials looks better than it is. Its figure for a report: train it with the whole training ' +
      'period, and judge it once on the window that no trial has seen:',
    ...commands.map((line) => `    ${line}`),
  ]
}

/** What the sweep leaves open. */
export function notes({ trials, failed, left, spentSeconds }: Sweep): string[] {
  const lines = [`${trials.length} trials, ${duration(spentSeconds)} at work.`]
  const rising = trials.filter((trial) => trial.rising)
  if (rising.length > 0)
    lines.push(
      `${rising.length} of them were best at their last step (+): with more train.steps they might have gone on ` +
        'rising.',
    )
  if (failed.length > 0) lines.push(`${failed.length} could not be trained: ${failed[0].message}`)
  if (left > 0) lines.push(`${left} are left to try: the same command with a larger budget goes on.`)
  return lines
}
