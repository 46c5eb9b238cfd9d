import { Box, Text } from 'ink'
import type { ReactNode } from 'react'
import { theme } from './theme.js'

export const SCREENS = ['Runs', 'Users'] as const
export type ScreenName = (typeof SCREENS)[number]

/** The line at the top: name, workspace, screens; the current one in brackets. */
export function Header({ screen, folder, width }: { screen: ScreenName; folder: string; width: number }): ReactNode {
  return (
    <Box width={width} justifyContent="space-between">
      <Text wrap="truncate-middle">
        <Text bold color={theme.accent}>
          adseq
        </Text>
        <Text dimColor> {folder}</Text>
      </Text>
      <Box flexShrink={0}>
        {SCREENS.map((name, i) => (
          <Text key={name} bold={name === screen} dimColor={name !== screen}>
            {'  '}
            {name === screen ? `[${i + 1} ${name}]` : ` ${i + 1} ${name} `}
          </Text>
        ))}
      </Box>
    </Box>
  )
}

export function Rule({ width }: { width: number }): ReactNode {
  return <Text dimColor>{'─'.repeat(width)}</Text>
}

export type Keys = readonly (readonly [key: string, does: string])[]

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
