import { Box, Text } from 'ink'
import type { ReactNode } from 'react'
import type { DayNews } from '../simulate/experiment.js'
import { STAGES } from '../simulate/outcomes.js'
import { figure } from '../simulate/text.js'
import { percent, range } from '../text/lifts.js'
import { count, duration, plural } from '../text/numbers.js'
import { tableLines, type Column } from '../text/table.js'
import { Chart } from './chart-view.js'
import { Bar, Facts } from './progress-line.js'
import { secondsLeft, survivalOf, type SimulationState } from './simulation-state.js'
import { theme } from './theme.js'
import { useWindow } from './use-window.js'

type Reported = NonNullable<DayNews['reported']>

/** Metrics that there is room for. */
const SHOWN = ['conversions', 'CPA', 'spend', 'clicks', 'click rate', 'all purchases']
const ARMS = ['control', 'treatment'] as const
/** Lines beside the chart and the title: what is above and below them. */
const OTHERS = 13

/** The screen of `adseq simulate`, while worlds are lived. @param now milliseconds */
export function Simulation({ state, now }: { state: SimulationState; now: number }): ReactNode {
  const { columns, rows } = useWindow()
  return <Experiment state={state} now={now} width={Math.max(20, Math.min(columns, 140))} height={rows - 1} />
}

/** An experiment, as far as it is. @param now milliseconds */
export function Experiment({
  state,
  now,
  width,
  height,
}: {
  state: SimulationState
  now: number
  width: number
  height: number
}): ReactNode {
  const { news, reported } = state
  if (!news) return <Text dimColor>preparing the worlds…</Text>
  const left = secondsLeft(state, now)
  const label = plural(news.worlds, 'world')
  const tail = state.stopping
    ? 'interrupted: stopping…'
    : news.done === news.days
      ? `${plural(news.days, 'day')}, over`
      : `${count(news.done)}/${count(news.days)} days${left === undefined ? '' : `  ${duration(left)} left`}`
  return (
    <Box flexDirection="column" width={width}>
      <Text wrap="truncate-end">
        <Text bold color={theme.accent}>
          {state.preset}
        </Text>
        <Text dimColor>
          {'  '}
          {state.about}
        </Text>
      </Text>
      <Box gap={1}>
        <Text>{label}</Text>
        <Bar done={news.done} total={news.days} width={Math.max(4, width - label.length - tail.length - 2)} />
        <Text>{tail}</Text>
      </Box>
      {reported ? (
        <Days state={state} reported={reported} width={width} height={Math.max(5, Math.min(14, height + 1 - OTHERS))} />
      ) : (
        <Text dimColor>the first day is not over yet</Text>
      )}
    </Box>
  )
}

interface DaysProps {
  state: SimulationState
  reported: Reported
  width: number
  height: number
}

function Days({ state: { looks }, reported, width, height }: DaysProps): ReactNode {
  const { day, of, requests, users } = reported
  const side = width >= 76
  const chart = side ? Math.floor((width - 2) * 0.42) : width
  const points = (value: (look: (typeof looks)[number]) => number) =>
    looks.map((look) => ({ x: look.day, y: Math.min(MOST, value(look)) }))
  return (
    <>
      <Facts
        facts={[
          ['day', `${day} of ${of}`],
          ['requests', count(requests)],
          ['users', `${count(users.control)} and ${count(users.treatment)}`],
        ]}
      />
      <Box gap={2} marginTop={1}>
        <Chart
          title="conversions: lift ●, interval ○"
          empty="too few conversions yet"
          series={[
            { mark: '●', colour: theme.accent, points: points(({ lift }) => lift) },
            { mark: '○', colour: theme.warn, points: points(({ interval }) => interval[0]) },
            { mark: '○', colour: theme.warn, points: points(({ interval }) => interval[1]) },
          ]}
          width={chart}
          height={height}
          label={percent}
          unit="days"
          xMax={of}
        />
        {side ? <Metrics reported={reported} width={width - chart - 2} height={height} /> : null}
      </Box>
      <Budgets reported={reported} width={width} />
      <Survivors reported={reported} width={width} />
    </>
  )
}

/** A lift above it is drawn there: early intervals are wide. */
const MOST = 4

function Metrics({
  reported: { compared },
  width,
  height,
}: {
  reported: Reported
  width: number
  height: number
}): ReactNode {
  const columns: Column<(typeof compared)[number]>[] = [
    { head: 'metric', value: ({ name }) => name, min: 8 },
    { head: 'control', align: 'right', value: ({ control }) => figure(control), drop: 2 },
    { head: 'treatment', align: 'right', value: ({ treatment }) => figure(treatment), drop: 2 },
    { head: 'lift', align: 'right', value: ({ lift }) => percent(lift), drop: 1 },
    { head: '95 % of today', align: 'right', value: ({ interval }) => range(interval) },
  ]
  const rows = compared.filter(({ name }) => SHOWN.includes(name)).slice(0, height - 2)
  return (
    <Box flexDirection="column" width={width}>
      {tableLines(columns, rows, width).map((line, i) => (
        <Text key={i} bold={i === 0} wrap="truncate-end">
          {line}
        </Text>
      ))}
    </Box>
  )
}

/** Spend against budget of each arm, or of both where they share. */
function Budgets({ reported: { budgets }, width }: { reported: Reported; width: number }): ReactNode {
  return (
    <Box flexDirection="column" marginTop={1}>
      {budgets.map(({ money, spent, campaigns, out }, b) => {
        const name = `spend, ${budgets.length === 1 ? 'both arms' : ARMS[b]}`.padEnd(16)
        const tail = `${count(spent)} of ${count(money)}, ${count(out)} of ${plural(campaigns, 'campaign')} ` + 'out'
        return (
          <Box key={name} gap={1}>
            <Text>{name}</Text>
            <Bar done={spent} total={money} width={Math.max(4, width - name.length - tail.length - 2)} />
            <Text>{tail}</Text>
          </Box>
        )
      })}
    </Box>
  )
}

/** The share of what generators found that is left at each stage. */
function Survivors({ reported: { survival }, width }: { reported: Reported; width: number }): ReactNode {
  const rows = ARMS.map((arm) => [arm as string, ...survivalOf(survival, arm)])
  const heads = ['of what was found', ...STAGES.slice(1)]
  const columns = heads.map((head, i): Column<string[]> => ({
    head,
    value: (row) => row[i],
    ...(i > 0 && { align: 'right' as const }),
  }))
  return (
    <Box flexDirection="column" marginTop={1}>
      {tableLines(columns, rows, width).map((line, i) => (
        <Text key={i} bold={i === 0} wrap="truncate-end">
          {line}
        </Text>
      ))}
    </Box>
  )
}
