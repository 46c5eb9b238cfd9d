import { UserError } from '../core/errors.js'
import { count } from '../text/numbers.js'
import { folded } from '../text/words.js'
import type { Found } from './catalog.js'

/** Where ids and words are looked up: the store, or what stands for it. */
export interface IdLookup {
  userId(externalId: string): number | undefined
  itemId(externalId: string): number | undefined
  advertiserId(externalId: string): number | undefined
  /** Items or advertisers with all these words in their title or name, those with most events first. */
  named(table: 'items' | 'advertisers', words: readonly string[], limit: number): { total: number; found: Found[] }
}

/** Entries that are listed where words fit several. */
export const LISTED = 10
/** Words that are looked for; a text with more is an id that is not there. */
const MOST_WORDS = 10

/**
 * The id of what somebody typed: an external id, or words of the title of an item or of the name of an advertiser,
 * where they fit just one (or are the whole title of just one).
 * @throws UserError where nothing fits, or several do: these are listed, those with most events first
 */
export function entityId(from: IdLookup, kind: 'user' | 'item' | 'advertiser', typed: string): number {
  const id = kind === 'user' ? from.userId(typed) : kind === 'item' ? from.itemId(typed) : from.advertiserId(typed)
  if (id !== undefined && id > 0) return id
  if (kind === 'user')
    throw new UserError(
      `There is no user ${typed} in this workspace.`,
      'Ids are those of the imported files; adseq tui picks users at random, and SQL reads them all: v_history in ' +
        'adseq.db.',
    )
  const words = typed.split(/\s+/).filter(Boolean)
  const { total, found } =
    words.length > 0 && words.length <= MOST_WORDS
      ? from.named(kind === 'item' ? 'items' : 'advertisers', words, LISTED)
      : { total: 0, found: [] }
  const named = kind === 'item' ? 'title' : 'name'
  if (total === 0)
    throw new UserError(
      `There is no ${kind} ${typed} in this workspace, and none with that in its ${named}.`,
      `Write the id of the imported files, or words of the ${named}.`,
    )
  const whole = found.filter(({ text }) => folded(text) === folded(typed.trim()))
  if (total === 1) return found[0].id
  if (whole.length === 1) return whole[0].id
  throw severalFit(
    `${count(total)} ${kind}s have "${typed}" in their ${named}.`,
    found.map(({ externalId, text }) => [externalId, text]),
    total > found.length ? `The ${found.length} with most events` : undefined,
  )
}

/** What somebody typed fits several. @param some ids with titles @param which they are, where there are more */
export function severalFit(message: string, some: readonly [id: string, title: string][], which?: string): UserError {
  return new UserError(
    message,
    [
      `Write the id of one of them${which === undefined ? '' : `, or more words. ${which}`}:`,
      ...some.map(([id, title]) => `${id}  ${title}`),
    ].join('\n'),
  )
}
