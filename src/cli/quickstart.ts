import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import { writeFileAtomic } from '../core/atomic.js'
import { UserError } from '../core/errors.js'
import { takeLock } from '../core/lock.js'
import { levelsText, protocolText, verdictLines } from '../evaluate/report-text.js'
import type { Report } from '../evaluate/report.js'
import { runSteps, type Step } from './steps.js'

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
  /** where what the steps print goes; standard output unless said */
  out?: 'stdout' | 'stderr'
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
const LOCK = `${MARKER}.lock`

/** What a quickstart has done: the command lines of its finished steps, with what those printed that are read again. */
interface Done {
  small: boolean
  steps: Record<string, string>
}

/**
 * The whole loop, twice: on the real sample, then on a synthetic world with the full funnel. Every step is adseq's own
 * command in a process of its own, and its command line is printed, so that each can be repeated by hand. Once there is
 * something to look at, two steps run at the same time. A folder of an earlier quickstart is gone on with: steps that
 * it finished are not run again.
 * @throws UserError when the folder exists and was not made by a quickstart, another is at work in it, or a step fails;
 * Interrupted
 */
export const quickstart = (options: QuickstartOptions): Promise<QuickstartResult> =>
  inFolder(options, (done) => loop(options, done))

async function loop(options: QuickstartOptions, done: Done): Promise<QuickstartResult> {
  const { small, columns = Infinity } = options
  const started = performance.now()
  const steps: Step[] = []
  const add = (workspace: 'real' | 'world', args: string[], about: Omit<Step, 'name' | 'args'>): string => {
    steps.push(stepIn(options.folder, workspace, args, about))
    return steps.at(-1)!.name
  }
  const tell = (stdout: string): string[] => {
    const report = JSON.parse(stdout) as Report
    const tables = levelsText(report, ['item', 'advertiser'], columns)
    return [[...verdictLines(report), protocolText(report), ...tables].join('\n'), '']
  }
  const data = ['events', 'items', 'users'].map((name) => join(options.sampleData, `${name}.csv.gz`))
  const brief = small ? BRIEF : []
  // what follows what takes longer to learn than who buys what
  const longer = small ? brief : ['--set', 'train.steps=500', '--set', 'train.validateEvery=100']
  const slow = small ? [] : ['--baselines', 'ease,nearest-users']

  const real = (after: string, ...args: string[]): string => add('real', args, { after: [after] })
  const heading = '1. Real data: a year of grocery baskets of real households (sample-data/README.md)'
  const begun = add('real', ['init', '--template', 'tutorial'], { after: [], heading })
  const items = real(real(begun, 'import', 'csv', ...data), 'train', 'item', ...brief)
  const looked = real(items, 'inspect', 'user', '2043')
  const indexed = real(real(real(looked, 'train', 'advertiser', ...brief), 'infer'), 'index')
  const ofItems = add('real', ['eval', 'item', ...slow], { after: [indexed], tell })
  const ofAdvertisers = add('real', ['eval', 'advertiser'], { after: [ofItems], tell })

  const world = (after: string[], ...args: string[]): string => add('world', args, { after })
  const second =
    '2. A synthetic world with views, carts, checkouts, signups and ads, and the whole funnel of an ad request'
  const empty = add('world', ['init', '--template', 'tutorial'], { after: [looked], heading: second })
  const made = world([empty], 'generate-data', '--preset', small ? 'tiny' : 'tutorial')
  const mean = world([made], 'train', 'item', '--set', 'model.userTower=mean', ...longer)
  // after the other: the latest run is the one that is served
  const transformer = world([mean], 'train', 'item', ...longer)
  const advertiser = world([made], 'train', 'advertiser', ...brief)
  const ranker = world([transformer, advertiser], 'train', 'l1')
  const published = world([world([ranker], 'infer')], 'index')
  const explained = world([published], 'explain', 'u17', '--k', '5')
  const ofFunnel = add('world', ['eval', 'funnel', '--runs', 'all', ...slow], { after: [explained], tell })

  const outputs = await run(options, done, steps)
  const report = (name: string): Report => JSON.parse(outputs[name]) as Report
  return {
    real: { item: report(ofItems), advertiser: report(ofAdvertisers) },
    world: report(ofFunnel),
    seconds: (performance.now() - started) / 1000,
  }
}

