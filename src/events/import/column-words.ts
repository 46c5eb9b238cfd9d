import { nearest } from '../../config/nearest-key.js'
import type { Column } from './mapping.js'

/** What files call the columns that events need, letters and digits only. */
const WORDS: Partial<Record<Column, readonly string[]>> = {
  user_id: [
    'user',
    'userid',
    'visitor',
    'visitorid',
    'customer',
    'customerid',
    'clientid',
    'uid',
    'member',
    'memberid',
  ].concat(['account', 'accountid', 'userpseudoid', 'anonymousid', 'buyerid', 'householdid', 'cookie', 'cookieid']),
  item_id: [
    'item',
    'itemid',
    'product',
    'productid',
    'sku',
    'article',
    'articleid',
    'asin',
    'contentid',
    'goodsid',
  ].concat(['movieid', 'songid', 'trackid', 'bookid', 'adid', 'stockcode', 'ean', 'pid', 'iid']),
  event_type: [
    'event',
    'eventtype',
    'eventname',
    'action',
    'actiontype',
    'type',
    'behavior',
    'behaviour',
    'activity',
  ].concat(['behaviortype', 'interaction', 'interactiontype', 'verb']),
  timestamp: [
    'timestamp',
    'time',
    'ts',
    'date',
    'datetime',
    'eventtime',
    'eventtimestamp',
    'createdat',
    'occurredat',
  ].concat(['timestampms', 'unixtime', 'epoch', 'day', 'eventdate', 'orderdate', 'serverts', 'at']),
}

/** A name without case, blanks and signs: user-id, userId and "User ID" are user_id. */
export const bareName = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')

/**
 * Which columns of a file may be those that are looked for; each is one of them at most.
 * @param spelled also a name that is nearly the one looked for
 */
export function likelyColumns(
  wanted: readonly Column[],
  header: readonly string[],
  { spelled = true } = {},
): Partial<Record<Column, string>> {
  const found: Partial<Record<Column, string>> = {}
  const free = new Set(header)
  const take = (look: (column: Column, names: string[]) => string | undefined): void => {
    for (const column of wanted) {
      const name = found[column] === undefined ? look(column, [...free]) : undefined
      if (name === undefined) continue
      found[column] = name
      free.delete(name)
    }
  }
  take((column, names) => names.find((name) => WORDS[column]?.includes(bareName(name))))
  // of product.sku the last part alone
  take((column, names) =>
    names.find(
      (name) => name.includes('.') && WORDS[column]?.includes(bareName(name.slice(name.lastIndexOf('.') + 1))),
    ),
  )
  if (spelled) take((column, names) => nearest(column, names))
  return found
}
