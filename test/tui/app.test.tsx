import { describe, expect, it } from 'vitest'
import { SCREENS } from '../../src/tui/screens/index.js'
import { KEYS, fixtureRun } from './frames.js'
import { placeOf, start } from './start.js'

const NAMES = SCREENS.map(({ name }) => name)
const runs = () => [fixtureRun('item-20260131-101500-aaaa', 'mean'), fixtureRun('item-20260131-111500-bbbb', 'mean')]

describe('everywhere', () => {
  it('goes from screen to screen by numbers and by tab', async () => {
    const { press, shows } = start()
    for (const [i, name] of NAMES.entries()) {
      await press(String(i + 1))
      expect((await shows(`[${i + 1} ${name}]`)).split('\n').length).toBeLessThan(24)
    }
    await press(KEYS.tab)
    await shows(`[1 ${NAMES[0]}]`)
    await press('\u001B[Z')
    await shows(`[${NAMES.length} ${NAMES.at(-1)}]`)
  })

  it('takes letters that come at once one after the other, and all of them as text where text is typed', async () => {
    const { press, shows } = start({ runs })
    await press(`${placeOf('Runs')}j `)
    await shows(/^❯ A item-20260131-111500-bbbb/m)
    await press(`${placeOf('Items')}/`)
    await press('jk12q')
    await shows('search: jk12q')
  })

  it('explains the keys of each screen, and goes back to where it was', async () => {
    const { press, shows } = start({ runs })
    for (const [i, { name, help }] of SCREENS.entries()) {
      await press(String(i + 1), '?')
      const frame = await shows(new RegExp(`EVERYWHERE[^]*^ *${name.toUpperCase()}$`, 'm'))
      for (const [key] of help) expect(frame).toContain(key)
    }
    await press(placeOf('Runs'), KEYS.down, ' ', '?')
    expect(await shows('EVERYWHERE')).not.toContain('loss (smoothed)')
    await press('?')
    await shows(/^❯ A item-20260131-111500-bbbb/m)
  })
})
