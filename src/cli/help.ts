import { Help, type Command } from '@oclif/core'

/** The commands in the order of the work, as `adseq --help` lists them. */
export const ORDER: readonly string[] = [
  'demo',
  'quickstart',
  'init',
  'import',
  'generate-data',
  'ads:derive',
  'ads:list',
  'ads:show',
  'train',
  'infer',
  'index',
  'refresh',
  'generations',
  'generations:list',
  'generations:compare',
  'generations:activate',
  'generations:prune',
  'eval',
  'serve',
  'explain',
  'inspect',
  'try',
  'tui',
  'compare',
  'diagnose',
  'sweep',
  'reproduce',
  'simulate',
  'export',
  'plan',
  'doctor',
  'engine:link',
  'completion',
]

/** oclif's help, with the commands in the order of the work, and descriptions as wide as the terminal. */
export default class AdseqHelp extends Help {
  // oclif breaks lines that are too long, and keeps those that the source has
  protected override formatCommand(command: Command.Loadable): string {
    const description = command.description && paragraphs(command.description)
    // "[default: ]" of a flag that can be repeated tells nothing
    const told = (flag: Command.Flag.Cached): typeof flag => (isNone(flag) ? { ...flag, default: undefined } : flag)
    const flags = Object.fromEntries(Object.entries(command.flags).map(([name, flag]) => [name, told(flag)]))
    return super.formatCommand({ ...command, description, flags })
  }

  protected override get sortedCommands(): Command.Loadable[] {
    const place = ({ id }: Command.Loadable): number => ORDER.indexOf(id) + 1 || ORDER.length + 1
    return [...super.sortedCommands].sort((a, b) => place(a) - place(b))
  }
}

/** Joins the lines of paragraphs; those of a list, which has columns, stay as they are. */
function paragraphs(text: string): string {
  const lines = text.split('\n')
  const alone = (line: string | undefined): boolean => line === undefined || line === '' || /\S {2,}\S/.test(line)
  return lines
    .map((line, i) => line + (alone(line) || alone(lines[i + 1]) ? '\n' : ' '))
    .join('')
    .trimEnd()
}

/** a repeatable flag that is not given */
const isNone = (flag: Command.Flag.Cached): boolean =>
  flag.type === 'option' && Array.isArray(flag.default) && flag.default.length === 0
