import type { Run } from '../runs.js'
import { tableLines, type Column } from '../../text/table.js'
import { share, short, count, duration } from '../../text/numbers.js'
import { day, minute } from '../../text/moments.js'

export const RUN_COLUMNS: Column<Run>[] = [
  { head: 'run', value: (r) => r.id },
  { head: 'status', value: statusText },
  { head: 'user tower', value: (r) => r.config['model.userTower'] ?? '', drop: 3 },
  { head: '@10', value: (r) => recallAt(r, '10'), align: 'right' },
  { head: '@100', value: (r) => recallAt(r, '100'), align: 'right' },
  { head: 'took', value: (r) => (r.seconds === null ? '' : duration(r.seconds)), align: 'right', drop: 2 },
  { head: 'weights', value: (r) => r.weightsHash?.slice(0, 12) ?? '', drop: 5 },
  { head: 'engine', value: (r) => [r.engine, r.device].filter(Boolean).join(' '), drop: 4 },
]

/** "done", "refit 610/900", "stopped at 250" */
export function statusText(run: Run): string {
  if (run.status === 'done') return 'done'
  if (run.status === 'stopped') return `stopped at ${count(run.step)}`
  return `${run.phase ?? 'starting'} ${count(run.step)}/${count(run.steps)}`
}

/** Recall at K as text, '-' where it was not measured. */
export function recallAt(run: Run, k: string): string {
  return run.recall[k] === undefined ? '-' : share(run.recall[k])
}

/** What there is to know of a run besides its settings, as label and value. */
export function runFacts(run: Run): [label: string, value: string][] {
  const loss = run.curves.shown()?.loss
  return [
    ['status', statusText(run)],
    ['recall@10', recallAt(run, '10')],
    ['recall@100', recallAt(run, '100')],
    ['loss', loss?.length ? short(loss[loss.length - 1].y, 4) : '-'],
    ['weights', run.weightsHash?.slice(0, 16) ?? '-'],
    ['engine', [run.engine, run.device].filter(Boolean).join(' ') || '-'],
    ['seed', run.seed === null ? '-' : String(run.seed)],
    ['parameters', run.parameters === null ? '-' : count(run.parameters)],
    ['created', run.created === null ? '-' : minute(Date.parse(run.created) / 1000)],
    ['took', run.seconds === null ? '-' : duration(run.seconds)],
    ['cutoff', run.cutoff === null ? '-' : day(run.cutoff)],
    ['window', run.windowDays === null ? '-' : `${run.windowDays} days`],
    ['data', run.dataHash?.slice(0, 16) ?? '-'],
  ]
}

/** A run without its curves, for --json. */
export function runObject({ curves: _curves, ...run }: Run): Omit<Run, 'curves'> {
  return run
}

/** What `adseq tui` prints where there is no terminal. */
export function runsText(runs: readonly Run[], width: number): string[] {
  if (runs.length === 0) return NO_RUNS
  return [
    ...tableLines(RUN_COLUMNS, runs, width),
    '',
    '@10, @100: recall on the validation window; adseq eval measures the test window',
  ]
}

/** Said where nothing was trained yet. */
export const NO_RUNS = [
  'There are no runs yet in this workspace.',
  'Train a model: adseq train item',
  'No data yet either? adseq quickstart does everything once on the sample data.',
]
