import { Box, Static, Text } from 'ink'
import type { ReactNode } from 'react'
import { Chart } from './chart-view.js'
import { Bar, Facts } from './progress-line.js'
import { theme } from './theme.js'
import { PHASE_NAMES, secondsLeft, summaryLines, type TrainingState } from './training-state.js'
import { useWindow } from './use-window.js'
import { share, short, count, duration } from '../text/numbers.js'

const RECALL_COLOURS = [theme.good, theme.warn, theme.accent]

/** The screen of `adseq train`: finished lines scroll away above, the live block stays below. */
export function Training({ state }: { state: TrainingState }): ReactNode {
  const { columns, rows } = useWindow()
  const width = Math.max(20, Math.min(columns, 140))
  return (
    <>
      <Static items={state.lines}>
        {(line) => (
          <Text key={line.id} dimColor={!line.best} wrap="truncate-end">
            {line.text}
          </Text>
        )}
      </Static>
      {state.done ? <Summary state={state} /> : <Live state={state} width={width} rows={rows} />}
    </>
  )
}

function Live({ state, width, rows }: { state: TrainingState; width: number; rows: number }): ReactNode {
  const { start, last } = state
  if (start === undefined) return <Text dimColor>preparing the data…</Text>
  const left = secondsLeft(state)
  const bound = start.phase === 'select' ? ' at most' : ''
  const tail = `${count(state.step)}/${count(start.steps)}  ${left === undefined ? '' : `${duration(left)} left${bound}`}`
  const facts: [string, string][] = last
    ? [
        ['loss', short(shownLoss(state), 4)],
        ['rows/s', count(last.rowsPerSecond)],
        ['lr', short(last.learningRate)],
        ['tau', share(last.tau)],
        ['|grad|', short(last.gradientNorm, 2)],
      ]
    : [['', 'waiting for the first step…']]
  return (
    <Box flexDirection="column" width={width}>
      <Text wrap="truncate-end">
        <Text bold color={theme.accent}>
          {start.kind} model
        </Text>
        <Text dimColor>
          {'  '}
          {start.run} · {start.engine} {start.device} · {count(start.parameters)} parameters
        </Text>
      </Text>
      <Box gap={1}>
        <Text>{PHASE_NAMES[start.phase]}</Text>
        <Bar
          done={state.step}
          total={start.steps}
          width={Math.max(4, width - PHASE_NAMES[start.phase].length - tail.length - 2)}
        />
        <Text>{tail}</Text>
      </Box>
      <Facts facts={facts} />
      <Curves state={state} width={width} height={Math.max(5, Math.min(14, rows - 10))} />
    </Box>
  )
}

/** Loss and recall side by side where both fit, else the loss alone. */
function Curves({ state, width, height }: { state: TrainingState; width: number; height: number }): ReactNode {
  const phase = state.curves.phases[state.start!.phase]
  const recall = state.curves.phases.select?.recall ?? phase?.recall ?? {}
  const ks = ['10', '100'].filter((k) => recall[k]?.length > 0)
  const side = width >= 60
  const half = side ? Math.floor((width - 2) / 2) : width
  const marks = ['●', '○', '◇']
  const title =
    ks.length > 0 ? `validation ${ks.map((k, i) => `${marks[i]} recall@${k}`).join('  ')}` : 'validation recall'
  return (
    <Box gap={2} marginTop={1}>
      <Chart
        title="loss (smoothed)"
        empty="no step yet"
        series={[{ mark: '●', colour: theme.accent, points: phase?.loss ?? [] }]}
        width={half}
        height={height}
        label={(y) => short(y)}
        xMax={state.start!.steps}
      />
      {side ? (
        <Chart
          title={title}
          empty="the first validation is still to come"
          series={ks.map((k, i) => ({ mark: marks[i], colour: RECALL_COLOURS[i], points: recall[k] }))}
          width={half}
          height={height}
          label={share}
          yMin={0}
          xMax={state.curves.phases.select?.steps}
        />
      ) : null}
    </Box>
  )
}

function shownLoss(state: TrainingState): number {
  const loss = state.curves.phases[state.start!.phase]?.loss
  return loss?.[loss.length - 1]?.y ?? state.last!.loss
}

function Summary({ state }: { state: TrainingState }): ReactNode {
  const [first, ...rest] = summaryLines(state.done!, state.start)
  return (
    <Box flexDirection="column">
      <Text bold color={theme.good}>
        {first}
      </Text>
      {rest.map((line) => (
        <Text key={line}>{line}</Text>
      ))}
    </Box>
  )
}
