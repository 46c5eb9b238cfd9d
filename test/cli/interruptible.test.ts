import { execa } from 'execa'
import { describe, expect, test } from 'vitest'

/** A process whose work takes a second after the first signal, as a training does to its next step. */
const WORK = `
import { interruptible } from './src/cli/interruptible.js'
setInterval(() => {}, 1000)
await interruptible('go on', (signal) => new Promise((resolve, reject) => {
  signal.addEventListener('abort', () => setTimeout(() => { console.log('kept'); process.exit(130) }, 1000))
  console.log('begun')
}))
`

async function interrupted(...pauses: number[]) {
  const child = execa(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', WORK], { reject: false })
  await new Promise((resolve) => child.stdout.once('data', resolve))
  for (const pause of pauses) {
    await new Promise((resolve) => setTimeout(resolve, pause))
    child.kill('SIGINT')
  }
  const { exitCode, signal, stdout } = await child
  return { exitCode, signal, kept: stdout.includes('kept') }
}

describe('an interrupted command', () => {
  test.each([[[0]], [[0, 20]], [[0, 20, 20]]])('keeps what was done: signals after %j ms', async (pauses) => {
    expect(await interrupted(...pauses)).toMatchObject({ exitCode: 130, kept: true })
  })

  test('ends at once when it is asked again', async () => {
    expect(await interrupted(0, 500)).toEqual({ exitCode: undefined, signal: 'SIGINT', kept: false })
  })
})
