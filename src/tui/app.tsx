import { Box, Text, useApp } from 'ink'
import type { ReactNode } from 'react'
import type { Run } from '../inspect/runs.js'
import { Footer, Header, Rule, SCREENS, type Keys, type ScreenName } from './frame.js'
import { Help } from './help.js'
import type { RunNames } from '../runs/manifest.js'
import type { OpenLookup } from '../inspect/lookup.js'
import { RunsScreen } from './runs-screen.js'
import { useKeys } from './use-keys.js'
import { useLive } from './use-live.js'
import { useLookup } from './use-lookup.js'
import { useRuns } from './use-runs.js'
import { useWindow } from './use-window.js'
import { UsersScreen } from './users-screen.js'

export interface AppProps {
  folder: string
  /** the runs as they are now; called every second */
  readRuns: () => Run[]
  open: OpenLookup
  /** seed of the first random user */
  draw: number
}

interface State {
  screen: ScreenName
  help: boolean
  /** a user id is being typed */
  typing: boolean
  /** runs chosen with u */
  models: RunNames
  usersSeen: boolean
}

/** Of the terminal. */
const SMALLEST = { columns: 40, rows: 12 }

const COMMON: Keys = [
  ['tab', 'screen'],
  ['?', 'help'],
  ['q', 'quit'],
]
const FOOTERS: Record<ScreenName, Keys> = {
  Runs: [['↑↓', 'move'], ['space', 'compare'], ['enter', 'details'], ['m', 'metric'], ['u', 'users'], ...COMMON],
  Users: [['r', 'random'], ['/', 'id'], ['←→', 'pane'], ['↑↓', 'row'], ['a', 'advertisers'], ...COMMON],
}

/** `adseq tui`: two screens, a header and the keys. One line less than the terminal, so that nothing scrolls. */
export function App({ folder, readRuns, open, draw }: AppProps): ReactNode {
  const { exit } = useApp()
  const { columns, rows } = useWindow()
  const { state, now, change } = useLive<State>({
    screen: 'Runs',
    help: false,
    typing: false,
    models: {},
    usersSeen: false,
  })
  const { screen, help } = state
  const runs = useRuns(readRuns)
  const lookup = useLookup(open, state.models, state.usersSeen, draw)

  // data and models are loaded when users are first looked at
  const go = (name: ScreenName): void => change({ screen: name, ...(name === 'Users' ? { usersSeen: true } : {}) })
  useKeys((input, key) => {
    const { screen, help, typing } = now()
    if (key.ctrl && input === 'c') exit()
    else if (typing) return
    else if (input === 'q') exit()
    else if (input === '?' || (help && key.escape)) change({ help: !help })
    else if (key.tab) go(SCREENS[(SCREENS.indexOf(screen) + 1) % SCREENS.length])
    else if (input === '1' || input === '2') go(SCREENS[Number(input) - 1])
  })
  const openUsers = (run: Run): void => {
    if (run.status === 'done') change({ models: { [run.kind]: run.id } })
    go('Users')
  }
  // a screen that is not shown stays mounted, so that it keeps its cursor and its choice
  const shown = (name: ScreenName): 'flex' | 'none' => (!help && name === screen ? 'flex' : 'none')
  const active = (name: ScreenName) => (): boolean => !now().help && now().screen === name
  if (columns < SMALLEST.columns || rows < SMALLEST.rows)
    return <Text>{`adseq tui needs ${SMALLEST.columns} columns and ${SMALLEST.rows} rows; q quits.`}</Text>
  const width = Math.max(40, columns)
  const height = Math.max(12, rows - 1) - 3
  return (
    <Box flexDirection="column" width={width} height={height + 3}>
      <Header screen={screen} folder={folder} width={width} />
      <Rule width={width} />
      <Box height={height} overflow="hidden">
        {help ? <Help /> : null}
        <Box display={shown('Runs')}>
          <RunsScreen runs={runs} width={width} height={height} active={active('Runs')} onUsers={openUsers} />
        </Box>
        <Box display={shown('Users')}>
          <UsersScreen
            lookup={lookup}
            width={width}
            height={height}
            active={active('Users')}
            typing={() => now().typing}
            onTyping={(typing) => change({ typing })}
          />
        </Box>
      </Box>
      <Footer
        keys={
          help
            ? [
                ['?', 'back'],
                ['q', 'quit'],
              ]
            : FOOTERS[screen]
        }
        width={width}
      />
    </Box>
  )
}
