import { UserError } from '../../core/errors.js'
import { bareName } from './column-words.js'
import { nearest } from '../../config/nearest-key.js'
import { EVENT_TYPES } from '../../store/event-types.js'

/** Column names that adseq reads without a mapping. */
export const COLUMNS = [
  'user_id',
  'item_id',
  'event_type',
  'timestamp',
  'advertiser_id',
  'domain',
  'category',
  'price',
  'title',
  'launched',
  'name',
] as const
export type Column = (typeof COLUMNS)[number]

/** How a file of another layout is read. */
export interface Mapping {
  /** our column -> the file's column, by name or by number from 1 */
  columns: Partial<Record<string, string | number>>
  /** the file's event type -> ours, or skip */
  eventTypes: Record<string, string>
  /** type of events in a file without an event_type column */
  defaultType?: string
  /** false: the first line is data, columns go by number */
  header: boolean
  /** columns that are not read */
  without: readonly Column[]
  /** whether 1/2/2019 is in January or February, where the file does not show it */
  dates?: 'day-first' | 'month-first'
}

/** A mapping as flags and adseq.yaml give it. */
export interface GivenMapping {
  columns: Record<string, string | number>
  eventTypes: Record<string, string>
  defaultType?: string
  header: boolean
  without?: readonly string[]
  dates?: 'day-first' | 'month-first'
}

/**
 * Checks a mapping from flags or adseq.yaml. @param names of columns that the format reads
 * @throws UserError for a column or type that adseq does not know
 */
export function checkMapping(mapping: GivenMapping, names: readonly string[] = COLUMNS): Mapping {
  const { columns, without = [] } = mapping
  for (const name of [...Object.keys(columns), ...without]) {
    if (names.includes(name)) continue
    const near = nearest(name, names)
    const flag = name in columns ? 'The mapping' : '--without'
    throw new UserError(
      `${flag} names a column ${name}, which adseq does not read.`,
      near
        ? `Did you mean ${near}?${name in columns ? ' It goes: ours=theirs.' : ''}`
        : `It takes one of: ${names.join(', ')}${name in columns ? ' (ours=theirs)' : ''}.`,
    )
  }
  for (const [theirs, ours] of Object.entries(mapping.eventTypes))
    if (ours !== 'skip') typeCode(ours, `event type ${theirs}`)
  if (mapping.defaultType !== undefined) typeCode(mapping.defaultType, 'the default type')
  return { ...mapping, without: without as Column[] }
}

/**
 * What an event type of the file becomes: a code of EVENT_TYPES, -1 to skip the row, undefined where it is not known.
 * Mapped names are those of the file, ours may be written otherwise (Add To Cart).
 */
export function typeReader({ eventTypes }: Mapping): (name: string) => number | undefined {
  const mapped = new Map(
    Object.entries(eventTypes).map(([theirs, ours]) => [theirs, ours === 'skip' ? -1 : typeCode(ours, theirs)]),
  )
  const ours = new Map(EVENT_TYPES.map((name, code) => [bareName(name), code]))
  const met = new Map<string, number | undefined>()
  return (name) => {
    const code = met.get(name)
    if (code !== undefined || met.has(name)) return code
    const found = mapped.get(name) ?? mapped.get(name.toLowerCase()) ?? ours.get(bareName(name))
    // a column of another kind may hold a text of its own in each row
    if (met.size < 1000) met.set(name, found)
    return found
  }
}

/** The code of one of our event types. @throws UserError for another word */
export function typeCode(name: string, what: string): number {
  const code = (EVENT_TYPES as readonly string[]).indexOf(name)
  if (code >= 0) return code
  const near = nearest(name, EVENT_TYPES)
  throw new UserError(
    `${what} is mapped to ${name}, which is not an event type.`,
    `${near ? `Did you mean ${near}? ` : ''}Types: ${EVENT_TYPES.join(', ')}, or skip.`,
  )
}
