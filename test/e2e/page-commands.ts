import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect } from 'vitest'
import { commandLine } from './run-adseq.js'
import { SMALL } from './sample.js'

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
export const read = (page: string): string => readFileSync(join(root, page), 'utf8')

/** Command lines of a page, in order, without what stands behind #. */
export const linesOf = (page: string): string[] =>
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

/** Runs what pages say, line by line, in a folder. */
export class PageCommands {
  private workspace = ''

  private constructor(
    private readonly folder: string,
    private readonly port: number,
  ) {}

  static async in(folder: string): Promise<PageCommands> {
    return new PageCommands(folder, await freePort())
  }

  /** Starts adseq there. */
  start(args: readonly string[]) {
    const { command, args: all } = commandLine(args)
    const env = { ADSEQ_WORKSPACE: this.workspace, ADSEQ_SET: `${LIGHT} serve.port=${this.port}` }
    return execa(command, all, { reject: false, cwd: this.folder, env, stdin: 'ignore' })
  }

  /** @returns how many commands the page has; each has succeeded and said something */
  async run(page: string): Promise<number> {
    let done = 0
    for (const line of linesOf(page)) {
      const [first, ...args] = words(line)
      if (first === 'export') {
        this.workspace = args[0].replace('ADSEQ_WORKSPACE=', '')
        continue
      }
      if (line === SCREEN) continue
      done++
      if (first === 'printf') await execa('sh', ['-c', line], { cwd: this.folder })
      else if (args[1] === 'serve') await this.serves(page)
      else {
        const { exitCode, stderr, stdout } = await this.start(smaller(args.slice(1)))
        expect([line, exitCode, exitCode === 0 ? '' : stderr]).toEqual([line, 0, ''])
        expect([line, stdout.length > 0 || stderr.length > 0]).toEqual([line, true])
      }
      // a training of the template takes minutes: the same commands, a small model
      if (args[1] === 'init') writeFileSync(join(this.folder, this.workspace, 'adseq.yaml'), SMALL)
    }
    return done
  }

  /** What a page says of serve: the address answers, and ctrl-c ends it. */
  private async serves(page: string): Promise<void> {
    const [, said] = /GET (http:\/\/127\.0\.0\.1:\d+\/\S*?);/.exec(read(page))!
    const server = this.start(['serve'])
    try {
      let answer: Response | undefined
      for (let tries = 0; tries < 300 && !answer?.ok; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 100))
        answer = await fetch(said.replace(/:\d+/, `:${this.port}`)).catch(() => undefined)
      }
      expect([answer?.status, (await answer!.text()).length > 100]).toEqual([200, true])
    } finally {
      server.kill('SIGINT')
      await server
    }
  }
}

/** A port of the loopback that nobody had just now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
