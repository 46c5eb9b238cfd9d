import { UserError } from '../core/errors.js'
import { DAY } from '../core/time.js'
import { MAX_HISTORY, type MadeUpEvent } from '../features/made-up-history.js'
import { count } from '../text/numbers.js'
import { EVENT_TYPES, type EventType, type Snapshot } from '../features/snapshot.js'
import { indexOf } from './catalog.js'
import type { Names } from './types.js'

interface SpecEvent {
  type: EventType
  id: string
  /** seconds before the moment; undefined where the spec has none */
  age?: number
}

const UNITS: Record<string, number> = { m: 60, h: 3600, d: DAY, w: 7 * DAY }
const EXAMPLE =
  'Write events as type:item, separated by commas, with an optional age: ' +
  '"view:ITEM,add_to_cart:ITEM@3h,checkout:ITEM@2d" (ages: 30m, 3h, 2d, 1w).'

/**
 * Parses "view:ITEM,add_to_cart:ITEM@2d". The id of a signup is an advertiser's, every other an item's.
 * @throws UserError naming the part that is wrong
 */
export function parseHistory(text: string): SpecEvent[] {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  if (parts.length === 0) throw new UserError('The made-up history is empty.', EXAMPLE)
  if (parts.length > MAX_HISTORY)
    throw new UserError(
      `The made-up history has ${count(parts.length)} events, and at most ${count(MAX_HISTORY)} are taken.`,
      'Leave out the oldest: a model reads the latest model.length events anyway.',
    )
  return parts.map(parseEvent)
}

function parseEvent(part: string): SpecEvent {
  const colon = part.indexOf(':')
  if (colon < 1) throw new UserError(`"${part}" is not an event.`, EXAMPLE)
  const type = part.slice(0, colon)
  if (!(EVENT_TYPES as readonly string[]).includes(type))
    throw new UserError(`"${type}" in "${part}" is not an event type.`, `Event types are ${EVENT_TYPES.join(', ')}.`)
  const aged = /^(.+)@(\d+(?:\.\d+)?)([mhdw])$/.exec(part.slice(colon + 1))
  const id = aged ? aged[1] : part.slice(colon + 1)
  const [, age] = /@(\d[\w.]*)$/.exec(id) ?? []
  if (age !== undefined)
    throw new UserError(`"${age}" in "${part}" is no age.`, 'Ages are minutes, hours, days or weeks: 30m, 3h, 2d, 1w.')
  if (id === '') throw new UserError(`"${part}" names no item.`, EXAMPLE)
  return { type: type as EventType, id, ...(aged ? { age: Number(aged[2]) * UNITS[aged[3]] } : {}) }
}

const HOUR = 3600

/**
 * The events of a spec in the order written, ages counted back from `moment`. Events without an age follow each other
 * an hour apart in the order written, the last of them an hour before the moment.
 * @throws UserError for an item or advertiser that the workspace does not have
 */
export function resolveHistory(text: string, snapshot: Snapshot, names: Names, moment: number): MadeUpEvent[] {
  const spec = parseHistory(text)
  let ageless = spec.filter((e) => e.age === undefined).length
  return spec.map(({ type, id, age }) => {
    const time = Math.max(0, Math.round(moment - (age ?? ageless-- * HOUR)))
    const code = EVENT_TYPES.indexOf(type)
    if (type === 'signup')
      return { item: -1, advertiser: indexOf(names, 'advertiser', id), type: code, domain: 0, time }
    const item = indexOf(names, 'item', id)
    return { item, advertiser: snapshot.itemAdvertiser[item], type: code, domain: 0, time }
  })
}
