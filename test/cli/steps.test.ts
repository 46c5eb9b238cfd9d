import { execa } from 'execa'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Step } from '../../src/cli/steps.js'

const folder = mkdtempSync(join(tmpdir(), 'adseq-steps-'))
const source = pathToFileURL(join(import.meta.dirname, '../../src/cli/steps.ts')).href

/** A command "NAME MILLISECONDS [CODE]": notes when it begins and ends, and prints on both streams. */
const COMMAND = `
import { appendFileSync } from 'node:fs'
const [name, wait, code = '0'] = process.argv.slice(2)
const note = (what) => appendFileSync(process.env.NOTES, what + ' ' + name + '\\n')
note('begin')
process.on('SIGTERM', () => { note('stopped'); process.exit(143) })
process.on('disconnect', () => note('alone'))
process.channel?.unref()
console.log('hello from ' + name)
console.error('progress of ' + name)
setTimeout(() => { console.log('bye from ' + name); note('end'); process.exit(Number(code) || 0) }, Number(wait))
`
/** Runs steps in a process of their own, so that what they write on its streams can be seen. */
const HARNESS = `
import { runSteps } from ${JSON.stringify(source)}
const { steps, done, atOnce } = JSON.parse(process.argv[2])
const adseq = [process.execPath, process.env.COMMAND]
const stop = new AbortController()
process.on('SIGTERM', () => stop.abort(new Error('told to stop')))
const tell = (text) => ['told: ' + text.split('\\n')[0]]
const kept = []
try {
  await runSteps(steps.map((s) => ({ ...s, tell: s.tell && tell })), {
    adseq, atOnce, done, signal: stop.signal, print: (line) => process.stdout.write(line + '\\n'),
    onDone: (name, out) => kept.push(name + '=' + out.length),
  })
} catch (error) { process.stdout.write('threw: ' + error.message + '\\n') }
process.stdout.write('kept: ' + kept.join(' '))
`

type Asked = Omit<Step, 'tell'> & { tell?: true }

describe('steps', () => {
  const notes = join(folder, 'notes')
  beforeAll(() => {
    writeFileSync(join(folder, 'command.mjs'), COMMAND)
    writeFileSync(join(folder, 'harness.mjs'), HARNESS)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const start = (steps: Asked[], atOnce: number, done: Record<string, string> = {}) => {
    writeFileSync(notes, '')
    const asked = JSON.stringify({ steps, done, atOnce })
    return execa(process.execPath, ['--import', 'tsx', join(folder, 'harness.mjs'), asked], {
      cwd: join(import.meta.dirname, '../..'),
      env: { COMMAND: join(folder, 'command.mjs'), NOTES: notes },
      all: true,
      reject: false,
    })
  }
  const noted = (): string[] => readFileSync(notes, 'utf8').trim().split('\n')
  const step = (name: string, ms: number, after: string[] = [], rest: Partial<Asked> = {}): Asked => ({
    name,
    args: [name, String(ms)],
    after,
    ...rest,
  })

  it('run beside each other where one does not need the other, and are shown in their order', async () => {
    const steps = [step('a', 900), step('b', 100), step('c', 50, ['a', 'b'], { heading: 'The rest' })]
    const { stdout } = await start(steps, 2)
    const order = noted()
    // b is begun and done while a works; c waits for both
    expect(order.indexOf('end b')).toBeLessThan(order.indexOf('end a'))
    expect(order.slice(-2)).toEqual(['begin c', 'end c'])
    expect(stdout.replace(/\(\d[^)]*?(, beside others)?\)/g, '(time$1)')).toBe(
      [
        '$ adseq a 900\nhello from a\nbye from a\n  (time)\n',
        '$ adseq b 100\nhello from b\nbye from b\n  (time, beside others)\n',
        '\nThe rest\n\n$ adseq c 50\nhello from c\nbye from c\n  (time)\n',
        'kept: b=0 a=0 c=0',
      ].join('\n'),
    )
  })

  it('run one after the other where one at once is allowed', async () => {
    await start([step('a', 50), step('b', 50)], 1)
    expect(noted()).toEqual(['begin a', 'end a', 'begin b', 'end b'])
  })

  it('keep the output that is told in other words, and do not run again what is done', async () => {
    const steps = [step('a', 50), step('b', 50, ['a'], { tell: true })]
    const first = await start(steps, 2)
    expect(first.stdout).toContain('told: hello from b')
    expect(first.stdout).not.toContain('bye from b')
    const again = await start(steps, 2, { a: '', b: 'hello again' })
    expect(noted()).toEqual([''])
    expect(again.stdout).toBe(
      '$ adseq a 50\n  (done before)\n\n$ adseq b 50\n  (done before)\n\ntold: hello again\nkept: ',
    )
  })

  it('show what a step printed that fails, and end the others', async () => {
    const { stdout } = await start([step('a', 60_000), { ...step('b', 100), args: ['b', '100', '3'] }], 2)
    expect(noted()).toContain('stopped a')
    expect(stdout).toContain('$ adseq b 100 3\nhello from b\nbye from b\n')
    expect(stdout).toContain('threw: The step failed: adseq b 100 3')
    expect(stdout).toMatch(/kept: $/)
  })

  it('see that who started them was killed', async () => {
    const child = start([step('a', 3000)], 1)
    await expect.poll(noted, { timeout: 20_000 }).toEqual(['begin a'])
    child.kill('SIGKILL')
    await child
    await expect.poll(noted, { timeout: 20_000 }).toContain('alone a')
  })

  it('are all ended by a signal', async () => {
    const child = start([step('a', 60_000), step('b', 60_000)], 2)
    await expect.poll(noted, { timeout: 20_000 }).toHaveLength(2)
    child.kill('SIGTERM')
    expect((await child).stdout).toContain('threw: told to stop')
    expect(noted().slice(2).sort()).toEqual(['stopped a', 'stopped b'])
  })
})