/**
 * A tiny world with all that serving takes, in folder/world, for people who want to see something first: the steps of a
 * small quickstart without its evaluation. What is done is kept, and not done again.
 * @throws UserError as `quickstart`; Interrupted
 */
export async function demo(options: Omit<QuickstartOptions, 'sampleData' | 'small' | 'columns'>): Promise<void> {
  const small = { ...options, sampleData: '', small: true }
  const steps: Step[] = []
  const step = (after: string[], ...args: string[]): string => {
    steps.push(stepIn(options.folder, 'world', args, { after }))
    return steps.at(-1)!.name
  }
  const made = step([step([], 'init', '--template', 'tutorial')], 'generate-data', '--preset', 'tiny')
  const models = [step([made], 'train', 'item', ...BRIEF), step([made], 'train', 'advertiser', ...BRIEF)]
  step([step([step(models, 'train', 'l1')], 'infer')], 'index')
  await inFolder(small, (done) => run(small, done, steps))
}

/** What makes a training a matter of seconds. */
const BRIEF = ['--set', 'train.steps=60', '--set', 'train.validateEvery=30']

function stepIn(
  folder: string,
  workspace: 'real' | 'world',
  args: readonly string[],
  about: Omit<Step, 'name' | 'args'>,
): Step {
  const where = relative(process.cwd(), join(folder, workspace)) || '.'
  return { ...about, name: [workspace, ...args].join(' '), args: [...args, '--workspace', where] }
}

/** Runs steps, and keeps what they printed as soon as each is done. */
function run(options: QuickstartOptions, done: Done, steps: readonly Step[]): Promise<Record<string, string>> {
  for (const { name } of steps) mkdirSync(join(options.folder, name.split(' ')[0]), { recursive: true })
  const marker = join(options.folder, MARKER)
  return runSteps(steps, {
    ...options,
    atOnce: Math.min(2, availableParallelism()),
    done: done.steps,
    onDone: (name, stdout) => {
      done.steps[name] = stdout
      writeFileAtomic(marker, JSON.stringify(done))
    },
  })
}

/** Works in a folder that no other quickstart works in meanwhile, with what is done there already. */
async function inFolder<T>(options: QuickstartOptions, work: (done: Done) => Promise<T>): Promise<T> {
  const [done, release] = prepare(options)
  try {
    return await work(done)
  } finally {
    release()
  }
}

/** What is done in the folder already. @returns with it, what gives the folder free for another quickstart */
function prepare({ folder, small, again = false, print }: QuickstartOptions): [Done, () => void] {
  const marker = join(folder, MARKER)
  const foreign = existsSync(folder) && readdirSync(folder).some((name) => name !== LOCK)
  if (foreign && !existsSync(marker))
    throw new UserError(
      `${folder} exists and was not made by a quickstart.`,
      'Choose another folder with --folder, or move it away.',
    )
  mkdirSync(folder, { recursive: true })
  const release = takeLock(join(folder, LOCK), '`adseq quickstart`')
  const done = existsSync(marker) && !again ? readDone(marker) : undefined
  if (done && done.small === small) {
    print(`Going on in ${folder}: what is done there is kept (--again starts anew).`)
    return [done, release]
  }
  if (existsSync(marker) && !again) {
    release()
    throw new UserError(
      `${folder} holds a quickstart of another kind, or of another version of adseq.`,
      'Delete it and start anew with --again, or choose another folder with --folder.',
    )
  }
  for (const name of readdirSync(folder))
    if (name !== LOCK) rmSync(join(folder, name), { recursive: true, force: true })
  const none: Done = { small, steps: {} }
  writeFileAtomic(marker, JSON.stringify(none))
  return [none, release]
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
