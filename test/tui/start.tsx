import { render } from 'ink-testing-library'
import { afterEach } from 'vitest'
import { App } from '../../src/tui/app.js'
import { SCREENS } from '../../src/tui/screens/index.js'
import type { Sources } from '../../src/tui/sources.js'
import { KEYS, fixtureSources, plain, until } from './frames.js'

/** The number that a screen has. */
export const placeOf = (name: string): string => String(SCREENS.findIndex((one) => one.name === name) + 1)

let close = (): void => undefined
afterEach(() => close())

/** The whole application over fixtures, 100 columns wide. @param screen number of the first one looked at */
export function start(over: Partial<Sources> = {}, screen?: string) {
  const app = render(<App sources={fixtureSources(over)} />)
  close = app.unmount
  const press = async (...keys: string[]): Promise<void> => {
    // Ink listens some time after the first frame, and reads one key at a time
    await new Promise((resolve) => setTimeout(resolve, 0))
    for (let tries = 0; app.stdin.listenerCount('readable') === 0; tries++) {
      if (tries > 400) throw new Error(`The application listens to no key:\n${plain(app.lastFrame())}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    for (const key of keys) {
      app.stdin.write(key)
      // a lone escape is told from the start of a sequence by what follows
      if (key === KEYS.escape) await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  return {
    /** opens the screen first, where there is one to open */
    press: async (...keys: string[]) => {
      const [first] = screen === undefined ? [] : [screen]
      screen = undefined
      await press(...(first === undefined ? [] : [first]), ...keys)
    },
    frame: () => plain(app.lastFrame()),
    shows: (expected: string | RegExp) => until(app.lastFrame, expected),
  }
}
