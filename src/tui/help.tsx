import { Box, Text } from 'ink'
import type { ReactNode } from 'react'
import type { Keys } from './frame.js'
import { theme } from './theme.js'

const EVERYWHERE: Keys = [
  ['tab, 1, 2', 'switch between Runs and Users'],
  ['?', 'this page'],
  ['q, ctrl-c', 'quit'],
]

export const RUNS_HELP: Keys = [
  ['↑ ↓', 'move to another run'],
  ['space', 'choose this run: curves of all chosen are laid over each other'],
  ['c', 'choose none: the run under the cursor is shown'],
  ['enter', 'curves, or details: recall, weights hash, settings that differ'],
  ['m', 'recall@10 or recall@100 (a wide terminal shows both)'],
  ['pgup pgdn', 'scroll the details'],
  ['u', 'look at users with this run'],
]

export const USERS_HELP: Keys = [
  ['r', 'another random user who bought something after the cutoff'],
  ['/', 'type a user id'],
  ['← →', 'move between history, retrieved and bought next'],
  ['↑ ↓ pgup pgdn', 'move within it; the line at the bottom says all of the row'],
  ['a', 'retrieved items or retrieved advertisers'],
]

const NOTES = [
  'The model sees the history up to the cutoff; what was bought next is a fair',
  'check. ✓ bought within the window after the cutoff   ↻ bought before it, too',
]

/** All keys, and what the marks mean. */
export function Help(): ReactNode {
  return (
    <Box flexDirection="column" paddingLeft={2}>
      <Section title="EVERYWHERE" keys={EVERYWHERE} />
      <Section title="RUNS" keys={RUNS_HELP} />
      <Section title="USERS" keys={USERS_HELP} />
      {NOTES.map((note) => (
        <Text key={note} dimColor wrap="truncate-end">
          {note}
        </Text>
      ))}
    </Box>
  )
}

function Section({ title, keys }: { title: string; keys: Keys }): ReactNode {
  return (
    <>
      <Text bold>{title}</Text>
      {keys.map(([key, does]) => (
        <Text key={key} wrap="truncate-end">
          <Text color={theme.accent}>{key.padEnd(15)}</Text>
          {does}
        </Text>
      ))}
    </>
  )
}
