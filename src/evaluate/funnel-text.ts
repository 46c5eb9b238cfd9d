import type { AdKind } from '../ads/inventory.js'
import type { L1Report } from '../funnel/l1/train.js'
import type { Reliability } from '../funnel/l1/reliability.js'
import { count, share } from '../text/numbers.js'
import { columns } from '../text/table.js'
import { LEVEL_WORDS } from '../text/words.js'
import type { Stage } from './funnel-stages.js'

const STAGES: Record<Stage['stage'], string> = {
  generate: 'generators',
  union: 'all generators together',
  quota: 'after light ranker and quotas',
  blend: 'handed on (100)',
}
const KINDS = { shopping: 'item', standard: 'advertiser' } as const

/** Where the funnel loses what users convert on: a table a level. */
export function stagesText(stages: readonly Stage[]): string {
  const lines: string[] = []
  for (const level of ['item', 'advertiser'] as const) {
    const rows = stages.filter((stage) => stage.level === level)
    if (rows.length === 0) continue
    const oracle = rows.some(({ oracleLost }) => oracleLost !== undefined)
    const cells = rows.map(({ stage, generator, out, kept, unique, oracleLost }) => [
      generator === undefined ? STAGES[stage] : `  ${generator}`,
      out.toFixed(1),
      share(kept),
      unique === undefined ? '' : share(unique),
      ...(oracle ? [oracleLost === undefined ? '' : share(oracleLost)] : []),
    ])
    lines.push(
      '',
      `${LEVEL_WORDS[level].title}, stage by stage`,
      '',
      ...columns([['', 'ads', 'kept', 'only here', ...(oracle ? ['value lost'] : [])], ...cells]),
    )
  }
  return [
    ...lines,
    '',
    'ads = a user, on average; kept = share of all conversions that can still be won; only here = share that no other ' +
      'generator found' +
      (stages.some(({ oracleLost }) => oracleLost !== undefined)
        ? "; value lost = of the oracle's best 100, by its own expectation."
        : '.') +
      ' In the table above entries that no generator found tie for the last place.',
  ].join('\n')
}

/** 0.00004 -> "0.04" */
const perThousand = (share: number): string => (share === 0 ? '0' : String(Number((share * 1000).toPrecision(1))))

/** How the light ranker's probabilities fit. */
export function reliabilityText(reliability: Readonly<Record<AdKind, Reliability>>, days: string): string {
  const lines = Object.entries(reliability).flatMap(([kind, { rows, positives, bins, ...of }]) => [
    '',
    `Light ranker, ${kind} ads, on ${days}: ${count(rows)} candidates, ${count(positives)} converted on; normalised ` +
      `entropy ${of.normalisedEntropy?.toFixed(3) ?? '-'}, expected calibration error ` +
      `${of.calibrationError.toPrecision(2)}, predicted over seen ${of.ratio?.toFixed(2) ?? '-'}`,
    '',
    ...columns([
      ['predicted', ...bins.map(({ predicted }) => perThousand(predicted))],
      ['seen', ...bins.map(({ seen }) => perThousand(seen))],
    ]),
  ])
  return [
    ...lines,
    '',
    'Normalised entropy: 1 says no more than the mean share, lower is better. Below it: of 1,000 candidates so many ' +
      'are converted on, as predicted and as seen, a tenth of the candidates a column.',
  ].join('\n')
}

/** What `adseq train l1` did. */
export function lightRankerText(report: Readonly<Record<AdKind, L1Report>>): string {
  const about = Object.entries(report).map(
    ([kind, { users, heldOut, positives, epochs }]) =>
      `${LEVEL_WORDS[KINDS[kind as AdKind]].title} by ${kind} ads: ${count(users)} users, ${count(positives)} ` +
      `conversions, best after ${epochs} passes; ${count(heldOut)} users held out.`,
  )
  const fits = Object.fromEntries(Object.entries(report).map(([kind, of]) => [kind, of.reliability]))
  return [...about, reliabilityText(fits as Record<AdKind, Reliability>, 'users held out')].join('\n')
}
