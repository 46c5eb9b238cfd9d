import { Flags } from '@oclif/core'
import { resolve } from 'node:path'
import { AdseqCommand } from '../src/cli/command.js'
import { engineFlags, engineSettings, setFlag } from '../src/cli/engine-flags.js'
import { interruptible } from '../src/cli/interruptible.js'
import { loadConfig } from '../src/config/load.js'
import { UserError } from '../src/core/errors.js'
import { count } from '../src/text/numbers.js'

export default class Export extends AdseqCommand {
  static override summary = 'Write what was learned as files that other engines read.'
  static override description = `Towers as ONNX models, parameters as safetensors, features, vectors and events as Parquet, and a manifest with
checksums: docs/export.md tells how each is used. Of the generation that is served, where there is one, else of the
newest finished runs; --run names others. The folder appears when it is whole.`
  static override examples = [
    '<%= config.bin %> export --to shop-export',
    '<%= config.bin %> export --to shop-export --run item-20260131-101500-a1b2 --json',
    '<%= config.bin %> export --tensorboard curves',
  ]

  static override flags = {
    to: Flags.string({ helpValue: 'DIR', description: 'folder to make', exclusive: ['tensorboard'] }),
    tensorboard: Flags.string({
      helpValue: 'DIR',
      description: 'write the curves of all runs for TensorBoard, and nothing else',
      exclusive: ['run'],
    }),
    run: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      default: [],
      helpValue: 'ID',
      description: 'a run instead of what is published; an item run, an advertiser run, or both',
    }),
    events: Flags.boolean({ default: true, allowNo: true, description: 'write the event log, too' }),
    set: setFlag,
    ...engineFlags,
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Export)
    const folder = this.folder(flags)
    if (flags.tensorboard !== undefined) return this.curves(folder, resolve(flags.tensorboard))
    if (flags.to === undefined)
      throw new UserError('Where to?', 'Name a folder to make: adseq export --to DIR, or --tensorboard DIR.')
    const config = loadConfig(folder, { set: [...flags.set, ...engineSettings(flags)] })
    const [{ exportWorkspace }, { inWorkspace }] = await Promise.all([
      import('../src/scale/export.js'),
      import('../src/workspace/workspace.js'),
    ])
    const to = resolve(flags.to)
    const { run: runs, events } = flags
    const manifest = await interruptible('Nothing was kept. Run the command again.', (signal) =>
      inWorkspace(folder, { config, readonly: true, progress: this.progress(flags) }, (workspace) =>
        exportWorkspace(workspace, { folder: to, runs, events, signal }),
      ),
    )
    const ids = Object.values(manifest.runs).map(({ id }) => id)
    const megabytes = manifest.files.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6
    this.say(`Exported ${manifest.generation ?? ids.join(' and ')} to ${to}: ${megabytes.toFixed(1)} MB.`)
    for (const { path, bytes } of manifest.files) {
      const rows = manifest.rows[path]
      this.log(
        `  ${path.padEnd(34)}${`${count(bytes / 1000)} kB`.padStart(12)}${rows === undefined ? '' : `  ${count(rows)} rows`}`,
      )
    }
    return { folder: to, ...manifest }
  }

  private async curves(workspace: string, to: string): Promise<unknown> {
    const { exportTensorboard } = await import('../src/scale/tensorboard.js')
    const runs = exportTensorboard(workspace, to)
    this.say(`Wrote the curves of ${runs.length === 1 ? 'one run' : `${count(runs.length)} runs`}. Look at them with:`)
    this.say(`tensorboard --logdir ${to}`)
    return { folder: to, runs }
  }
}
