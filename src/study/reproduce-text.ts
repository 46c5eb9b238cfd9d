import type { Finding, FoundAt, Reproduction } from './findings.js'
import type { Estimate, Verdict } from './verdict.js'
import { day } from '../text/moments.js'
import { share, signed, duration } from '../text/numbers.js'

const WORDS: Record<Verdict, string> = {
  holds: 'holds',
  'does not hold': 'does not hold',
  tie: 'a tie within the interval',
  'not enough budget': 'not enough budget',
  'cannot be tested': 'cannot be tested here',
}

/** The reproduction as plain lines. */
export function reproductionText(result: Reproduction): string {
  return [about(result), ...result.claims.flatMap((claim) => ['', ...claimLines(claim)]), '', ...notes(result)].join(
    '\n',
  )
}

/** The same as a document. */
export function reproductionMarkdown(result: Reproduction): string {
  const parts = result.claims.map((claim) =>
    [`## ${claim.title}`, `The original: ${claim.original}.`, fenced(claimLines(claim).slice(2))].join('\n\n'),
  )
  return `${[
    `# Claims of the method on data ${result.data.hash}`,
    about(result),
    ...parts,
    notes(result)
      .map((line) => `- ${line}`)
      .join('\n'),
  ].join('\n\n')}\n`
}

const fenced = (lines: readonly string[]): string => ['```', ...lines, '```'].join('\n')

function about({
  kind,
  data,
  cutoff,
  windowDays,
  steps,
  refit,
  set,
  trainings,
  budgetSeconds,
  spentSeconds,
}: Reproduction): string {
  const size =
    `${data.users.toLocaleString('en-US')} users, ${data.items.toLocaleString('en-US')} items, ` +
    `${data.advertisers.toLocaleString('en-US')} advertisers; histories of ${data.middle} events in the middle, ` +
    `${data.longest} at most`
  const changed = set.length > 0 ? ` Settings: ${set.join(' ')}.` : ''
  return (
    `The ${kind} model on ${size}. Judged on the ${windowDays} days after ${day(cutoff)}, which no training has ` +
    `seen; trainings of at most ${steps} steps, ${refit ? 'with refit' : 'without refit'}.${changed} ${trainings} ` +
    `trainings; ${duration(spentSeconds)} of a budget of ${duration(budgetSeconds)}.`
  )
}

function claimLines({ title, original, findings, curve }: Reproduction['claims'][number]): string[] {
  const lines = [`${title}. The original: ${original}`, '']
  for (const finding of findings) lines.push(...findingLines(finding))
  if (curve.length > 0) {
    lines.push(
      '',
      `${''.padEnd(12)}${['R@10', 'R@100', 'cov@10', 'training'].map((head) => head.padStart(head === 'training' ? 12 : 10)).join('')}`,
    )
    for (const { label, recall, coverage, seconds } of curve)
      lines.push(
        `${label.padEnd(12)}${[share(recall['10']), share(recall['100']), share(coverage['10']), duration(seconds)].map((cell, c) => cell.padStart(c === 3 ? 12 : 10)).join('')}`,
      )
  }
  return lines
}

function findingLines(finding: Finding): string[] {
  const { text, source, seeds, rising, reason } = finding
  const head = `${verdictWords(finding).toUpperCase()}: ${text}${source === 'adseq' ? ' (our question)' : ''}`
  const figures = Object.entries(finding.at).map(([k, at]) => `  ${figure(finding, k, at)}`)
  const trainings =
    seeds > 0
      ? [
          '  ' +
            `${seeds === 1 ? 'one training of each' : `${seeds} trainings of each, with other seeds`}${rising ? '; not all had come to rest at their last step, so this may change with more' : ''}`,
        ]
      : []
  return [reason ? `${head}: ${reason}` : head, ...figures, ...trainings]
}

/** One word for all K, or one for each where they differ. */
function verdictWords({ verdict, at }: Finding): string {
  const each = Object.entries(at)
  return each.every(([, one]) => one.verdict === verdict) || each.length === 0
    ? WORDS[verdict]
    : each.map(([k, one]) => `@${k} ${WORDS[one.verdict]}`).join(', ')
}

function figure(
  { of, level }: Finding,
  k: string,
  { estimate, difference, relative, relativeCheckout, beyond }: FoundAt,
): string {
  const name = `${level} ${of}@${k}`
  if (beyond && estimate) return `${name}, gain of a doubling: before ${interval(estimate)}, beyond ${interval(beyond)}`
  const checkout = relativeCheckout === undefined ? '' : `; checkouts alone ${percent(relativeCheckout)}`
  return (
    `${name} ${estimate ? interval(estimate) : `${signed(difference)}, no interval`}, ` +
    `${percent(relative)}${checkout}`
  )
}

const interval = ({ mean, low, high }: Estimate): string => `${signed(mean)} (${signed(low)} to ${signed(high)})`
const percent = (x: number): string =>
  Number.isFinite(x) ? `${x < 0 ? '-' : '+'}${(100 * Math.abs(x)).toFixed(1)} %` : 'no base to compare with'

function notes({ claims, rising, trainings, seedDeviation, set, kind, refit }: Reproduction): string[] {
  const all = claims.flatMap(({ findings }) => findings)
  const count = (verdict: Verdict): number => all.filter((one) => one.verdict === verdict).length
  const known = Object.entries(seedDeviation).flatMap(([level, ks]) =>
    Object.entries(ks).map(([k, sd]) => `${level} recall@${k} ${share(sd)}`),
  )
  const lines = [
    `${all.length} statements: ${count('holds')} hold, ${count('does not hold')} do not, ${count('tie')} are ` +
      `ties or mixed, ${count('not enough budget')} not enough budget, ${count('cannot be tested')} cannot be ` +
      'tested here.',
    'Intervals are of 95 %: a paired bootstrap over users, widened by the spread between seeds where it is ' +
      'known. Of twenty intervals one misses.',
    known.length > 0
      ? `Standard deviation between seeds of a difference, pooled over statements: ${known.join(', ')}.`
      : 'Each side was trained once: what another seed would change is not in the intervals. A larger budget adds ' +
        'seeds.',
  ]
  if (rising > 0)
    lines.push(
      `${rising} of ${trainings} trainings were best at their last step: with more steps they might have gone on ` +
        'rising, and verdicts on them may change.',
    )
  if (!refit)
    lines.push(
      'Trainings end a window before the cutoff (no refit), all alike; --set train.refit=true trains each up to ' +
        'the cutoff, in twice the time.',
    )
  if (count('not enough budget') > 0)
    lines.push(
      `Left out for the budget: ${all
        .filter((one) => one.verdict === 'not enough budget')
        .map(({ text }) => text)
        .join('; ')}. The same command with a larger --budget goes on.`,
    )
  lines.push(
    `Again: adseq reproduce ${kind}${set.map((one) => ` --set ${one}`).join('')} --claims ` +
      `${claims.map(({ id }) => id).join(',')} --budget ...`,
  )
  return lines
}
