import { Box, Text } from 'ink'
import type { ReactNode } from 'react'
import type { KeptExperiment } from '../../simulate/days-file.js'
import type { ExperimentResult, MetricResult } from '../../simulate/experiment.js'
import { figure } from '../../simulate/text.js'
import { percent, range } from '../../text/lifts.js'
import { age } from '../../text/moments.js'
import { count, duration } from '../../text/numbers.js'
import type { Column } from '../../text/table.js'
import { PaneTitle, Rule } from '../frame.js'
import type { Screen, ScreenProps } from '../screen.js'
import { Experiment } from '../simulation.js'
import { advance, initialState, type SimulationState } from '../simulation-state.js'
import { TableView } from '../table-view.js'
import { theme } from '../theme.js'
import { useEvery } from '../use-every.js'
import { rowsOf, useScreenKeys, within } from '../use-keys.js'
import { useLive } from '../use-live.js'

interface State {
  /** name of the experiment on show; the latest until another is chosen */
  name: string | undefined
  /** the result beside the truth, instead of the days */
  truth: boolean
}

/** Experiments shown in the list at a time. */
const LISTED = 3

/** An experiment day by day, while it is lived or after, and what came out beside the truth. */
function Experiments({ sources, width, height, shown, onKeys }: ScreenProps): ReactNode {
  const kept = useEvery(sources.experiments, shown)
  const { state, now, change } = useLive<State>({ name: undefined, truth: false })
  const placeOf = (name: string | undefined): number =>
    Math.max(
      0,
      kept.findIndex((one) => one.name === name),
    )
  useScreenKeys(onKeys, (input, key) => {
    if (kept.length === 0) return
    const step = rowsOf(input, key)
    if (step !== 0) change({ name: kept[within(placeOf(now().name) + step, kept.length)].name })
    else if (key.return) change({ truth: !now().truth })
  })
  if (kept.length === 0) return <None />
  const cursor = placeOf(state.name)
  const one = kept[cursor]
  const list = kept.length > 1 ? Math.min(kept.length, LISTED) + 2 : 0
  return (
    <Box flexDirection="column" width={width} height={height} overflow="hidden">
      {list > 0 ? (
        <>
          <TableView
            columns={COLUMNS}
            rows={kept}
            {...{ width, height: list - 1, cursor, focused: true, empty: '' }}
            colour={({ status }) => (status === 'running' ? theme.good : undefined)}
          />
          <Rule width={width} />
        </>
      ) : null}
      {one.result && (state.truth || !one.days) ? (
        <Result name={one.name} result={one.result} width={width} height={height - list} />
      ) : one.days ? (
        <Experiment state={stateOf(one)!} now={Date.now()} width={width} height={height - list} />
      ) : null}
    </Box>
  )
}

/** What the screen of adseq simulate shows, from what it wrote down. */
function stateOf({ days, status }: KeptExperiment): SimulationState | undefined {
  if (!days) return undefined
  const { preset, about, began } = days.head
  const state = initialState(preset, status === 'stopped' ? 'stopped before its end' : about, began)
  for (const news of days.news) advance(state, news)
  return state
}

const COLUMNS: Column<KeptExperiment>[] = [
  { head: 'experiment', value: ({ name }) => name },
  { head: 'status', value: ({ status }) => status },
  { head: 'changed', value: ({ changed }) => `${age(changed / 1000, Date.now() / 1000)} ago`, align: 'right' },
]

const METRICS: Column<MetricResult>[] = [
  { head: 'metric', value: ({ name }) => name, min: 8 },
  { head: 'control', align: 'right', value: ({ control }) => figure(control), drop: 2 },
  { head: 'treatment', align: 'right', value: ({ treatment }) => figure(treatment), drop: 2 },
  { head: 'lift', align: 'right', value: ({ lift }) => percent(lift) },
  { head: '95 %', align: 'right', value: ({ interval }) => range(interval ?? undefined), drop: 1 },
  { head: 'truth', align: 'right', value: ({ truth }) => percent(truth) },
]

function Result({
  name,
  result,
  width,
  height,
}: {
  name: string
  result: ExperimentResult
  width: number
  height: number
}): ReactNode {
  const { metrics, requests, seconds, design } = result
  return (
    <Box flexDirection="column" width={width}>
      <PaneTitle
        title={name}
        note={`${count(requests)} requests of all worlds in ${duration(seconds)}; ${design}`}
        focused={false}
      />
      <TableView
        columns={METRICS}
        rows={metrics}
        {...{ width, height: Math.min(metrics.length + 1, height - 3), cursor: -1, focused: false, empty: '' }}
        colour={({ interval }) => (interval && interval[0] * interval[1] > 0 ? theme.good : undefined)}
      />
      <Text dimColor wrap="truncate-end">
        {'  '}95 %: where the lift lies by this experiment. truth: everyone treated against nobody.
      </Text>
    </Box>
  )
}

function None(): ReactNode {
  return (
    <Box flexDirection="column" paddingTop={1} paddingLeft={2}>
      <Text bold>Nothing was simulated yet.</Text>
      <Text wrap="truncate-end">In a generated world, with models trained:</Text>
      <Text color={theme.accent}>{'  '}adseq simulate --preset sequence-model</Text>
      <Text dimColor wrap="truncate-end">
        It is followed here while it runs.
      </Text>
    </Box>
  )
}

export const experimentScreen: Screen = {
  name: 'Experiment',
  keys: [
    ['↑↓', 'experiment'],
    ['enter', 'days, or truth'],
  ],
  help: [
    ['↑ ↓ j k', 'another experiment, where there are several'],
    ['enter', 'day by day, or the result of all metrics beside the truth'],
    ['●, ○', 'lift in conversions up to that day, and an interval that holds at all looks'],
    ['spend', 'of the budgets of each arm, and campaigns that have run out'],
  ],
  View: Experiments,
}
