import { median } from '../core/median.js'
import { originOf } from './looking.js'
import { activityOf, conversionsByEntry } from './activity.js'
import { advertiserCard, card, indexOf } from './catalog.js'
import { neighbours } from './item.js'
import { CATEGORY_LEVELS } from '../features/snapshot.js'
import type { AdvertiserView, Subject } from './types.js'

/** An advertiser: its catalog, activity, best items and nearest advertisers. @throws UserError for an unknown one */
export async function inspectAdvertiser(subject: Subject, externalId: string, k: number): Promise<AdvertiserView> {
  const { snapshot, names, advertiser: looking } = subject
  const index = indexOf(names, 'advertiser', externalId)
  const own: number[] = []
  for (let i = 0; i < snapshot.items; i++) if (snapshot.itemAdvertiser[i] === index) own.push(i)
  const conversions = conversionsByEntry(snapshot, 'item')
  const best = [...own].sort((a, b) => conversions[b] - conversions[a] || a - b).slice(0, k)
  const ranking = looking && (await neighbours(looking, index))
  return {
    ...advertiserCard(names, index),
    ...originOf(subject, ['advertiser']),
    items: own.length,
    medianPrice: median(own.map((i) => snapshot.itemPrice[i]).filter((p) => Number.isFinite(p))) ?? null,
    categories: categoriesOf(subject, own).slice(0, k),
    activity: activityOf(snapshot, names, 'advertiser', index, 0).activity,
    topItems: best.map((i) => ({ ...card(names, i), conversions: conversions[i] })),
    nearest: (ranking?.top(k, index) ?? []).map(({ id, rank, score }) => ({
      rank,
      score,
      ...advertiserCard(names, id),
    })),
  }
}

/** Items by the deepest category level that the models see, most first. */
function categoriesOf({ snapshot }: Subject, items: readonly number[]): { category: string; items: number }[] {
  const counts = new Map<number, number>()
  for (const i of items) {
    let level = CATEGORY_LEVELS - 1
    while (level > 0 && snapshot.itemCategory[i * CATEGORY_LEVELS + level] < 0) level--
    const c = snapshot.itemCategory[i * CATEGORY_LEVELS + level]
    if (c >= 0) counts.set(c, (counts.get(c) ?? 0) + 1)
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .map(([c, n]) => ({ category: snapshot.categories[c], items: n }))
}
