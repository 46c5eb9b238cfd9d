import { UserError } from '../../core/errors.js'

/**
 * ["a=b,c=d", "e=f"] as {a: "b", c: "d", e: "f"}. @param flag named in the error @throws UserError for a part without =
 */
export function pairs(texts: readonly string[] | undefined, flag: string): Record<string, string> {
  const result: Record<string, string> = {}
  for (const part of (texts ?? []).flatMap((text) => text.split(','))) {
    const equals = part.indexOf('=')
    if (equals < 1 || equals === part.length - 1)
      throw new UserError(
        `${flag} ${part} is not a pair.`,
        `Write pairs with = between, commas apart: ${flag} ${flag === '--event-type' ? 'buy=checkout,fav=skip' : 'user_id=visitor,item_id=product'}`,
      )
    result[part.slice(0, equals).trim()] = part.slice(equals + 1).trim()
  }
  return result
}
