import { Args, Parser } from '@oclif/core'
import { AdseqCommand } from '../src/cli/command.js'
import { engineFlags, engineSettings, setFlag } from '../src/cli/engine-flags.js'
import { importFlags, importOptions, wordsOf } from '../src/cli/import-flags.js'
import { interruptible } from '../src/cli/interruptible.js'
import { loadConfig } from '../src/config/load.js'
import { UserError } from '../src/core/errors.js'
import { filesNamed } from '../src/events/import/file-names.js'
import { FORMAT_NAMES } from '../src/events/import/formats/index.js'
import type { Imports, RefreshResult } from '../src/generations/refresh.js'
import { count, duration, plural } from '../src/text/numbers.js'

export default class Refresh extends AdseqCommand {
  static override summary = 'Import, infer and index what is new: for cron.'
  static override description = `What to import stands in adseq.yaml under refresh.imports, a line each as it is typed after adseq import, with names from
the workspace folder on: ["csv incoming/*.csv items.csv", "ads ads.csv --map bid=max_cpc"]. A format and its files that are
given here are imported instead.

Files known already add nothing, and of a log that has grown only its end is read into the store. A generation is published
where data, runs, light ranker or settings differ from what the newest was made from; run again it does nothing.

One runs at a time: a second says who is at work, and ends with exit code 2. Killed at any moment, the next goes on where it
stopped, and what is served stays whole. A server that runs meanwhile goes on answering and taking events.`
  static override examples = [
    '<%= config.bin %> refresh',
    '<%= config.bin %> refresh csv clicks.csv items.csv',
    '0 3 * * *  adseq refresh --quiet --workspace /srv/shop',
  ]
  static override strict = false
  static override args = {
    format: Args.string({ description: 'name of a format' }),
    files: Args.string({ description: 'its files' }),
  }

  static override flags = { set: setFlag, ...engineFlags }

  async run(): Promise<RefreshResult> {
    const { argv, flags } = await this.parse(Refresh)
    const folder = this.folder(flags)
    const config = loadConfig(folder, { set: [...flags.set, ...engineSettings(flags)] })
    const progress = this.progress(flags)
    const imports: Imports[] = []
    const given = argv as string[]
    if (given.length > 0) imports.push(await this.imports(given, process.cwd(), folder, progress))
    else
      for (const line of config.refresh.imports)
        imports.push(await this.imports(wordsOf(line), folder, folder, progress))
    const { refresh } = await import('../src/generations/refresh.js')
    const result = await interruptible(
      'Run `adseq refresh` again: it goes on where it stopped, and what was served still is.',
      (signal) =>
        refresh(folder, {
          config,
          imports: imports.filter(({ files }) => files.length > 0),
          progress,
          signal,
        }),
    )
    for (const line of told(result)) this.say(line)
    return result
  }

  /** @param from where names of files begin */
  private async imports(
    words: readonly string[],
    from: string,
    folder: string,
    progress: ReturnType<AdseqCommand['progress']>,
  ): Promise<Imports> {
    // not this.parse(): that would make these words the command's own
    const { argv, flags } = await Parser.parse([...words], { flags: importFlags, strict: false })
    const [format, ...patterns] = argv as string[]
    if (!FORMAT_NAMES.includes(format) || patterns.length === 0)
      throw new UserError(
        `"${words.join(' ')}" is nothing to import: it needs a format and its files.`,
        `For example: csv events.csv items.csv. Formats: ${FORMAT_NAMES.join(', ')}.`,
      )
    const files = patterns.flatMap((pattern) => {
      const found = filesNamed(pattern, from)
      if (found.length === 0) progress.line(`No file is named ${pattern} so far.`)
      return found
    })
    return { format, files, options: importOptions(folder, format, flags, progress) }
  }
}

/** A line for each step. */
function told({
  changed,
  imported,
  inferred,
  generation,
  published,
  current,
  index,
  removed,
}: RefreshResult): string[] {
  const { files, rows } = imported
  const fresh = files.filter((file) => file.status !== 'already imported').length
  const kept =
    current === generation ? '' : ` ${current} was activated since, and goes on being served (adseq generations).`
  if (!changed) return [`Nothing is new: ${generation} holds everything.${kept}`]
  const lines: string[] = []
  if (files.length > 0)
    lines.push(
      `import   ${plural(rows, 'row')} of ${plural(fresh, 'file')}, ${plural(files.length - fresh, 'file')} known ` +
        `before, ${duration(imported.seconds)}`,
    )
  const { encoded, users, seconds } = inferred
  lines.push(`infer    ${count(encoded)} of ${count(users)} users, ${duration(seconds)}`)
  if (index) {
    const { recall } = index
    const measured = recall ? `, recall@${recall.at} ${recall.recall.toFixed(4)}` : ''
    lines.push(`index    ${count(index.items)} items${measured}, ${duration(index.seconds)}`)
  }
  lines.push(
    published ? `publish  ${generation} is served` : `publish  nothing: ${generation} holds everything.${kept}`,
  )
  if (removed.length > 0) lines.push(`prune    files of ${plural(removed.length, 'older generation')} removed`)
  return lines
}
