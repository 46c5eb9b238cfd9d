import { execa, type ResultPromise } from 'execa'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { writeFileAtomic } from '../core/atomic.js'
import { UserError } from '../core/errors.js'
import { levelsText, protocolText, verdictLines } from '../evaluate/report-text.js'
import type { Report } from '../evaluate/report.js'
import { duration } from '../text/numbers.js'

export interface QuickstartOptions {
  /** where the two workspaces are made */
  folder: string
  /** the folder with sample-data/ */
  sampleData: string
  /** how to start adseq itself: node and the entry script */
  adseq: readonly [string, ...string[]]
  /** a minute or two instead of six: few steps, a tiny world. For a smoke test; its figures mean nothing. */
  small: boolean
  print: (line: string) => void
  /** throw away what an earlier quickstart left; else it is gone on with */
  again?: boolean
  /** ends it after the step under way */
  signal?: AbortSignal
  /** of the terminal that it prints to; tables are as wide as that */
  columns?: number
}

export interface QuickstartResult {
  real: { item: Report; advertiser: Report }
  world: Report
  seconds: number
}

const MARKER = '.adseq-quickstart'

/** What a quickstart has done: the command lines of its finished steps, with what those printed that are read again. */
interface Done {
  small: boolean
  steps: Record<string, string>
}

/**
 * The whole loop, twice: on the real sample, then on a synthetic world with the full funnel. Every step is adseq's own
 * command in a process of its own, and its command line is printed, so that each can be repeated by hand. A folder of
 * an earlier quickstart is gone on with: steps that it finished are not run again.
 * @throws UserError when the folder exists and was not made by a quickstart, or when a step fails; Interrupted
 */
export async function quickstart(options: QuickstartOptions): Promise<QuickstartResult> {
  const { small, print, columns = Infinity } = options
  const started = performance.now()
  const done = prepare(options)
  const step = stepRunner(options, done)
  const data = ['events', 'items', 'users'].map((name) => join(options.sampleData, `${name}.csv.gz`))
  const brief = small ? ['--set', 'train.steps=60', '--set', 'train.validateEvery=30'] : []

  const judged = async (workspace: string, ...args: string[]): Promise<Report> => {
    const report = await step.json<Report>(workspace, 'eval', ...args)
    print(
      [...verdictLines(report), protocolText(report), ...levelsText(report, ['item', 'advertiser'], columns)].join(
        '\n',
      ),
    )
    print('')
    return report
  }
  const slow = small ? [] : ['--baselines', 'ease,nearest-users']

  print('\n1. Real data: a year of grocery baskets of real households (sample-data/README.md)\n')
  const real = join(options.folder, 'real')
  await step(real, 'init', '--template', 'tutorial')
  await step(real, 'import', 'csv', ...data)
  await step(real, 'train', 'item', ...brief)
  await step(real, 'inspect', 'user', '2043')
  await step(real, 'train', 'advertiser', ...brief)
  await step(real, 'infer')
  await step(real, 'index')
  const item = await judged(real, 'item', ...slow)
  const advertiser = await judged(real, 'advertiser')

  print('\n2. A synthetic world with views, carts, checkouts, signups and ads, and the whole funnel of an ad request\n')
  const world = join(options.folder, 'world')
  await step(world, 'init', '--template', 'tutorial')
  await step(world, 'generate-data', '--preset', small ? 'tiny' : 'tutorial')
  // what follows what takes longer to learn than who buys what
  const longer = small ? brief : ['--set', 'train.steps=500', '--set', 'train.validateEvery=100']
  await step(world, 'train', 'item', '--set', 'model.userTower=mean', ...longer)
  await step(world, 'train', 'item', ...longer)
  await step(world, 'train', 'advertiser', ...brief)
  await step(world, 'train', 'l1')
  await step(world, 'infer')
  await step(world, 'index')
  await step(world, 'explain', 'u17', '--k', '5')
  const report = await judged(world, 'funnel', '--runs', 'all', ...slow)
  return { real: { item, advertiser }, world: report, seconds: (performance.now() - started) / 1000 }
}

function prepare({ folder, small, again = false, print }: QuickstartOptions): Done {
  const marker = join(folder, MARKER)
  if (existsSync(folder) && !existsSync(marker))
    throw new UserError(
      `${folder} exists and was not made by a quickstart.`,
      'Choose another folder with --folder, or move it away.',
    )
  if (again) rmSync(folder, { recursive: true, force: true })
  if (existsSync(marker)) {
    const done = readDone(marker)
    if (done?.small === small) {
      print(`Going on in ${folder}: what is done there is kept (--again starts anew).`)
      return done
    }
    throw new UserError(
      `${folder} holds a quickstart of another kind, or of another version of adseq.`,
      'Delete it and start anew with --again, or choose another folder with --folder.',
    )
  }
  mkdirSync(folder, { recursive: true })
  const none: Done = { small, steps: {} }
  writeFileAtomic(marker, JSON.stringify(none))
  return none
}

function readDone(marker: string): Done | undefined {
  try {
    const done = JSON.parse(readFileSync(marker, 'utf8')) as Partial<Done>
    return typeof done.small === 'boolean' && done.steps ? (done as Done) : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

interface StepRunner {
  (workspace: string, ...args: string[]): Promise<void>
  json<T>(workspace: string, ...args: string[]): Promise<T>
}

function stepRunner(options: QuickstartOptions, done: Done): StepRunner {
  const run = async (workspace: string, args: string[], start: (all: string[]) => ResultPromise): Promise<string> => {
    mkdirSync(workspace, { recursive: true })
    const all = [...args, '--workspace', relative(process.cwd(), workspace) || '.']
    options.print(`$ adseq ${all.join(' ')}`)
    const name = [relative(options.folder, workspace), ...args].join(' ')
    if (done.steps[name] !== undefined) {
      options.print('  (done before)\n')
      return done.steps[name]
    }
    const began = performance.now()
    const child = start(all)
    const stop = (): void => void child.kill('SIGTERM')
    options.signal?.addEventListener('abort', stop)
    const result = await child
    options.signal?.removeEventListener('abort', stop)
    options.signal?.throwIfAborted()
    if (result.failed)
      throw new UserError(
        `The step failed: adseq ${all.join(' ')}`,
        'Its message stands above; run the command by hand to look closer, or adseq doctor.',
      )
    options.print(`  (${duration((performance.now() - began) / 1000)})\n`)
    done.steps[name] = String(result.stdout ?? '')
    writeFileAtomic(join(options.folder, MARKER), JSON.stringify(done))
    return done.steps[name]
  }
  const [node, ...entry] = options.adseq
  const step = async (workspace: string, ...args: string[]): Promise<void> => {
    await run(workspace, args, (all) =>
      execa(node, [...entry, ...all], { stdin: 'ignore', stdout: 'inherit', stderr: 'inherit', reject: false }),
    )
  }
  const json = async <T>(workspace: string, ...args: string[]): Promise<T> => {
    const text = await run(workspace, [...args, '--json'], (all) =>
      execa(node, [...entry, ...all], { stdin: 'ignore', stderr: 'inherit', reject: false }),
    )
    return JSON.parse(text) as T
  }
  return Object.assign(step, { json })
}
