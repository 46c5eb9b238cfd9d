import { Box, Text } from 'ink'
import type { ReactNode } from 'react'
import { cells, heads, layout, type Column } from '../text/table.js'
import { theme } from './theme.js'

export interface TableViewProps<T> {
  columns: readonly Column<T>[]
  rows: readonly T[]
  width: number
  /** lines, the heading among them */
  height: number
  /** row under the cursor */
  cursor: number
  focused: boolean
  /** said where there are no rows */
  empty: string
  /** colour of a row; what it means is also written in the row */
  colour?: (row: T) => string | undefined
  /** drawn before a row in place of the blank beside the cursor: one character and its colour */
  mark?: (row: T) => { char: string; colour?: string }
}

const GAP = 1

/** A table that scrolls with its cursor. */
export function TableView<T>({
  columns,
  rows,
  width,
  height,
  cursor,
  focused,
  empty,
  colour,
  mark,
}: TableViewProps<T>): ReactNode {
  const lead = mark ? 4 : 2
  const l = layout(columns, rows, width - lead, GAP)
  const body = Math.max(1, height - 1)
  const from = firstShown(cursor, body, rows.length)
  return (
    <Box flexDirection="column" width={width} height={height} flexShrink={0} overflow="hidden">
      <Text dimColor wrap="truncate-end">
        {' '.repeat(lead)}
        {heads(l).join(' '.repeat(GAP))}
      </Text>
      {rows.length === 0 ? (
        <Text dimColor wrap="truncate-end">
          {' '.repeat(lead)}
          {empty}
        </Text>
      ) : (
        rows.slice(from, from + body).map((row, i) => {
          const here = from + i === cursor
          const marked = mark?.(row)
          return (
            <Text key={from + i} wrap="truncate-end" bold={here && focused} color={colour?.(row)}>
              <Text color={theme.accent}>{here && focused ? '❯ ' : here ? '› ' : '  '}</Text>
              {marked ? <Text color={marked.colour}>{marked.char} </Text> : ''}
              {cells(l, row).map((cell, c) => (
                <Text key={c} dimColor={l.columns[c].dim && !(here && focused)}>
                  {c > 0 ? ' '.repeat(GAP) : ''}
                  {cell}
                </Text>
              ))}
            </Text>
          )
        })
      )}
    </Box>
  )
}

/** First row shown, so that the cursor is in the middle where there is more above and below. */
export function firstShown(cursor: number, height: number, total: number): number {
  return Math.max(0, Math.min(cursor - Math.floor(height / 2), total - height))
}
