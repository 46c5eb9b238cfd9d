import { Box, Text } from 'ink'
import type { ReactNode } from 'react'
import { nextSteps } from '../../inspect/next-steps.js'
import type { WorkspaceState } from '../../inspect/state.js'
import { age, minute } from '../../text/moments.js'
import { count, plural } from '../../text/numbers.js'
import { Headline } from '../frame.js'
import type { Screen, ScreenProps } from '../screen.js'
import { theme } from '../theme.js'
import { useFollowed } from '../use-answer.js'

/** What is here, how far it is, and what to type next. */
function Home({ sources, width, height, shown }: ScreenProps): ReactNode {
  const answer = useFollowed(sources.state, shown, 'looking at the workspace…')
  const state = answer.value
  return (
    <Box flexDirection="column" width={width} height={height} overflow="hidden">
      <Headline answer={answer}>
        <Text bold wrap="truncate-end">
          {'  '}WORKSPACE <Text dimColor>{sources.folder}</Text>
        </Text>
      </Headline>
      {state ? <Parts state={state} width={width} /> : null}
      {state ? <Next state={state} folder={sources.folder} /> : null}
    </Box>
  )
}

/** A part of the workspace: whether it is there, and what it is. */
interface Part {
  name: string
  there: boolean
  says: string
}

function Parts({ state, width }: { state: WorkspaceState; width: number }): ReactNode {
  return (
    <>
      {partsOf(state, Date.now() / 1000).map(({ name, there, says }) => (
        <Text key={name} wrap="truncate-end">
          <Text color={there ? theme.good : undefined} dimColor={!there}>
            {there ? '✓ ' : '· '}
          </Text>
          <Text dimColor>{name.padEnd(width < 70 ? 9 : 12)}</Text>
          {says}
        </Text>
      ))}
      {state.locks.map(({ what, pid, file }) => (
        <Text key={file} wrap="truncate-end">
          <Text color={theme.warn}>▶ </Text>
          <Text dimColor>{'at work'.padEnd(width < 70 ? 9 : 12)}</Text>
          {what} <Text dimColor>(process {pid})</Text>
        </Text>
      ))}
    </>
  )
}

/** @param now unix seconds */
function partsOf({ data, runs, ranker, generations, simulations }: WorkspaceState, now: number): Part[] {
  const served = generations.find(({ current }) => current)
  const [newest] = simulations
  return [
    {
      name: 'data',
      there: data !== null && data.events > 0,
      says:
        data === null
          ? 'none yet'
          : `${plural(data.events, 'event')} of ${plural(data.users, 'user')}, ${plural(data.items, 'item')} of ` +
            plural(data.advertisers, 'advertiser'),
    },
    {
      name: 'models',
      there: runs.item !== null,
      says:
        runs.finished === 0
          ? 'none trained yet'
          : `${plural(runs.finished, 'finished run')}, ` +
            `latest ${[runs.item, runs.advertiser].filter((id) => id !== null).join(' and ')}`,
    },
    {
      name: 'ranker',
      there: ranker,
      says: ranker ? 'the light ranker is trained' : 'no light ranker for this run yet',
    },
    {
      name: 'vectors',
      there: data?.waiting === 0,
      says:
        data?.waiting === null || data === null
          ? 'no user is encoded yet'
          : data.waiting === 0
            ? 'all users are encoded up to their last event'
            : `${plural(data.waiting, 'user')} with newer events`,
    },
    {
      name: 'served',
      there: served !== undefined,
      says: served
        ? `${count(served.items ?? 0)} items since ${minute(Date.parse(served.created) / 1000)} UTC ` +
          `(${age(Date.parse(served.created) / 1000, now)} ago)` +
          (served.recall === null ? '' : `, index recall ${served.recall.toFixed(3)}`)
        : 'nothing is published yet',
    },
    {
      name: 'ads',
      there: (data?.ads ?? 0) > 0 || served !== undefined,
      says:
        data && data.ads > 0 ? plural(data.ads, 'ad') : 'none of advertisers: made from the catalog where asked for',
    },
    {
      name: 'experiment',
      there: newest !== undefined,
      says: newest ?? (data && !data.world ? 'only in a generated world' : 'none simulated yet'),
    },
  ]
}

function Next({ state, folder }: { state: WorkspaceState; folder: string }): ReactNode {
  const [first, ...others] = nextSteps(state)
  const where = folder === '.' ? '' : ` --workspace ${folder}`
  return (
    <Box flexDirection="column" marginTop={1}>
      <Text bold>{'  '}NEXT</Text>
      <Text wrap="truncate-end">
        <Text color={theme.accent}>❯ </Text>
        <Text bold color={theme.accent}>
          {first.command}
          {where}
        </Text>
      </Text>
      <Text dimColor wrap="truncate-end">
        {'  '}
        {first.why}
      </Text>
      {others.map(({ command, why }) => (
        <Text key={command} wrap="truncate-end">
          {'  '}
          {command}
          <Text dimColor>
            {'  '}
            {why}
          </Text>
        </Text>
      ))}
    </Box>
  )
}

export const homeScreen: Screen = {
  name: 'Home',
  keys: [],
  help: [
    ['✓ ·', 'this part of the workspace is there, or is still to come'],
    ['▶', 'a process that is at work here'],
    ['❯', 'the next command to type, and below it what may follow'],
  ],
  View: Home,
}
