import { Box, Text, useInput } from 'ink'
import { useState, type ReactNode } from 'react'
import { share, short } from '../inspect/format.js'
import { differences, type Run } from '../inspect/runs.js'
import { NO_RUNS, RUN_COLUMNS } from '../inspect/text/runs-text.js'
import { Chart } from './chart-view.js'
import { PaneTitle, Rule } from './frame.js'
import { RunDetails } from './run-details.js'
import { TableView } from './table-view.js'
import { seriesStyle, theme } from './theme.js'

export interface RunsScreenProps {
  runs: readonly Run[]
  width: number
  height: number
  active: boolean
  /** opens the users screen with this run's model */
  onUsers: (run: Run) => void
}

const RECALL_KS = ['10', '100']

/** The runs above; below, the curves of the chosen ones laid over each other, or their details side by side. */
export function RunsScreen({ runs, width, height, active, onUsers }: RunsScreenProps): ReactNode {
  const [cursorId, setCursorId] = useState<string>()
  const [selected, setSelected] = useState<readonly string[]>([])
  const [details, setDetails] = useState(false)
  const [scroll, setScroll] = useState(0)
  const [k, setK] = useState(0)
  const cursor = Math.max(0, runs.findIndex((run) => run.id === cursorId))

  useInput(
    (input, key) => {
      const move = (to: number): void => {
        setCursorId(runs[Math.max(0, Math.min(runs.length - 1, to))].id)
        setScroll(0)
      }
      const id = runs[cursor].id
      if (key.upArrow || input === 'k') move(cursor - 1)
      else if (key.downArrow || input === 'j') move(cursor + 1)
      else if (input === ' ') setSelected((now) => (now.includes(id) ? now.filter((one) => one !== id) : [...now, id]))
      else if (input === 'c') setSelected([])
      else if (key.return) setDetails((now) => !now)
      else if (key.pageDown) setScroll((now) => now + 5)
      else if (key.pageUp) setScroll((now) => Math.max(0, now - 5))
      else if (input === 'm') setK((now) => (now + 1) % RECALL_KS.length)
      else if (input === 'u') onUsers(runs[cursor])
    },
    { isActive: active && runs.length > 0 },
  )

  if (runs.length === 0) return <NoRuns />
  // in the order of selection, so that letters stay as runs are added
  const chosen = selected.map((id) => runs.find((run) => run.id === id)).filter((run) => run !== undefined)
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
        focused={active}
        empty=""
        mark={(run) => {
          const at = shown.indexOf(run)
          return at < 0 ? { char: '·' } : { char: seriesStyle(at).mark, colour: seriesStyle(at).colour }
        }}
      />
      <Rule width={width} />
      {details ? <RunDetails runs={shown} width={width} height={rest + 1} scroll={scroll} /> : <RunCurves runs={shown} width={width} height={rest + 1} k={RECALL_KS[k]} />}
    </Box>
  )
}

function RunCurves({ runs, width, height, k }: { runs: readonly Run[]; width: number; height: number; k: string }): ReactNode {
  const kinds = width >= 120 ? ['loss', ...RECALL_KS] : width >= 56 ? ['loss', k] : ['loss']
  const each = Math.floor((width - 2 * (kinds.length - 1)) / kinds.length)
  return (
    <Box flexDirection="column">
      <Legend runs={runs} />
      <Box gap={2}>
        {kinds.map((kind) => (
          <Chart
            key={kind}
            title={kind === 'loss' ? 'loss (smoothed)' : `recall@${kind} (validation)`}
            empty={kind === 'loss' ? 'no step yet' : 'not validated yet'}
            series={runs.map((run, i) => ({ ...seriesStyle(i), points: kind === 'loss' ? (run.curves.shown()?.loss ?? []) : (run.curves.shown()?.recall[kind] ?? []) }))}
            width={each}
            height={height - 1}
            label={kind === 'loss' ? (y) => short(y) : share}
            yMin={kind === 'loss' ? undefined : 0}
          />
        ))}
      </Box>
    </Box>
  )
}

/** Which letter is which run, with the settings in which they differ. */
function Legend({ runs }: { runs: readonly Run[] }): ReactNode {
  const differ = runs.length > 1 ? differences(runs).filter(({ key }) => !key.endsWith('.seed') || runs.length < 3) : []
  return (
    <Text wrap="truncate-end">
      {runs.map((run, i) => (
        <Text key={run.id}>
          {i > 0 ? '   ' : ''}
          <Text bold color={seriesStyle(i).colour}>
            {seriesStyle(i).mark}
          </Text>{' '}
          {runs.length === 1 ? run.id : run.id.split('-').pop()}
          <Text dimColor>{differ.length > 0 ? ` ${differ.slice(0, 2).map(({ key, values }) => `${key.split('.').pop()} ${values[i]}`).join(', ')}` : ''}</Text>
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
