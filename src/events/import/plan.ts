import { UserError } from '../../core/errors.js'
import { plural } from '../../text/numbers.js'
import type { Format, FormatOptions, Matched, Step } from './format.js'
import { GENERIC, SPECIAL } from './format.js'
import { readHead, type FileHead } from './file-head.js'
import { findFormat, allFormats } from './formats/index.js'
import type { ImportOptions } from './import.js'
import { gateOptions } from './import-file.js'
import { checkMapping } from './mapping.js'
import { DamagedFile, inspectFile, places } from './source-file.js'

const FLAGS = {
  asOf: '--as-of',
  year: '--year',
  epoch: '--epoch',
  minRating: '--min-rating',
  advertiser: '--advertiser',
} as const

/**
 * Looks at the files and says what is imported in which order; stores nothing.
 * @throws UserError for an unknown format, a file that is none of its files, an option that it does not have
 */
export async function planImport(name: string, paths: readonly string[], given: ImportOptions): Promise<Step[]> {
  const format = await findFormat(name)
  const { now = () => Math.floor(Date.now() / 1000) } = given
  const say = (text: string): void => given.progress.line(text)
  const times = gateOptions(given, now())
  const options: FormatOptions = { ...given, mapping: checkMapping(given.mapping, format.columns), say, times }
  checkSpecial(format, options)
  const files: Matched[] = []
  for (const path of paths) files.push(...(await matchedFiles(format, path, options, given.encoding)))
  return format.steps(files, options)
}

/** What a path holds for a format: one file, or what of an archive is one of its files. */
async function matchedFiles(
  format: Format,
  path: string,
  options: FormatOptions,
  encoding: string | undefined,
): Promise<Matched[]> {
  const { found, ignored } = await places(path, encoding)
  const files: Matched[] = []
  const refused: UserError[] = []
  for (const place of found) {
    // an archive holds files that are not asked for; a file that is named is
    const lone = found.length === 1
    const head = await headOf(place.member !== undefined && !lone, () => readHead(place))
    const role =
      head &&
      (await headOf(
        !lone,
        () => Promise.resolve(format.role(head, options)),
        (error) => refused.push(error),
      ))
    if (head && role) files.push(await readThrough(head, role, options))
    else if (lone && head) throw await wrongFile(format, head, options)
    else ignored.push(place.name)
  }
  if (files.length === 0 && refused.length > 0 && GENERIC.includes(format.name)) throw refused[0]
  if (files.length === 0)
    throw new UserError(`${path} holds no file of ${format.name}: ${ignored.slice(0, 8).join(', ')}.`, format.files)
  if (ignored.length > 0)
    options.say(
      `${path}: not read: ` +
        `${ignored.slice(0, 8).join(', ')}${ignored.length > 8 ? ` and ${ignored.length - 8} more` : ''}.`,
    )
  return files
}

/** Reads a file through for its hash, and its beginning again where its encoding proves to be another. */
async function readThrough(head: FileHead, role: string, { say, signal }: FormatOptions): Promise<Matched> {
  const source = await inspectFile(head.place, signal)
  const { name, encoding, damage } = source
  if (encoding.name !== 'utf-8' && !encoding.sure)
    say(`${name} is not UTF-8: it is read as Windows-1252 (Western European). If letters come out wrong: --encoding.`)
  if (head.passedOver > 0) say(`${name}: ${plural(head.passedOver, 'line')} before the names of columns passed over.`)
  if (head.dialect.backslash) say(`${name}: quotes inside of fields have a backslash before them.`)
  const leftOut = head.workbook?.leftOut ?? []
  if (leftOut.length > 0) say(`${name}: not read, as their first line is another: sheets ${leftOut.join(', ')}.`)
  if (damage > 0) say(`${name}: ${damage} bytes are no UTF-8; ids with them are rejected, other values left out.`)
  return { head: encoding.name === head.place.encoding.name ? head : await readHead(source), source, role }
}

/** The formats that have a file like this, by looking at it: the public logs, or else the one of its form. */
export async function guessFormats(
  path: string,
  given: Pick<ImportOptions, 'mapping' | 'evaluation'>,
): Promise<string[]> {
  const options: FormatOptions = { ...given, mapping: checkMapping(given.mapping), say: () => undefined, times: {} }
  const known = new Set<string>()
  const forms = new Set<string>()
  for (const place of (await places(path)).found) {
    const head = await headOf(true, () => readHead(place))
    if (!head) continue
    forms.add(head.parquet ? 'parquet' : head.objects ? 'jsonl' : 'csv')
    for (const format of await allFormats())
      if (!GENERIC.includes(format.name) && (await headOf(true, () => Promise.resolve(format.role(head, options)))))
        known.add(format.name)
  }
  return known.size > 0 ? [...known] : [...forms]
}

async function wrongFile(format: Format, head: FileHead, options: FormatOptions): Promise<UserError> {
  const others = (
    await Promise.all(
      (await allFormats()).map(async (other) =>
        (await headOf(true, () => Promise.resolve(other.role(head, options)))) ? other.name : '',
      ),
    )
  ).filter((name) => name !== '' && name !== format.name)
  const better = others.find((name) => !GENERIC.includes(name))
  const columns = head.header.slice(0, 12).join(', ').slice(0, 200)
  return new UserError(
    `${head.name} is no file of ${format.name}. It begins with: ${columns || 'nothing that adseq can read'}.`,
    better ? `It looks like ${better}: adseq import ${better} ${head.name}` : format.files,
  )
}

function checkSpecial(format: Format, options: FormatOptions): void {
  for (const key of SPECIAL) {
    if (options[key] === undefined || format.special.includes(key)) continue
    const own = format.special.map((one) => FLAGS[one])
    throw new UserError(
      `${FLAGS[key]} says nothing to ${format.name}.`,
      own.length > 0
        ? `Leave it out; ${format.name} has ${own.join(' and ')}.`
        : `Leave it out; ${format.name} has no such option.`,
    )
  }
  if (!format.mapsTypes && Object.keys(options.mapping.eventTypes).length > 0)
    throw new UserError(`--event-type says nothing to ${format.name}, whose log has no event types.`, 'Leave it out.')
  const { advertiser } = options
  if (advertiser !== undefined && !format.advertisers!.includes(advertiser)) {
    throw new UserError(
      `${format.name} has no advertiser ${advertiser}.`,
      `--advertiser can be ${format.advertisers!.join(', ')}.`,
    )
  }
}

/** Calls it; in an archive (`lenient`) a file that is not understood is just not one of ours. */
async function headOf<T>(
  lenient: boolean,
  look: () => Promise<T>,
  refused?: (error: UserError) => void,
): Promise<T | undefined> {
  try {
    return await look()
  } catch (error) {
    if (!lenient || !(error instanceof UserError) || error instanceof DamagedFile) throw error
    refused?.(error)
    return undefined
  }
}
