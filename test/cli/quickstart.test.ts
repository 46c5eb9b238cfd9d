import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { quickstart } from '../../src/cli/quickstart.js'

const folder = mkdtempSync(join(tmpdir(), 'adseq-quickstart-'))
const command = join(folder, 'command.mjs')
beforeAll(() => writeFileSync(command, 'setInterval(() => {}, 1000)'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('quickstart', () => {
  const at = (name: string, more: { again?: boolean; signal?: AbortSignal; small?: boolean } = {}) =>
    quickstart({
      folder: join(folder, name),
      sampleData: folder,
      adseq: [process.execPath, command],
      small: true,
      print: () => {},
      ...more,
    })

  it('has its folder to itself, and leaves what is there to the one at work, also with --again', async () => {
    const stop = new AbortController()
    const first = at('one', { signal: stop.signal }).catch((error: Error) => error.message)
    await expect.poll(() => existsSync(join(folder, 'one', '.adseq-quickstart.lock'))).toBe(true)
    writeFileSync(join(folder, 'one', 'kept'), '')
    await expect(at('one')).rejects.toThrow('Another `adseq quickstart` is at work')
    await expect(at('one', { again: true })).rejects.toThrow('Another `adseq quickstart` is at work')
    expect(existsSync(join(folder, 'one', 'kept'))).toBe(true)
    stop.abort(new Error('told to stop'))
    expect(await first).toBe('told to stop')
    // free again, and --again starts from nothing
    const then = new AbortController()
    const again = at('one', { again: true, signal: then.signal }).catch((error: Error) => error.message)
    await expect.poll(() => existsSync(join(folder, 'one', 'kept'))).toBe(false)
    then.abort(new Error('told to stop'))
    expect(await again).toBe('told to stop')
  })

  it('ends at once when it was told to before it began', async () => {
    const signal = AbortSignal.abort(new Error('told to stop'))
    await expect(at('early', { signal })).rejects.toThrow('told to stop')
    expect(existsSync(join(folder, 'early', '.adseq-quickstart.lock'))).toBe(false)
  })

  it('refuses a folder of another kind of quickstart, and one that is none of its', async () => {
    await expect(at('one', { small: false })).rejects.toThrow('of another kind')
    expect(existsSync(join(folder, 'one', '.adseq-quickstart.lock'))).toBe(false)
    await expect(at('.')).rejects.toThrow('was not made by a quickstart')
  })
})
