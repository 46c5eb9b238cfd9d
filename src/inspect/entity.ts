import { inspectAdvertiser } from './advertiser.js'
import { inspectItem } from './item.js'
import { advertiserText, itemText } from './text/entry-text.js'
import { userText } from './text/user-text.js'
import type { AdvertiserView, ItemView, Subject, UserView } from './types.js'
import { inspectUser } from './user.js'

/** One user, item or advertiser, as an object and as lines of at most `width` columns. @throws UserError if unknown */
export async function inspectEntity(
  subject: Subject,
  what: 'user' | 'item' | 'advertiser',
  externalId: string,
  { k, events, width }: { k: number; events: number; width: number },
): Promise<{ view: UserView | ItemView | AdvertiserView; text: string[] }> {
  if (what === 'user') {
    const view = await inspectUser(subject, externalId, { k, events })
    return { view, text: userText(view, width) }
  }
  if (what === 'item') {
    const view = await inspectItem(subject, externalId, k)
    return { view, text: itemText(view, width) }
  }
  const view = await inspectAdvertiser(subject, externalId, k)
  return { view, text: advertiserText(view, width) }
}
