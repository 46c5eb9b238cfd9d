import { execa } from 'execa'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const module = new URL('../../src/cli/ends-with-starter.ts', import.meta.url).href
const node = (code: string): [string, string[]] => [
  process.execPath,
  [
    '--import',
    'tsx',
    '--input-type=module',
    '-e',
    `const { endsWithStarter } = await import(${JSON.stringify(module)}); endsWithStarter(); ${code}`,
  ],
]
const options = { cwd: fileURLToPath(new URL('../..', import.meta.url)), reject: false } as const

test('a command ends as with SIGTERM when the one that started it is gone', async () => {
  const child = execa(
    ...node(
      "process.once('SIGTERM', () => { console.log('kept'); process.exit(3) }); setInterval(() => {}, 1000); " +
        "console.log('up')",
    ),
    { ...options, ipc: true },
  )
  child.stdout.once('data', () => child.disconnect())
  expect(await child).toMatchObject({ exitCode: 3, stdout: 'up\nkept' })
}, 60_000)

test('one that is done does not wait for it', async () => {
  const child = execa(...node("console.log('done')"), { ...options, ipc: true })
  expect(await child).toMatchObject({ exitCode: 0, stdout: 'done' })
}, 60_000)

test('one started without a channel outlives who started it', async () => {
  const starter = execa(
    process.execPath,
    [
      '-e',
      `
    const child = require('node:child_process').spawn(process.execPath, ${JSON.stringify(node('setTimeout(() => {}, 60_000)')[1])}, { detached: true, stdio: 'ignore' })
    child.unref()
    setTimeout(() => { console.log(child.pid); process.exit() }, 1500)`,
    ],
    options,
  )
  const pid = Number((await starter).stdout)
  // throws where there is no such process
  process.kill(pid, 0)
  process.kill(pid, 'SIGKILL')
}, 60_000)
