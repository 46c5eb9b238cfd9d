import { Box, Text } from 'ink'
import type { ReactNode } from 'react'
import { smoothed, type Point } from '../../inspect/curves.js'
import { differences, type Run } from '../../inspect/runs.js'
import { NO_RUNS, RUN_COLUMNS } from '../../inspect/text/runs-text.js'
import { Chart } from '../chart-view.js'
import { PaneTitle, Rule } from '../frame.js'
import { RunDetails } from './run-details.js'
import { TableView } from '../table-view.js'
import { seriesStyle, theme } from '../theme.js'
import type { Screen, ScreenProps } from '../screen.js'
import { useEvery } from '../use-every.js'
import { rowsOf, useScreenKeys, within } from '../use-keys.js'
import { useLive } from '../use-live.js'
import { share, short } from '../../text/numbers.js'

interface State {
  /** id of the run under the cursor; the first one until it is moved */
  cursor: string | undefined
  /** ids in the order they were chosen, so that letters stay as runs are added */
  selected: readonly string[]
  details: boolean
  scroll: number
  /** index of RECALL_KS */
  k: number
  /** index of SMOOTHINGS */
  smoothing: number
  /** the loss on a logarithmic scale */
  log: boolean
  /** the later part of the steps alone: this share of them is left out */
  zoom: number
}

const RECALL_KS = ['10', '100']
/** What the loss is smoothed by. */
const SMOOTHINGS = [
  { says: 'smoothed', beta: 0.95 },
  { says: 'smoothed more', beta: 0.99 },
  { says: 'as recorded', beta: 0 },
] as const
/** Shares of the steps that are left out at the beginning. */
const ZOOMS = [0, 0.5, 0.8] as const

/** The runs above; below, the curves of the chosen ones laid over each other, or their details side by side. */
function Runs({ sources, width, height, shown: onShow, onKeys, go }: ScreenProps): ReactNode {
  const runs = useEvery(sources.runs, onShow)
  const { state, now, change } = useLive<State>({
    cursor: undefined,
    selected: [],
    details: false,
    scroll: 0,
    k: 0,
    smoothing: 0,
    log: false,
    zoom: 0,
  })
  // runs come and go: what is kept is the run, not its place
  const placeOf = (id: string | undefined): number =>
    Math.max(
      0,
      runs.findIndex((run) => run.id === id),
    )

  useScreenKeys(onKeys, (input, key) => {
    if (runs.length === 0) return
    const { cursor, selected, details, scroll, k } = now()
    const run = runs[placeOf(cursor)]
    if (key.pageDown) change({ scroll: scroll + 5 })
    else if (key.pageUp) change({ scroll: Math.max(0, scroll - 5) })
    else if (rowsOf(input, key) !== 0)
      change({ cursor: runs[within(placeOf(cursor) + rowsOf(input, key), runs.length)].id, scroll: 0 })
    else if (input === ' ')
      change({ selected: selected.includes(run.id) ? selected.filter((one) => one !== run.id) : [...selected, run.id] })
    else if (input === 'c') change({ selected: [] })
    else if (key.return) change({ details: !details })
    else if (input === 'm') change({ k: (k + 1) % RECALL_KS.length })
    else if (input === 's') change({ smoothing: (now().smoothing + 1) % SMOOTHINGS.length })
    else if (input === 'g') change({ log: !now().log })
    else if (input === 'z') change({ zoom: (now().zoom + 1) % ZOOMS.length })
    else if (input === 'u') go('Users', run.status === 'done' ? { runs: { [run.kind]: run.id } } : {})
  })

  if (runs.length === 0) return <NoRuns />
  const cursor = placeOf(state.cursor)
  const chosen = state.selected.map((id) => runs.find((run) => run.id === id)).filter((run) => run !== undefined)
  const shown = chosen.length > 0 ? chosen : [runs[cursor]]
  const list = Math.min(runs.length + 1, Math.max(4, Math.floor(height * 0.35)))
  const rest = height - list - 2
  return (
    <Box flexDirection="column" width={width} height={height}>
      <TableView
        columns={RUN_COLUMNS}
        rows={runs}
        width={width}
        height={list}
        cursor={cursor}
        focused
        empty=""
        mark={(run) => {
          const at = shown.indexOf(run)
          return at < 0 ? { char: '·' } : { char: seriesStyle(at).mark, colour: seriesStyle(at).colour }
        }}
      />
      <Rule width={width} />
      {state.details ? (
        <RunDetails runs={shown} width={width} height={rest + 1} scroll={state.scroll} />
      ) : (
        <RunCurves runs={shown} width={width} height={rest + 1} k={RECALL_KS[state.k]} state={state} />
      )}
    </Box>
  )
}

