import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { execa } from 'execa'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../store/temporary-store.js'
import { commandLine } from './run-adseq.js'
import { SMALL, cutSample } from './sample.js'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const readme = readFileSync(join(root, 'README.md'), 'utf8')

/** Command lines of the README, in order, without what stands behind #. */
const lines = [...readme.matchAll(/^ {4}((?:npx adseq|export) .*)$/gm)].map(([, line]) => line.replace(/\s+#.*/, ''))

/** What makes the trainings of the test short: the commands are the same. */
const LIGHT =
  'model.width=16 model.layers=1 model.feedForward=32 train.rows=64 train.uniformNegatives=64 eval.bootstrap=20'

/** Not to be run to its end in a pipe: the screen has tests of its own. */
const SCREEN = 'npx adseq tui'

/** Words of a command line as a shell reads them. */
const words = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain)

describe('the README, line by line, in a new folder', () => {
  let folder = ''
  let workspace = ''

  /** Starts a line of the README there. */
  function start(args: readonly string[]) {
    const { command, args: all } = commandLine(args)
    const env = { ADSEQ_WORKSPACE: workspace, ADSEQ_SET: LIGHT }
    return execa(command, all, { reject: false, cwd: folder, env, stdin: 'ignore' })
  }

  test('its links lead to files', () => {
    const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link]) => link)
    expect(links.length).toBeGreaterThan(10)
    expect(links.filter((link) => !existsSync(join(root, link)))).toEqual([])
  })

  test('after a small quickstart every command works', { timeout: 600_000 }, async () => {
    folder = temporaryFolder()
    const begun = await start(['quickstart', '--small'])
    expect([begun.exitCode, begun.stderr.slice(-600)]).toEqual([0, expect.anything()])
    for (const path of cutSample(join(folder, 'sample-data'), 10))
      writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)))
    const done: string[] = []
    for (const line of lines) {
      const [first, ...args] = words(line)
      if (first === 'export') {
        workspace = args[0].replace('ADSEQ_WORKSPACE=', '')
        continue
      }
      if (line === SCREEN) continue
      if (args[1] === 'serve') await serves()
      else {
        const { exitCode, stderr, stdout } = await start(args.slice(1))
        expect([line, exitCode, exitCode === 0 ? '' : stderr]).toEqual([line, 0, ''])
        expect([line, stdout.length > 0 || stderr.length > 0]).toEqual([line, true])
      }
      // a training of the template takes minutes: the same commands, a small model
      if (args[1] === 'init') writeFileSync(join(folder, workspace, 'adseq.yaml'), SMALL)
      done.push(line)
    }
    expect(done.length).toBeGreaterThan(15)
  })

  /** What the README says of serve: the address answers, and ctrl-c ends it. */
  async function serves(): Promise<void> {
    const address = /GET (http:\/\/127\.0\.0\.1:\d+\/\S+?);/.exec(readme)![1]
    const server = start(['serve'])
    try {
      let answer: Response | undefined
      for (let tries = 0; tries < 300 && !answer?.ok; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 100))
        answer = await fetch(address).catch(() => undefined)
      }
      expect([answer?.status, Object.keys((await answer!.json()) as object).length > 0]).toEqual([200, true])
    } finally {
      server.kill('SIGINT')
      await server
    }
  }
})
