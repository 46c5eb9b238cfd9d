import { UserError } from '../../core/errors.js'
import type { Format, FormatOptions, Matched, Step } from './format.js'
import { GENERIC, SPECIAL } from './format.js'
import { readHead, type FileHead } from './file-head.js'
import { findFormat, allFormats } from './formats/index.js'
import type { ImportOptions } from './import.js'
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
  const { progress } = given
  const options: FormatOptions = { ...given, mapping: checkMapping(given.mapping), say: (text) => progress.line(text) }
  checkSpecial(format, options)
  const files: Matched[] = []
  for (const path of paths) {
    const found = await places(path)
    const ignored: string[] = []
    for (const place of found) {
      // an archive holds files that are not asked for; a file that is named is
      const lone = found.length === 1
      const head = await headOf(place.member !== undefined && !lone, () => readHead(place))
      const role = head && (await headOf(!lone, () => Promise.resolve(format.role(head, options))))
      if (head && role) files.push({ head, source: await inspectFile(place), role })
      else if (lone && head) throw await wrongFile(format, head, options)
      else ignored.push(place.name)
    }
    if (ignored.length === found.length)
      throw new UserError(`${path} holds no file of ${format.name}: ${ignored.slice(0, 8).join(', ')}.`, format.files)
    if (ignored.length > 0)
      progress.line(
        `${path}: not read: ` +
          `${ignored.slice(0, 8).join(', ')}${ignored.length > 8 ? ` and ${ignored.length - 8} more` : ''}.`,
      )
  }
  return format.steps(files, options)
}

/** The formats that have a file like this, by looking at it. */
export async function guessFormats(path: string, options: FormatOptions): Promise<string[]> {
  const names = new Set<string>()
  for (const place of await places(path)) {
    const head = await headOf(true, () => readHead(place))
    if (!head) continue
    for (const format of await allFormats()) {
      if (GENERIC.includes(format.name)) continue
      if (await headOf(true, () => Promise.resolve(format.role(head, options)))) names.add(format.name)
    }
  }
  return [...names]
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
async function headOf<T>(lenient: boolean, look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look()
  } catch (error) {
    if (lenient && error instanceof UserError && !(error instanceof DamagedFile)) return undefined
    throw error
  }
}