function RunCurves({
  runs,
  width,
  height,
  k,
  state: { smoothing, log, zoom },
}: {
  runs: readonly Run[]
  width: number
  height: number
  k: string
  state: State
}): ReactNode {
  const kinds = width >= 120 ? ['loss', ...RECALL_KS] : width >= 56 ? ['loss', k] : ['loss']
  const each = Math.floor((width - 2 * (kinds.length - 1)) / kinds.length)
  const { says, beta } = SMOOTHINGS[smoothing]
  const last = Math.max(0, ...runs.map((run) => run.curves.shown()?.raw.at(-1)?.x ?? 0))
  const from = ZOOMS[zoom] * last
  const losses = (run: Run): readonly Point[] => smoothed(run.curves.shown()?.raw ?? [], beta)
  const scaled = ({ x, y }: Point): Point[] => (!log ? [{ x, y }] : y > 0 ? [{ x, y: Math.log10(y) }] : [])
  return (
    <Box flexDirection="column">
      <Legend runs={runs} />
      <Box gap={2}>
        {kinds.map((kind) => {
          const loss = kind === 'loss'
          const points = (run: Run): readonly Point[] =>
            loss ? losses(run).flatMap(scaled) : (run.curves.shown()?.recall[kind] ?? [])
          return (
            <Chart
              key={kind}
              title={loss ? `loss (${says}${log ? ', log scale' : ''})` : `recall@${kind} (validation)`}
              empty={loss ? 'no step yet' : 'not validated yet'}
              series={runs.map((run, i) => ({ ...seriesStyle(i), points: points(run).filter(({ x }) => x >= from) }))}
              width={each}
              height={Math.min(height - 1, Math.max(8, Math.round(each / 2)))}
              label={loss ? (y) => short(log ? 10 ** y : y) : share}
              xMin={from}
              yMin={loss || zoom > 0 ? undefined : 0}
            />
          )
        })}
      </Box>
    </Box>
  )
}

/** Which letter is which run, with the settings in which they differ. */
function Legend({ runs }: { runs: readonly Run[] }): ReactNode {
  // what makes a model another one; the details show the rest
  const differ = runs.length > 1 ? differences(runs).filter(({ key }) => /^(model|train|graph)\./.test(key)) : []
  return (
    <Text wrap="truncate-end">
      {runs.map((run, i) => (
        <Text key={run.id}>
          {i > 0 ? '   ' : ''}
          <Text bold color={seriesStyle(i).colour}>
            {seriesStyle(i).mark}
          </Text>{' '}
          {runs.length === 1 ? run.id : run.id.split('-').pop()}
          <Text dimColor>
            {differ.length > 0
              ? ` ${differ
                  .slice(0, 2)
                  .map(({ key, values }) => `${key.split('.').pop()} ${values[i]}`)
                  .join(', ')}`
              : ''}
          </Text>
        </Text>
      ))}
    </Text>
  )
}

function NoRuns(): ReactNode {
  const [first, ...rest] = NO_RUNS
  return (
    <Box flexDirection="column" paddingTop={1} paddingLeft={2}>
      <PaneTitle title={first} focused={false} />
      {rest.map((line) => (
        <Text key={line} color={theme.accent}>
          {'  '}
          {line}
        </Text>
      ))}
    </Box>
  )
}

export const runsScreen: Screen = {
  name: 'Runs',
  keys: [
    ['↑↓', 'move'],
    ['space', 'compare'],
    ['enter', 'details'],
    ['g', 'log'],
    ['s', 'smooth'],
    ['z', 'zoom'],
    ['m', 'metric'],
    ['u', 'users'],
  ],
  help: [
    ['↑ ↓ j k', 'move to another run'],
    ['space', 'choose this run: curves of all chosen are laid over each other'],
    ['c', 'choose none: the run under the cursor is shown'],
    ['enter', 'curves, or details: recall, weights hash, settings that differ'],
    ['m', 'recall@10 or recall@100 (a wide terminal shows both)'],
    ['s', 'the loss smoothed, smoothed more, or as it was recorded'],
    ['g', 'the loss on a logarithmic scale, or not'],
    ['z', 'all steps, the later half, the last fifth'],
    ['pgup pgdn', 'scroll the details'],
    ['u', 'look at users with this run'],
  ],
  View: Runs,
}
