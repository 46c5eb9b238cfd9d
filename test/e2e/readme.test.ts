import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { execa } from 'execa'
import { beforeEach, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../store/temporary-store.js'
import { commandLine } from './run-adseq.js'
import { SMALL, cutSample } from './sample.js'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const read = (page: string): string => readFileSync(join(root, page), 'utf8')

const PAGES = ['README.md', 'CONTRIBUTING.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)].filter(
  (name) => name.endsWith('.md'),
)

/** Command lines of a page, in order, without what stands behind #. */
const linesOf = (page: string): string[] =>
  [...read(page).matchAll(/^ {4}((?:npx adseq|export|printf) .*)$/gm)].map(([, line]) => line.replace(/\s+#.*/, ''))

/** What makes the trainings of the test short: the commands are the same. */
const LIGHT =
  'model.width=16 model.layers=1 model.feedForward=32 train.rows=64 train.uniformNegatives=64 eval.bootstrap=20'

/** What a page says of sizes, made small: a world of a few users, a few steps. */
const SMALLER: Record<string, string> = { tutorial: 'tiny', 'train.steps': '20', 'train.validateEvery': '10' }
const smaller = (args: readonly string[]): string[] =>
  args.map((arg, i) => {
    const [, key] = /^(train\.\w+)=\d+$/.exec(arg) ?? []
    if (key && SMALLER[key]) return `${key}=${SMALLER[key]}`
    return args[i - 1] === '--preset' ? (SMALLER[arg] ?? arg) : arg
  })

/** Not to be run to its end in a pipe: the screen has tests of its own. */
const SCREEN = 'npx adseq tui'

/** Words of a command line as a shell reads them. */
const words = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain)

describe('the pages', () => {
  test.each(PAGES)('links of %s lead to files, and to their headings', (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link]) => link.split('#'))
    const dead = links.filter(([path, heading]) => {
      const to = path === '' ? page : join(dirname(page), path)
      return !existsSync(join(root, to)) || (heading !== undefined && !anchorsOf(to).includes(heading))
    })
    expect(dead).toEqual([])
  })

  test.each(PAGES)('source files that %s names are there', (page) => {
    const named = [...read(page).matchAll(/`((?:src|commands|test|templates|bench)\/[\w./-]+)`/g)].map(
      ([, path]) => path,
    )
    // NAME stands for a file to be made
    expect(named.filter((path) => !path.includes('NAME') && !existsSync(join(root, path)))).toEqual([])
  })

  test('every page of docs/ is in its index', () => {
    const index = read('docs/README.md')
    expect(PAGES.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md').length).toBeGreaterThan(10)
    for (const page of PAGES)
      if (page.startsWith('docs/') && page !== 'docs/README.md') expect(index).toContain(`(${page.slice(5)})`)
  })
})

/** Names by which GitHub links the headings of a page. */
const anchorsOf = (page: string): string[] =>
  [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )

describe('the commands of the pages, line by line, in a new folder', () => {
  let folder = ''
  let workspace = ''
  let port = 0

  beforeEach(async () => {
    folder = temporaryFolder()
    port = await freePort()
  })

  /** Starts a line of a page there. */
  function start(args: readonly string[]) {
    const { command, args: all } = commandLine(args)
    const env = { ADSEQ_WORKSPACE: workspace, ADSEQ_SET: `${LIGHT} serve.port=${port}` }
    return execa(command, all, { reject: false, cwd: folder, env, stdin: 'ignore' })
  }

  test('of the first steps, after a small quickstart', { timeout: 600_000 }, async () => {
    const begun = await start(['quickstart', '--small'])
    expect([begun.exitCode, begun.stderr.slice(-600)]).toEqual([0, expect.anything()])
    for (const path of cutSample(join(folder, 'sample-data'), 10))
      writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)))
    expect(linesOf('README.md')).toEqual([])
    expect(await runPage('docs/first-steps.md')).toBeGreaterThan(15)
  })

  /** @returns how many commands there were */
  async function runPage(page: string): Promise<number> {
    let done = 0
    for (const line of linesOf(page)) {
      const [first, ...args] = words(line)
      if (first === 'export') {
        workspace = args[0].replace('ADSEQ_WORKSPACE=', '')
        continue
      }
      if (line === SCREEN) continue
      if (args[1] === 'serve') await serves(page)
      else {
        const run = first === 'printf' ? execa('sh', ['-c', line], { cwd: folder }) : start(smaller(args.slice(1)))
        const { exitCode, stderr, stdout } = await run
        expect([line, exitCode, exitCode === 0 ? '' : stderr]).toEqual([line, 0, ''])
        if (first !== 'printf') expect([line, stdout.length > 0 || stderr.length > 0]).toEqual([line, true])
      }
      // a training of the template takes minutes: the same commands, a small model
      if (args[1] === 'init') writeFileSync(join(folder, workspace, 'adseq.yaml'), SMALL)
      done++
    }
    return done
  }

  /** What a page says of serve: the address answers, and ctrl-c ends it. */
  async function serves(page: string): Promise<void> {
    const address = /GET (http:\/\/127\.0\.0\.1:\d+\/\S*?);/.exec(read(page))![1].replace(/:\d+/, `:${port}`)
    const server = start(['serve'])
    try {
      let answer: Response | undefined
      for (let tries = 0; tries < 300 && !answer?.ok; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 100))
        answer = await fetch(address).catch(() => undefined)
      }
      expect([answer?.status, (await answer!.text()).length > 100]).toEqual([200, true])
    } finally {
      server.kill('SIGINT')
      await server
    }
  }
})

/** A port of the loopback that nobody had just now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
