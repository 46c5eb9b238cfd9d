import { Box, Text, useApp } from 'ink'
import { useRef, type ReactNode } from 'react'
import { Footer, Header, Rule } from './frame.js'
import { Help } from './help.js'
import type { Keys, Place, Screen } from './screen.js'
import { SCREENS } from './screens/index.js'
import type { Sources } from './sources.js'
import { useKeys, type KeyHandler } from './use-keys.js'
import { useLive } from './use-live.js'
import { useWindow } from './use-window.js'

interface State {
  screen: Screen
  help: boolean
  /** text is being typed */
  typing: boolean
  /** what screens were last asked to show by others */
  at: Readonly<Record<string, Place>>
  /** screens that were looked at: they load when they first are */
  seen: readonly Screen[]
}

const NOWHERE: Place = {}

/** Of the terminal. */
const SMALLEST = { columns: 40, rows: 12 }

const COMMON: Keys = [
  ['tab', 'screen'],
  ['?', 'help'],
  ['q', 'quit'],
]
const IN_HELP: Keys = [
  ['?', 'back'],
  ['q', 'quit'],
]

/** `adseq tui`: screens, a header and the keys. One line less than the terminal, so that nothing scrolls. */
export function App({ sources }: { sources: Sources }): ReactNode {
  const { exit } = useApp()
  const { columns, rows } = useWindow()
  const { state, now, change } = useLive<State>({
    screen: SCREENS[0],
    help: false,
    typing: false,
    at: {},
    seen: [SCREENS[0]],
  })
  const { screen, help, seen } = state
  const handlers = useRef(new Map<Screen, KeyHandler>())

  const show = (screen: Screen, place?: Place): void => {
    const { seen, at } = now()
    change({
      screen,
      help: false,
      at: place ? { ...at, [screen.name]: place } : at,
      seen: seen.includes(screen) ? seen : [...seen, screen],
    })
  }
  const go = (name: string, at?: Place): void =>
    show(
      SCREENS.find((one) => one.name === name)!,
      at,
    )
  useKeys((input, key) => {
    // letters in quick succession may come at once
    if (!now().typing && input.length > 1) for (const letter of input) press(letter, key)
    else press(input, key)
  })
  const press: KeyHandler = (input, key) => {
    const { screen, help, typing } = now()
    if (key.ctrl && input === 'c') exit()
    else if (typing) handlers.current.get(screen)?.(input, key)
    else if (input === 'q') exit()
    else if (input === '?' || (help && key.escape)) change({ help: !help })
    else if (key.tab) {
      const turn = key.shift ? SCREENS.length - 1 : 1
      show(SCREENS[(SCREENS.indexOf(screen) + turn) % SCREENS.length])
    } else if (/^[1-9]$/.test(input) && Number(input) <= SCREENS.length) show(SCREENS[Number(input) - 1])
    else if (!help) handlers.current.get(screen)?.(input, key)
  }
  if (columns < SMALLEST.columns || rows < SMALLEST.rows)
    return <Text>{`adseq tui needs ${SMALLEST.columns} columns and ${SMALLEST.rows} rows; q quits.`}</Text>
  const width = columns
  const height = rows - 4
  return (
    <Box flexDirection="column" width={width} height={height + 3}>
      <Header screens={SCREENS.map(({ name }) => name)} current={screen.name} folder={sources.folder} width={width} />
      <Rule width={width} />
      <Box height={height} overflow="hidden">
        {help ? <Help screen={screen} /> : null}
        {SCREENS.map((one) => {
          const shown = !help && one === screen
          return (
            // one that is not shown is there, too: it keeps its cursor, and the first key after a switch finds it
            <Box key={one.name} display={shown ? 'flex' : 'none'}>
              <one.View
                sources={sources}
                width={width}
                height={height}
                shown={shown}
                seen={seen.includes(one)}
                onKeys={(handler) => void handlers.current.set(one, handler)}
                typing={{ on: () => now().typing, set: (typing) => change({ typing }) }}
                at={state.at[one.name] ?? NOWHERE}
                go={go}
              />
            </Box>
          )
        })}
      </Box>
      <Footer keys={help ? IN_HELP : [...screen.keys, ...COMMON]} width={width} />
    </Box>
  )
}
