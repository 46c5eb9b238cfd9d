import { Box, Text } from 'ink'
import type { ReactNode } from 'react'
import { chart, type ChartOptions, type Series, type Span } from './chart.js'

/** A line of spans as one line of text. */
export function SpanLine({ spans }: { spans: readonly Span[] }): ReactNode {
  return (
    <Text wrap="truncate-end">
      {spans.map((span, i) => (
        <Text key={i} color={span.colour} dimColor={span.dim}>
          {span.text}
        </Text>
      ))}
    </Text>
  )
}

export interface ChartProps extends ChartOptions {
  title: string
  series: readonly Series[]
  /** said in place of the curves while there is no point */
  empty: string
}

/** A titled chart of `height` lines, the title among them. */
export function Chart({ title, series, empty, ...options }: ChartProps): ReactNode {
  const drawable = series.some((s) => s.points.length > 0)
  return (
    <Box flexDirection="column" width={options.width} height={options.height} flexShrink={0}>
      <Text bold wrap="truncate-end">
        {title}
      </Text>
      {drawable ? (
        chart(series, { ...options, height: options.height - 1 }).map((line, i) => <SpanLine key={i} spans={line} />)
      ) : (
        <Text dimColor wrap="truncate-end">
          {empty}
        </Text>
      )}
    </Box>
  )
}
