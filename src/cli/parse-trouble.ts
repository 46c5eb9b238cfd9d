import { Errors } from '@oclif/core'
import { didYouMean, settingLike } from './did-you-mean.js'

/** What oclif's errors of parsing carry; their classes are not exported. */
interface ParseError extends Error {
  flags?: string[]
  args?: { name: string; options?: string[] }[]
  parse?: { input?: { flags?: object } }
}

/**
 * What oclif's parser says of a command line, in one sentence, with the nearest right word to try; undefined for every
 * other error.
 * @param command the words that name the command
 */
export function parseTrouble(error: Error, command = 'COMMAND'): { message: string; hint: string } | undefined {
  if (!(error instanceof Errors.CLIError)) return undefined
  const help = `Run adseq ${command} --help to see its arguments and flags.`
  const likely = (like: string | undefined): string => (like ? `Did you mean ${like}? ${help}` : help)

  const { flags, args, parse } = error as ParseError
  if (flags !== undefined) {
    const names = Object.keys(parse?.input?.flags ?? {})
    const [typed, value = 'VALUE'] = flags[0].replace(/^-+/, '').split('=')
    const flag = didYouMean(typed, names)
    const setting = flag === undefined && names.includes('set') ? settingLike(typed) : undefined
    const like = flag ? `--${flag}` : setting && `--set ${setting}=${value}`
    return { message: `There is no flag ${flags.join(', ')}.`, hint: likely(like) }
  }
  const option = /^Expected (?:--([\w-]+)=)?(.*) to be one of: ([^\n]*)/.exec(error.message)
  if (option) {
    const [, flag, typed, list] = option
    const like = didYouMean(typed, list.split(', '))
    return {
      message: `${flag ? `--${flag}` : 'The argument'} is ${typed}, not one of ${list}.`,
      hint: likely(like && (flag ? `--${flag} ${like}` : like)),
    }
  }
  if (error.message.startsWith('Missing') && args !== undefined) {
    const wanted = args.map(({ name, options }) => (options ? either(options) : name.toUpperCase()))
    return { message: `adseq ${command} needs ${wanted.join(' and ')}.`, hint: help }
  }
  const missing = [...error.message.matchAll(/^\s*Missing required flag ([\w-]+)/gm)].map(([, name]) => `--${name}`)
  if (missing.length > 0) return { message: `adseq ${command} needs ${missing.join(' and ')}.`, hint: help }
  const lines = error.message
    .replace(/\nSee more help.*/s, '')
    .replace(/^The following errors? occurred:\s*/, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  return { message: `${lines.join(': ').replace(/\.$/, '')}.`, hint: help }
}

const either = (words: readonly string[]): string =>
  words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words[words.length - 1]}`
