import { relative } from 'node:path'
import { AdseqCommand } from '../src/cli/command.js'
import { asServedFlag, lookingThrough, modelFlags, paperWidth } from '../src/cli/inspect-flags.js'
import { Runs } from '../src/inspect/runs.js'
import { runObject, runsText } from '../src/inspect/text/runs-text.js'

export default class Tui extends AdseqCommand {
  static override summary = 'Look around a workspace on the terminal.'
  static override description = `Eight screens: Home (what is here, and what to type next), Data, Runs (curves laid over each other), Users (a history,
what is retrieved for it by one model or by two, what was bought next), Items, Funnel (an ad request stage by stage),
Experiment (what adseq simulate lives) and Health. What other processes do is followed; ? tells the keys.
With --as-served: users are looked at as adseq serve answers now. In a pipe: the list of runs as plain text.`
  static override examples = [
    '<%= config.bin %> tui',
    '<%= config.bin %> tui --as-served',
    '<%= config.bin %> tui | cat',
  ]

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
