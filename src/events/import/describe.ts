import { Interrupted } from '../../core/errors.js'
import { CensusSink, type Census } from './census.js'
import type { FileImport } from './import-file.js'
import { filesOf, type ImportOptions } from './import.js'
import { planImport } from './plan.js'
import { byReason } from './rejects.js'
import type { Sink } from './sink.js'
import { shown } from './source-file.js'
import { walk, type Tally } from './walk.js'
import { count } from '../../text/numbers.js'

export interface Description extends Census {
  format: string
  files: {
    file: string
    kind: string
    rows: number
    skipped: number
    skips: Record<string, number>
    rejected: number
    reasons: Record<string, number>
    options: Record<string, unknown>
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

async function scan(
  file: FileImport,
  sink: Sink,
  { progress, signal }: ImportOptions,
): Promise<Description['files'][number]> {
  const tally: Tally = { rows: 0, skipped: 0, skips: {} }
  const reasons: Record<string, number> = {}
  let rejected = 0
  progress.start(
    `look at ${file.source.name} (${file.kind})`,
    file.total === undefined ? undefined : file.total - file.line,
    'rows',
  )
  await walk({
    reader: file.open(file.offset, file.line),
    width: file.width,
    read: file.rows(sink).read,
    tally,
    reject(reason) {
      rejected++
      reasons[reason] = (reasons[reason] ?? 0) + 1
    },
    block() {
      progress.update(tally.rows + tally.skipped + rejected)
      if (signal?.aborted) throw new Interrupted('Nothing was written; run the same command again.')
    },
  })
  progress.finish(`${count(tally.rows)} rows`)
  return {
    file: shown(file.source),
    kind: file.kind,
    rows: tally.rows,
    skipped: tally.skipped,
    skips: tally.skips,
    rejected,
    reasons,
    options: file.options,
  }
}

/** The description as lines of plain text. */
export function descriptionText(found: Description): string[] {
  const lines = [`${found.format}, nothing written yet:`]
  const number = (n: number): string => n.toLocaleString('en-US')
  for (const { file, kind, rows, skipped, skips, rejected, reasons } of found.files) {
    lines.push(
      `  ${file} (${kind}): ${number(rows)} ` +
        `rows${skipped > 0 ? `, ${number(skipped)} skipped (${byReason(skips)})` : ''}${rejected > 0 ? `, ${number(rejected)} rejected (${byReason(reasons)})` : ''}`,
    )
  }
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
  if (found.coverage) {
    const { catalog, advertiser, category, price, title } = found.coverage
    const percent = (share: number): string => `${share > 0 && share < 0.001 ? '<0.1' : (share * 100).toFixed(1)} %`
    lines.push(
      `  of the items with events: in a catalog file ${percent(catalog)}, with advertiser ` +
        `${percent(advertiser)}, category ${percent(category)}, price ${percent(price)}, title ${percent(title)}`,
    )
  }
  lines.push(`  rejected:    ${(found.rejectShare * 100).toFixed(2)} % of all rows`)
  return lines
}
