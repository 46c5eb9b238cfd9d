import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { generateData } from '../../src/events/world/generate.js'
import { PRESETS } from '../../src/events/world/presets.js'
import { openStore } from '../../src/store/open.js'
import { runAdseq, startAdseq } from './run-adseq.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'adseq-e2e-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const generate = (...args: string[]): string[] => ['generate-data', '--workspace', folder, ...args]
const eventsIn = (place: string): number => {
  try {
    const store = openStore(place, { readonly: true })
    const { events } = store.counts()
    store.close()
    return events
  } catch {
    // no database yet
    return 0
  }
}

describe('adseq generate-data', () => {
  it('--json prints one object; a second run adds nothing; the first one says what it made', async () => {
    const { code, stdout, stderr } = await runAdseq(generate('--preset', 'tiny', '--json'))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const made = JSON.parse(stdout) as { events: number; added: number; seed: number }
    expect(made).toMatchObject({ seed: 1, added: made.events })
    expect(eventsIn(folder)).toBe(made.events)

    const again = await runAdseq(generate('--preset', 'tiny'))
    expect(again.code).toBe(0)
    expect(again.stdout).toContain('Already there, nothing added')
    expect(again.stdout).toContain('adseq train item')
    expect(`${again.stdout}${again.stderr}`).not.toContain('\u001B')
    expect(eventsIn(folder)).toBe(made.events)
  })

  it('refuses a workspace with other data with exit code 2, what is wrong and what to try; nothing is lost', async () => {
    await runAdseq(generate('--preset', 'tiny', '-q'))
    const before = eventsIn(folder)
    const { code, stdout, stderr } = await runAdseq(generate('--preset', 'tiny', '--seed', '2'))
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^Error: This workspace already holds .* events/m)
    expect(stderr).toMatch(/^Try: .*--append/m)
    expect(stderr).not.toMatch(/^\s+at /m)
    expect(eventsIn(folder)).toBe(before)
  })

  it('a mistake in a setting is named, and no file is made', async () => {
    const { code, stdout } = await runAdseq(generate('--preset', 'tiny', '--set', 'orderDependance=0', '--json'))
    expect(code).toBe(2)
    expect((JSON.parse(stdout) as { error: { message: string; hint: string } }).error).toMatchObject({
      message: expect.stringContaining('orderDependance'),
      hint: expect.stringContaining('orderDependence'),
    })
    expect((await runAdseq(generate('--preset', 'giant'))).code).toBe(2)
    expect(readdirSync(folder)).toEqual([])
  })

  it.each(['SIGKILL', 'SIGINT', 'SIGTERM'] as const)(
    '%s while it writes: the same command finishes, and the data is that of a run that was let be',
    async (signal) => {
      const child = startAdseq(generate('--preset', 'tutorial'))
      // early, so that a slow look at the database does not come after the end
      while (eventsIn(folder) < 20_000) {
        expect(child.exitCode).toBeNull()
        await setTimeout(5)
      }
      child.kill(signal)
      const { exitCode, stderr } = await child
      if (signal !== 'SIGKILL') {
        expect(exitCode).toBe(130)
        expect(stderr).toContain('same command again')
      }
      const kept = eventsIn(folder)
      expect(kept).toBeGreaterThanOrEqual(20_000)

      const { code, stdout } = await runAdseq(generate('--preset', 'tutorial', '--json'))
      expect(code).toBe(0)
      const result = JSON.parse(stdout) as { events: number; added: number }
      expect(kept).toBeLessThan(result.events)
      expect(result.added).toBe(result.events - kept)

      const untouched = mkdtempSync(join(tmpdir(), 'adseq-e2e-'))
      const [store, other] = [openStore(folder), openStore(untouched, { create: true })]
      await generateData(other, { name: 'tutorial', knobs: PRESETS.tutorial, seed: 1 })
      expect(store.dataHash()).toBe(other.dataHash())
      store.close()
      other.close()
      rmSync(untouched, { recursive: true })
    },
  )

  it('SIGTERM while it writes files: exit code 130, and no part of a file is left', async () => {
    const to = join(folder, 'files')
    const child = startAdseq(['generate-data', '--preset', 'tutorial', '--to', to])
    const begun = (): boolean => existsSync(to) && readdirSync(to).some((name) => name.includes('events'))
    while (!begun()) {
      expect(child.exitCode).toBeNull()
      await setTimeout(5)
    }
    child.kill('SIGTERM')
    const { exitCode, stderr } = await child
    expect(exitCode).toBe(130)
    expect(stderr).toMatch(/Interrupted; nothing was kept\.\nTry: {3}Run the command again/)
    expect(readdirSync(to)).toEqual([])
  })
})
