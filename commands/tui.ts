import { relative } from 'node:path'
import { AdseqCommand } from '../src/cli/command.js'
import { asServedFlag, lookingThrough, modelFlags, paperWidth } from '../src/cli/inspect-flags.js'
import { Runs } from '../src/inspect/runs.js'
import { runObject, runsText } from '../src/inspect/text/runs-text.js'

export default class Tui extends AdseqCommand {
  static override summary = 'Browse runs and users on the terminal.'
  static override description = `Runs: loss and recall curves of several runs laid over each other, and how their settings differ; a running
training is followed. Users: a history beside what is retrieved for it, with what was really bought next marked.
With --as-served: what adseq serve answers now. In a pipe: the list of runs as plain text.`
  static override examples = ['<%= config.bin %> tui', '<%= config.bin %> tui | cat']

  static override flags = { 'as-served': asServedFlag, ...modelFlags }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Tui)
    const folder = this.folder(flags)
    const runs = new Runs(folder)
    if (this.jsonEnabled() || !process.stdout.isTTY || !process.stdin.isTTY) {
      const list = runs.refresh()
      for (const line of runsText(list, paperWidth())) this.say(line)
      return { runs: list.map(runObject) }
    }
    const [{ runTui }, { workspaceSources }] = await Promise.all([
      import('../src/tui/run-tui.js'),
      import('../src/tui/sources.js'),
    ])
    const { config, options } = lookingThrough(folder, flags)
    const beside = relative(process.cwd(), folder) || '.'
    const where = { folder, config, root: this.config.root, node: process.versions.node }
    const sources = workspaceSources(where, options, beside.startsWith('..') ? folder : beside)
    try {
      await runTui(sources)
    } finally {
      await sources.close()
    }
    return undefined
  }
}
