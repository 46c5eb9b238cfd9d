import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generateData } from '../../src/events/world/generate.js'
import { PRESETS } from '../../src/events/world/presets.js'
import { openStore } from '../../src/store/open.js'
import { SCREENS } from '../../src/tui/screens/index.js'
import { commandLine } from '../e2e/run-adseq.js'
import { until } from './frames.js'

const run = promisify(execFile)

function hasTmux(): boolean {
  try {
    execFileSync('tmux', ['-V'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** adseq tui in a real terminal of that size, with what is on it now. */
async function terminal(columns: number, rows: number, folder: string, env: Record<string, string> = {}) {
  const socket = `adseq-${process.pid}-${columns}`
  const tmux = async (...args: string[]): Promise<string> => (await run('tmux', ['-L', socket, ...args])).stdout
  const { command, args } = commandLine(['tui', '--workspace', folder])
  const shell = [...Object.entries(env).map(([key, value]) => `${key}=${value}`), command, ...args]
  const line = `${shell
    .map((word) => `'${word}'`)
    .join(' ')
    .replace(/^((?:'\w+=\w*' )*)/, 'env $1')}; echo over; sleep 60`
  await tmux('-f', '/dev/null', 'new-session', '-d', '-x', String(columns), '-y', String(rows), line)
  let screen = ''
  const shows = async (expected: string | RegExp): Promise<string> => {
    const poll = setInterval(() => void tmux('capture-pane', '-p').then((text) => (screen = text)), 100)
    return until(() => screen, expected, 60_000).finally(() => clearInterval(poll))
  }
  return {
    shows,
    press: (...keys: string[]) => tmux('send-keys', ...keys),
    colours: () => tmux('capture-pane', '-p', '-e'),
    resize: (x: number, y: number) => tmux('resize-window', '-x', String(x), '-y', String(y)),
    close: () => tmux('kill-server').catch(() => ''),
  }
}

// a terminal for tests: apt-get install tmux, brew install tmux
describe.skipIf(!hasTmux())('in a real terminal (skipped where tmux is not installed)', () => {
  let folder: string
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'adseq-terminal-'))
    writeFileSync(join(folder, 'adseq.yaml'), '')
    const store = openStore(folder, { create: true })
    await generateData(store, { name: 'tiny', knobs: PRESETS.tiny, seed: 1 })
    store.close()
  }, 60_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it.each([
    [80, 24],
    [60, 20],
    [160, 50],
  ])(
    'every screen fits %i x %i, and q gives the terminal back',
    async (columns, rows) => {
      const { shows, press, close } = await terminal(columns, rows, folder)
      try {
        await shows('adseq train item')
        for (const [i, { name }] of SCREENS.entries()) {
          await press(String(i + 1))
          const lines = (await shows(`[${i + 1} ${name}]`)).split('\n')
          // the header stays in the first line, and the keys are in the last but one: nothing has scrolled
          expect(lines[0]).toContain(`[${i + 1} ${name}]`)
          expect(lines[1]).toBe('─'.repeat(columns))
          expect(lines[rows - 2]).toContain('q quit')
        }
        await press('2')
        await shows('EVENTS A DAY')
        await press('q')
        await shows(/^over$/m)
      } finally {
        await close()
      }
    },
    120_000,
  )

  it('follows a change of size, and has no colour where none is wanted', async () => {
    const { shows, press, colours, resize, close } = await terminal(90, 30, folder, { NO_COLOR: '1' })
    try {
      await press('2')
      await shows('EVENTS A DAY')
      await resize(64, 22)
      const frame = await shows(/^─{64}$/m)
      for (const line of frame.split('\n')) expect(line.length).toBeLessThanOrEqual(64)
      // 30 to 37 and 38;5 are colours; bold and dim are not
      // eslint-disable-next-line no-control-regex
      expect(await colours()).not.toMatch(/\u001B\[[\d;]*3[0-8]/)
    } finally {
      await close()
    }
  }, 120_000)
})
