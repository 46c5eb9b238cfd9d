import { Box, Text } from 'ink'
import type { ReactNode } from 'react'
import { differences, type Run } from '../../inspect/runs.js'
import { runFacts } from '../../inspect/text/runs-text.js'
import { fit } from '../../text/width.js'
import { seriesStyle } from '../theme.js'

/** Facts and settings of the chosen runs, a column a run; settings only where several runs differ. */
export function RunDetails({
  runs,
  width,
  height,
  scroll,
}: {
  runs: readonly Run[]
  width: number
  height: number
  scroll: number
}): ReactNode {
  const facts = runs.map(runFacts)
  const rows: { key: string; values: string[] }[] = (facts[0] ?? []).map(([key], i) => ({
    key,
    values: facts.map((f) => f[i][1]),
  }))
  const settings =
    runs.length > 1
      ? differences(runs)
      : Object.entries(runs[0]?.config ?? {}).map(([key, value]) => ({ key, values: [value] }))
  const all = [
    ...rows,
    { key: '', values: [] },
    { key: runs.length > 1 ? 'SETTINGS THAT DIFFER' : 'SETTINGS', values: settings.length > 0 ? [] : ['none'] },
    ...settings,
  ]
  const label = Math.min(28, Math.max(...all.map((r) => r.key.length)))
  const column = Math.max(8, Math.min(34, Math.floor((width - label - 2) / Math.max(1, runs.length)) - 2))
  // heading above, and below a line that says how much more there is
  const body = Math.max(1, height - 2)
  const from = Math.max(0, Math.min(scroll, all.length - body))
  const more = all.length - body - from
  return (
    <Box flexDirection="column" width={width} height={height} overflow="hidden">
      <Text wrap="truncate-end">
        {' '.repeat(label + 2)}
        {runs.map((run, i) => (
          <Text key={run.id} bold color={seriesStyle(i).colour}>
            {fit(`${seriesStyle(i).mark} ${run.id}`, column)}
            {'  '}
          </Text>
        ))}
      </Text>
      {all.slice(from, from + body).map(({ key, values }, i) => (
        <Text key={i} wrap="truncate-end">
          <Text dimColor>{fit(key, label)} </Text>
          {values.map((value) => ` ${fit(value, column)} `).join('')}
        </Text>
      ))}
      <Text dimColor>{more > 0 ? `↓ ${more} more (pgdn)` : ''}</Text>
    </Box>
  )
}
