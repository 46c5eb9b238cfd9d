import { Box, Text } from 'ink'
import type { ReactNode } from 'react'
import { Busy } from './busy.js'
import type { Keys } from './screen.js'
import { theme } from './theme.js'
import type { Answer } from './use-answer.js'

/**
 * The line at the top: screens by their numbers, the current one in brackets, and the workspace where there is room; on
 * a narrow terminal the other screens are numbers alone.
 */
export function Header({
  screens,
  current,
  folder,
  width,
}: {
  screens: readonly string[]
  current: string
  folder: string
  width: number
}): ReactNode {
  const tabs = (named: boolean): string[] =>
    screens.map((name, i) => {
      const text = named || name === current ? `${i + 1} ${name}` : `${i + 1}`
      return name === current ? `[${text}]` : ` ${text} `
    })
  const whole = tabs(true)
  const shown = whole.join('').length <= width ? whole : tabs(false)
  const room = width - shown.join('').length - 2
  return (
    <Box width={width} justifyContent="space-between">
      <Text wrap="truncate-end">
        {shown.map((tab, i) => (
          <Text key={i} bold={screens[i] === current} dimColor={screens[i] !== current}>
            {tab}
          </Text>
        ))}
      </Text>
      {room >= 10 ? (
        <Text wrap="truncate-start">
          <Text bold color={theme.accent}>
            adseq
          </Text>
          <Text dimColor> {truncateStart(folder, room - 6)}</Text>
        </Text>
      ) : null}
    </Box>
  )
}

/** The end of a path says more than its beginning. */
function truncateStart(text: string, width: number): string {
  return text.length <= width ? text : `…${text.slice(text.length - width + 1)}`
}

export function Rule({ width }: { width: number }): ReactNode {
  return <Text dimColor>{'─'.repeat(width)}</Text>
}

/** The keys that do something now; where there is no room for all, the first ones, which are the plainest, go. */
export function Footer({ keys, width }: { keys: Keys; width: number }): ReactNode {
  const fitting = [...keys]
  const taken = (): number => fitting.reduce((sum, [key, does]) => sum + key.length + does.length + 3, -2)
  while (fitting.length > 1 && taken() > width) fitting.shift()
  return (
    <Text wrap="truncate-end">
      {fitting.map(([key, does], i) => (
        <Text key={key}>
          {i > 0 ? '  ' : ''}
          <Text bold color={theme.accent}>
            {key}
          </Text>
          <Text dimColor> {does}</Text>
        </Text>
      ))}
    </Text>
  )
}

/** A pane's title: marked and bright while the pane has the arrow keys. */
export function PaneTitle({
  title,
  note = '',
  focused,
}: {
  title: string
  note?: string
  focused: boolean
}): ReactNode {
  return (
    <Text wrap="truncate-end">
      <Text bold color={focused ? theme.accent : undefined}>
        {focused ? '▸ ' : '  '}
        {title}
      </Text>
      <Text dimColor>
        {note === '' ? '' : '  '}
        {note}
      </Text>
    </Text>
  )
}

/** The first line of a screen: what it is busy with, what went wrong (two lines), or what is shown. */
export function Headline({ answer, children }: { answer: Answer<unknown>; children: ReactNode }): ReactNode {
  if (answer.busy) return <Busy label={answer.busy} />
  if (!answer.error) return children
  return (
    <Box flexDirection="column" height={2} flexShrink={0}>
      <Text color={theme.bad} wrap="truncate-end">
        ✗ {answer.error.message}
      </Text>
      <Text dimColor wrap="truncate-end">
        {'  '}
        {answer.error.hint}
      </Text>
    </Box>
  )
}

/** Lines that a headline takes. */
export const headlineRows = ({ busy, error }: Answer<unknown>): number => (error && !busy ? 2 : 1)
