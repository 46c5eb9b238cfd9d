import { Box, useApp, useInput } from 'ink'
import { useState, type ReactNode } from 'react'
import type { Run } from '../inspect/runs.js'
import { Footer, Header, Rule, SCREENS, type Keys, type ScreenName } from './frame.js'
import { Help } from './help.js'
import type { OpenLookup } from '../inspect/lookup.js'
import { RunsScreen } from './runs-screen.js'
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

const COMMON: Keys = [['tab', 'screen'], ['?', 'help'], ['q', 'quit']]
const FOOTERS: Record<ScreenName, Keys> = {
  Runs: [['↑↓', 'move'], ['space', 'compare'], ['enter', 'curves/details'], ['m', 'metric'], ['u', 'users'], ...COMMON],
  Users: [['r', 'random'], ['/', 'id'], ['←→', 'pane'], ['↑↓', 'row'], ['a', 'items/advertisers'], ...COMMON],
}

/** `adseq tui`: two screens, a header and the keys. One line less than the terminal, so that nothing scrolls. */
export function App({ folder, readRuns, open, draw }: AppProps): ReactNode {
  const { exit } = useApp()
  const { columns, rows } = useWindow()
  const [screen, setScreen] = useState<ScreenName>('Runs')
  const [help, setHelp] = useState(false)
  const [typing, setTyping] = useState(false)
  const [models, setModels] = useState<{ item?: string; advertiser?: string }>({})
  const [usersSeen, setUsersSeen] = useState(false)
  const runs = useRuns(readRuns)
  const lookup = useLookup(open, models, usersSeen, draw)

  const go = (name: ScreenName): void => {
    setScreen(name)
    if (name === 'Users') setUsersSeen(true)
  }
  useInput(
    (input, key) => {
      if (key.ctrl && input === 'c') exit()
      else if (typing) return
      else if (input === 'q') exit()
      else if (input === '?' || (help && key.escape)) setHelp(!help)
      else if (key.tab) go(SCREENS[(SCREENS.indexOf(screen) + 1) % SCREENS.length])
      else if (input === '1' || input === '2') go(SCREENS[Number(input) - 1])
    },
  )
  const openUsers = (run: Run): void => {
    if (run.status === 'done') setModels({ [run.kind]: run.id })
    go('Users')
  }
  // a screen that is not shown stays mounted, so that it keeps its cursor and its choice
  const shown = (name: ScreenName): 'flex' | 'none' => (!help && name === screen ? 'flex' : 'none')
  const width = Math.max(40, columns)
  const height = Math.max(12, rows - 1) - 3
  return (
    <Box flexDirection="column" width={width} height={height + 3}>
      <Header screen={screen} folder={folder} width={width} />
      <Rule width={width} />
      <Box height={height} overflow="hidden">
        {help ? <Help /> : null}
        <Box display={shown('Runs')}>
          <RunsScreen runs={runs} width={width} height={height} active={shown('Runs') === 'flex'} onUsers={openUsers} />
        </Box>
        <Box display={shown('Users')}>
          <UsersScreen lookup={lookup} width={width} height={height} active={shown('Users') === 'flex'} typing={typing} onTyping={setTyping} />
        </Box>
      </Box>
      <Footer keys={help ? [['?', 'back'], ['q', 'quit']] : FOOTERS[screen]} />
    </Box>
  )
}
