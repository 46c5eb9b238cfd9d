import { execa, type ResultPromise } from 'execa'
import { existsSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { UserError } from '../../src/core/errors.js'
import { lockHolder, takeLock, tryLock } from '../../src/core/lock.js'

const module = new URL('../../src/core/lock.ts', import.meta.url).href
const file = (): string => join(mkdtempSync(join(tmpdir(), 'adseq-lock-')), 'lock')

/** A process of its own with takeLock, tryLock and `path` at hand. */
const elsewhere = (path: string, code: string): ResultPromise =>
  execa(
    process.execPath,
    [
      '--import',
      'tsx',
      '--input-type=module',
      '-e',
      `const { takeLock, tryLock } = await import(${JSON.stringify(module)}); const path = ` +
        `${JSON.stringify(path)}; ${code}`,
    ],
    { reject: false, lines: true },
  )

describe('a lock', () => {
  it('is held by one, says by whom, and is free after', () => {
    const path = file()
    expect(lockHolder(path)).toBeUndefined()
    const release = takeLock(path, '`adseq index`')
    expect(lockHolder(path)).toMatchObject({ pid: process.pid, what: '`adseq index`' })
    expect(tryLock(path, 'another')).toBeUndefined()
    expect(() => takeLock(path, 'another')).toThrow(UserError)
    expect(() => takeLock(path, 'another')).toThrow(`Another \`adseq index\` is at work here (process ${process.pid}).`)
    release()
    expect(readdirSync(join(path, '..'))).toEqual([])
    takeLock(path, 'another')()
  })

  it('is taken over from a process that was killed', async () => {
    const path = file()
    const holder = elsewhere(path, "takeLock(path, 'work'); console.log('held'); setInterval(() => {}, 1000)")
    await new Promise((resolve) => holder.stdout!.once('data', resolve))
    expect(lockHolder(path)).toMatchObject({ pid: holder.pid, what: 'work' })
    expect(tryLock(path, 'mine')).toBeUndefined()
    holder.kill('SIGKILL')
    await holder
    expect(existsSync(path)).toBe(true)
    expect(lockHolder(path)).toBeUndefined()
    const release = takeLock(path, 'mine')
    expect(lockHolder(path)).toMatchObject({ pid: process.pid })
    release()
    expect(readdirSync(join(path, '..'))).toEqual([])
  })

  it('is not taken for held where another process has the id of its dead holder', () => {
    const path = file()
    takeLock(path, 'work')
    const text = readFileSync(path, 'utf8')
    // a container that was started anew gives the same small ids to other processes
    writeFileSync(path, text.replace(/^(\d+) \S+/, '$1 1'))
    expect(lockHolder(path)).toBeUndefined()
    takeLock(path, 'mine')()
  })

  it.each([
    ['of an older adseq, alive', String(process.ppid), true],
    ['of an older adseq, dead', '4194304', false],
    ['cut off', '', false],
    ['of no process', '0 1 what', false],
  ])('reads a file %s', (_, text, held) => {
    const path = file()
    writeFileSync(path, text)
    expect(lockHolder(path) !== undefined).toBe(held)
    const release = tryLock(path, 'mine')
    expect(release === undefined).toBe(held)
    release?.()
  })

  it('is never held by two, though many find it dead at the same moment', async () => {
    const path = file()
    const log = join(path, '..', 'log')
    writeFileSync(log, '')
    writeFileSync(path, '4194304 1 dead')
    const worker = `
      const { appendFileSync, writeFileSync } = await import('node:fs')
      for (let n = 0; n < 40; ) {
        const release = tryLock(path, 'work')
        if (!release) continue
        appendFileSync(${JSON.stringify(log)}, 'in\\n')
        appendFileSync(${JSON.stringify(log)}, 'out\\n')
        n++
        // every other time it is left behind as a killed process leaves it
        if (n % 2) release()
        else writeFileSync(path, '4194304 1 dead')
      }`
    const ended = await Promise.all(Array.from({ length: 4 }, () => elsewhere(path, worker)))
    expect(ended.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0])
    const lines = readFileSync(log, 'utf8').trim().split('\n')
    expect(lines).toEqual(Array.from({ length: 160 }, () => ['in', 'out']).flat())
  }, 120_000)
})
