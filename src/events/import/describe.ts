import { Interrupted } from '../../core/errors.js'
import { CensusSink, type Census } from './census.js'
import { EventGate } from './event-gate.js'
import { UNKNOWN_TYPE } from './event-rows.js'
import { gateOptions, type FileImport } from './import-file.js'
import { filesOf, type ImportOptions } from './import.js'
import { closingLines, outcome } from './outcome.js'
import { planImport } from './plan.js'
import { Rejects } from './rejects.js'
import type { Sink } from './sink.js'
import { shown } from './source-file.js'
import { suggestTypes } from './type-words.js'
import { emptyTally, walk } from './walk.js'
import { count, plural } from '../../text/numbers.js'
import { wrap } from '../../text/width.js'

export interface Description extends Census {
  format: string
  files: {
    file: string
    kind: string
    rows: number
    skipped: number
    skips: Record<string, number>
    lost: Record<string, number>
    rejected: number
    reasons: Record<string, number>
    options: Record<string, unknown>
    /** what is worth knowing of the file, a sentence each */
    notes: string[]
  }[]
  /** share of all rows that would be rejected */
  rejectShare: number
}

/**
 * Reads files as an import would, and says what is in them; writes nothing.
 * @throws UserError as an import does, but for the share of rejects, which is told
 */
export async function describeFiles(
  format: string,
  paths: readonly string[],
  options: ImportOptions,
): Promise<Description> {
  const steps = await planImport(format, paths, options)
  const census = new CensusSink()
  const files: Description['files'] = []
  for (const step of steps) {
    for (const file of filesOf(step)) files.push(await scan(file, census, options))
    if ('fold' in step) step.fold.finish(census)
  }
  const rejected = files.reduce((sum, file) => sum + file.rejected, 0)
  const rows = files.reduce((sum, file) => sum + file.rows + file.skipped + file.rejected, 0)
  return { format, files, ...census.result(), rejectShare: rows > 0 ? rejected / rows : 0 }
}

async function scan(file: FileImport, sink: Sink, options: ImportOptions): Promise<Description['files'][number]> {
  const { progress, signal, now = () => Math.floor(Date.now() / 1000) } = options
  const tally = emptyTally()
  const rejects = new Rejects('')
  const gate = new EventGate(sink, gateOptions(options, now()))
  const rows = gate.rows(file.rows(gate.sink))
  progress.start(
    `look at ${file.source.name} (${file.kind})`,
    file.total === undefined ? undefined : file.total - file.line,
    'rows',
  )
  const reader = file.open(file.offset, file.line)
  await walk({
    reader,
    width: file.width,
    read: rows.read,
    tally,
    reject: (reason, value) => rejects.add(reader.line, reason, value, () => ''),
    block() {
      progress.update(tally.rows + tally.skipped + rejects.count)
      if (signal?.aborted) throw new Interrupted('Run the same command again.', 'Interrupted; nothing was written.')
    },
  })
  progress.finish(`${count(tally.rows)} rows`)
  const notes = closingLines(file, tally, rejects, gate.span(), { ends: rows.end?.() ?? [], order: options.order })
  const unknown = rejects.valuesOf(UNKNOWN_TYPE).slice(0, 12)
  if (unknown.length > 0) notes.push(`${file.source.name}: say what its event types are: ${suggestTypes(unknown)}`)
  return {
    file: shown(file.source),
    kind: file.kind,
    rows: tally.rows,
    skipped: tally.skipped,
    skips: tally.skips,
    lost: tally.lost,
    rejected: rejects.count,
    reasons: rejects.reasons,
    options: file.options,
    notes,
  }
}

/** The description as lines of plain text. @param width columns that they may take; without it they are not broken */
export function descriptionText(found: Description, width = Infinity): string[] {
  const lines = [`${found.format}, nothing written yet:`]
  const number = (n: number): string => n.toLocaleString('en-US')
  for (const one of found.files) lines.push(`  ${one.file} (${one.kind}): ${outcome(one.rows, one, one)}`)
  const events = Object.entries(found.events)
  const total = events.reduce((sum, [, n]) => sum + n, 0)
  lines.push(
    '  events:      ' +
      `${number(total)}${total > 0 ? ` (${events.map(([type, n]) => `${type} ${number(n)}`).join(', ')})` : ''}`,
  )
  if (found.first) lines.push(`  time:        ${found.first} to ${found.last}`)
  lines.push(
    '  users:       ' +
      `${number(found.users)}${found.usersWithAttributes > 0 ? `, ${number(found.usersWithAttributes)} of them with events and attributes` : ''}`,
  )
  lines.push(`  items:       ${number(found.items)}`, `  advertisers: ${number(found.advertisers)}`)
  if (found.ads > 0) lines.push(`  ads:         ${number(found.ads)} of ${plural(found.campaigns, 'campaign')}`)
  if (found.impressions > 0) lines.push(`  impressions: ${number(found.impressions)}`)
  if (found.ads + found.impressions > 0)
    lines.push('  whether the catalog knows what ads and impressions speak of is told when they are imported')
  if (found.coverage) {
    const { catalog, advertiser, category, price, title } = found.coverage
    const percent = (share: number): string => `${share > 0 && share < 0.001 ? '<0.1' : (share * 100).toFixed(1)} %`
    lines.push(
      `  of the items with events: in a catalog file ${percent(catalog)}, with advertiser ` +
        `${percent(advertiser)}, category ${percent(category)}, price ${percent(price)}, title ${percent(title)}`,
    )
  }
  lines.push(`  rejected:    ${(found.rejectShare * 100).toFixed(2)} % of all rows`)
  for (const { notes } of found.files) for (const note of notes) lines.push(`  ${note}`)
  return lines.flatMap((line) => (line.length <= width ? [line] : broken(line, width)))
}

/** A line as several, the later ones behind the word that the first begins with. */
function broken(line: string, width: number): string[] {
  const indent = /^ *(?:\w+: +)?/.exec(line)![0]
  const [first, ...more] = wrap(line.slice(indent.length), width - indent.length)
  return [`${indent}${first}`, ...more.map((rest) => `${' '.repeat(indent.length)}${rest}`)]
}
