import { activityOf } from './activity.js'
import { card, indexOf } from './catalog.js'
import { absentItems } from './moment.js'
import { Ranking } from './ranking.js'
import type { ItemView, Subject } from './types.js'

/** An item: catalog, activity, nearest items by item vectors, who converts on it. @throws UserError for an unknown item */
export async function inspectItem(subject: Subject, externalId: string, k: number): Promise<ItemView> {
  const { snapshot, names, moment, windowDays, item: model } = subject
  const index = indexOf(names, 'item', externalId)
  const ranking = model && neighbours(await model.entries(moment), model.width, index, absentItems(snapshot, moment))
  return {
    ...card(names, index),
    itemRun: model?.run ?? null,
    advertiserRun: null,
    moment,
    windowDays,
    ...activityOf(snapshot, names, 'item', index, k),
    nearest: (ranking?.top(k, index) ?? []).map(({ entry, rank, score }) => ({ rank, score, ...card(names, entry) })),
  }
}

/** All entries by cosine to one of them. */
export function neighbours(entries: Float32Array, width: number, index: number, absent: Uint8Array): Ranking {
  return Ranking.of(entries.slice(index * width, (index + 1) * width), entries, absent)
}
