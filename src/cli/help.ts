import { Help, type Command } from '@oclif/core'

/** The commands in the order of the work, as `adseq --help` lists them. */
export const ORDER: readonly string[] = [
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
  'generations',
  'doctor',
  'engine:link',
  'completion',
]

/** oclif's help, with the commands in the order of the work. */
export default class AdseqHelp extends Help {
  protected override get sortedCommands(): Command.Loadable[] {
    const place = ({ id }: Command.Loadable): number => ORDER.indexOf(id) + 1 || ORDER.length + 1
    return [...super.sortedCommands].sort((a, b) => place(a) - place(b))
  }
}
