import { UserError } from '../core/errors.js'
import { SearchReader, hasContext, type RequestContext } from '../features/context.js'
import type { Snapshot } from '../features/snapshot.js'
import { indexOf } from './catalog.js'
import type { Names } from './types.js'

const EXAMPLE =
  'Write search=CATEGORY, search="some words", item=ITEM or price=NUMBER, each with a --context of its own.'

/**
 * Reads contexts as --context takes them: search=TEXT, item=ID, price=NUMBER.
 * @param moment unix seconds
 * @returns the context, and how a label tells it: "searching Home/Storage, on the page of i4"
 * @throws UserError for a part that is none, or names nothing that the workspace has
 */
export function resolveContext(
  parts: readonly string[],
  snapshot: Snapshot,
  names: Names,
  moment: number,
): { context: RequestContext; label: string } {
  let context: RequestContext = { time: moment }
  const labels: string[] = []
  for (const part of parts) {
    const at = part.indexOf('=')
    const [key, value] = [part.slice(0, at), part.slice(at + 1).trim()]
    if (at < 1 || value === '') throw new UserError(`"${part}" is no context.`, EXAMPLE)
    if (key === 'search') {
      const { category, words = [], context: searched } = new SearchReader(snapshot).read(value)
      if (!hasContext(searched))
        throw new UserError(
          `"${value}" is no category, and none of its words stands in a title.`,
          `Categories are, for example: ${snapshot.categories.slice(0, 3).join(', ') || 'none in this catalog'}.`,
        )
      context = { ...context, ...searched }
      labels.push(`searching ${category ?? `"${words.join(' ')}"`}`)
    } else if (key === 'item') {
      context = { ...context, item: indexOf(names, 'item', value) }
      labels.push(`on the page of ${value}`)
    } else if (key === 'price') {
      const price = Number(value)
      if (!(price >= 0 && price < Infinity)) throw new UserError(`"${value}" is no price.`, EXAMPLE)
      context = { ...context, price }
      labels.push(`for about ${value}`)
    } else throw new UserError(`"${key}" is no part of a context.`, EXAMPLE)
  }
  return { context, label: labels.join(', ') }
}
