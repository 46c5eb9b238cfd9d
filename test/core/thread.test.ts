import { afterEach, describe, expect, it } from 'vitest'
import { Interrupted, UserError, hasCode } from '../../src/core/errors.js'
import { Thread } from '../../src/core/thread.js'
import type { EchoThread } from './echo-thread.js'

describe('a thread', () => {
  let thread: Thread<EchoThread>
  const start = (data = 'data'): Thread<EchoThread> =>
    (thread = new Thread<EchoThread>(new URL('./echo-thread', import.meta.url), data))
  afterEach(() => thread.stop())

  it('gives every question its own answer, in whatever order they come', async () => {
    start('what it was started with')
    const slow = thread.ask('later', { after: 30, value: 'slow' })
    const fast = thread.ask('later', { after: 0, value: 'fast' })
    expect(await Promise.race([slow, fast])).toBe('fast')
    expect(await slow).toBe('slow')
    expect(await thread.ask('started')).toBe('what it was started with')
  })

  it('throws here what was thrown there, as what it was, and goes on', async () => {
    start()
    await expect(thread.ask('fail', 'user')).rejects.toMatchObject({ name: 'UserError', hint: 'Import some.' })
    await expect(thread.ask('fail', 'user')).rejects.toBeInstanceOf(UserError)
    await expect(thread.ask('fail', 'interrupted')).rejects.toBeInstanceOf(Interrupted)
    const fault = (await thread.ask('fail', 'fault').catch((error: unknown) => error)) as Error
    expect(fault).not.toBeInstanceOf(UserError)
    expect(hasCode(fault, 'SQLITE_FULL')).toBe(true)
    expect(fault.stack).toContain('echo-thread')
    await expect(thread.ask('fail', 'text')).rejects.toThrow('a string')
    expect(await thread.ask('later', { after: 0, value: 1 })).toBe(1)
  })

  it('tells of progress before it answers', async () => {
    start()
    const seen: unknown[] = []
    expect(await thread.ask('count', 3, { onEvent: (n) => seen.push(n) })).toBe('counted')
    expect(seen).toEqual([1, 2, 3])
  })

  it('hands arrays over in both directions instead of copying them', async () => {
    start()
    const numbers = Float32Array.of(1, 2, 3)
    const doubled = await thread.ask('double', numbers, { transfer: [numbers] })
    expect(doubled.numbers).toEqual(Float32Array.of(2, 4, 6))
    expect(numbers.length).toBe(0)
    // what was handed over is gone there, too
    expect(await thread.ask('leftover')).toBe(0)
  })

  it('tells the far end when the near end gives up, with the error to throw', async () => {
    start()
    const stop = new AbortController()
    const waiting = thread.ask('waitForAbort', undefined, { signal: stop.signal })
    stop.abort(new Interrupted('Run it again.'))
    await expect(waiting).rejects.toMatchObject({ name: 'Interrupted', hint: 'Run it again.' })
    await expect(thread.ask('waitForAbort', undefined, { signal: stop.signal })).rejects.toBeInstanceOf(Interrupted)
  })

  it('fails every question, open and new, when it dies, however it dies', async () => {
    for (const how of ['throw', 'exit'] as const) {
      start()
      let told = 0
      thread.onEnd(() => told++)
      const open = thread.ask('later', { after: 60_000, value: 0 })
      open.catch(() => undefined)
      expect(thread.ended).toBeUndefined()
      await expect(thread.ask('die', how)).rejects.toThrow(
        how === 'throw' ? 'it broke' : 'The echo thread ended by itself',
      )
      await expect(open).rejects.toThrow()
      await expect(thread.ask('later', { after: 0, value: 0 })).rejects.toThrow()
      expect(thread.ended).toBeInstanceOf(Error)
      expect(told).toBe(1)
    }
  })

  it('is stopped with questions open', async () => {
    start()
    const open = thread.ask('later', { after: 60_000, value: 0 })
    const failed = expect(open).rejects.toThrow('The echo thread was stopped.')
    await thread.stop()
    await failed
  })

  it('refuses what cannot be sent', async () => {
    start()
    await expect(thread.ask('later', { after: 0, value: () => 1 })).rejects.toThrow(/could not be cloned/)
  })
})
