import { Config, Errors, run, settings } from '@oclif/core'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../core/errors.js'
import { OWN_FOLDER } from '../core/own-folder.js'
import { didYouMean } from './did-you-mean.js'
import { explain } from './explain.js'
import { printError } from './print-error.js'

/** From the sources, or from what is built of them. */
const FROM_SOURCES = import.meta.url.endsWith('.ts')

/**
 * Runs one command line to its end and sets the exit code: 0 done, 2 a mistake of the user, 1 a fault of ours, 130
 * interrupted. What goes wrong before or beside a command is told as a command tells it.
 */
export async function main(argv: readonly string[]): Promise<void> {
  // oclif's own transpiling does not get along with tsx, and a build needs none, whatever NODE_ENV says
  settings.enableAutoTranspile = false
  try {
    const config = await loadCli()
    const words = asFlags(argv)
    refuseUnknown(words, config)
    await run(words, config)
  } catch (error) {
    // an ExitError was told by the command that threw it
    const code = error instanceof Errors.ExitError ? error.oclif.exit : undefined
    const explained = explain(error as Error)
    if (code === undefined) printError(explained, { json: argv.includes('--json'), stack: (error as Error).stack })
    process.exit(code ?? explained.code)
  }
}

/** What oclif knows of adseq. Nobody installs plugins into it, so none are looked for. */
export async function loadCli(): Promise<Config> {
  const pjson = JSON.parse(readFileSync(join(OWN_FOLDER, 'package.json'), 'utf8')) as Config['pjson']
  if (FROM_SOURCES) Object.assign(pjson.oclif, { commands: './commands', helpClass: './src/cli/help.ts' })
  return Config.load({
    root: OWN_FOLDER,
    pjson,
    userPlugins: false,
    devPlugins: false,
    ignoreManifest: FROM_SOURCES,
  })
}

/** `adseq help train`, `adseq -h` and `adseq version` as oclif's flags. */
function asFlags(argv: readonly string[]): string[] {
  const [first, ...rest] = argv
  if (first === 'help') return [...rest.filter((word) => word !== '--help'), '--help']
  if (first === 'version' || first === '-v' || first === '-V') return ['--version', ...rest]
  return [...argv]
}

/** Flags without a command. */
const GLOBAL = ['--help', '-h', '--version']

/** @throws UserError naming the nearest command where there is none of that name */
function refuseUnknown(argv: readonly string[], config: Config): void {
  const end = argv.findIndex((word) => word.startsWith('-'))
  const words = end < 0 ? argv : argv.slice(0, end)
  if (words.length === 0) {
    const [flag] = argv
    if (flag === undefined || GLOBAL.includes(flag)) return
    const like = didYouMean(flag, GLOBAL)
    throw new UserError(
      `There is no flag ${flag} before a command.`,
      like ? `Did you mean ${like}?` : 'adseq --help lists the commands; flags stand behind them.',
    )
  }
  const commands = config.commands.filter(({ hidden }) => !hidden).map(({ id }) => id.replaceAll(':', ' '))
  const known = (name: string): boolean => commands.includes(name) || config.topics.some((topic) => topic.name === name)
  const [first, second] = words
  if (known(first) && (commands.includes(first) || second === undefined || known(`${first} ${second}`))) return
  const typed = known(first) ? `${first} ${second}` : first
  const like = didYouMean(typed, commands)
  throw new UserError(
    `There is no command ${typed}.`,
    like ? `Did you mean adseq ${like}? adseq help lists the commands.` : 'adseq help lists the commands.',
  )
}
