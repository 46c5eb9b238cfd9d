import { Box, Text } from 'ink'
import type { ReactNode } from 'react'
import type { Keys, Screen } from './screen.js'
import { SCREENS } from './screens/index.js'
import { theme } from './theme.js'

const everywhere = (): Keys => [
  [`1 to ${SCREENS.length}`, SCREENS.map(({ name }) => name).join(', ')],
  ['tab, shift-tab', 'the next screen, the one before'],
  ['? q ctrl-c', 'this page; quit'],
]

/** The keys that are good everywhere, and those of the screen that was on show. */
export function Help({ screen }: { screen: Screen }): ReactNode {
  return (
    <Box flexDirection="column" paddingLeft={2}>
      <Section title="EVERYWHERE" keys={everywhere()} />
      <Text> </Text>
      <Section title={screen.name.toUpperCase()} keys={screen.help} />
    </Box>
  )
}

function Section({ title, keys }: { title: string; keys: Keys }): ReactNode {
  return (
    <>
      <Text bold>{title}</Text>
      {keys.map(([key, does]) => (
        <Text key={key} wrap="truncate-end">
          <Text color={theme.accent}>{key.padEnd(19)}</Text>
          {does}
        </Text>
      ))}
    </>
  )
}
