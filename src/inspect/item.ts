import { activityOf } from './activity.js'
import { card, indexOf } from './catalog.js'
import type { ItemGraph } from './item-graph.js'
import { absentAt } from './moment.js'
import { Ranking } from './ranking.js'
import type { ItemView, Neighbour, Subject } from './types.js'

/**
 * An item: catalog, activity, nearest items by item vectors and by graph vectors, who converts on it. @throws UserError
 * for an unknown item
 */
export async function inspectItem(subject: Subject, externalId: string, k: number): Promise<ItemView> {
  const { snapshot, names, moment, windowDays, item: model } = subject
  const index = indexOf(names, 'item', externalId)
  const absent = absentAt(snapshot, 'item', moment)
  const byTower = model && neighbours(await model.entries(moment), model.width, index, absent)
  const graph = subject.graph?.()
  // an item of which nothing is known has a vector of zeros, to which nothing is near
  const byGraph = graph && isKnown(graph, index) ? neighbours(graph.vectors, graph.width, index, absent) : undefined
  const list = (own: Ranking | undefined, other: Ranking | undefined): Neighbour[] => {
    const top = own?.top(k, index) ?? []
    const ranks = other?.ranks([index, ...top.map(({ entry }) => entry)])
    // the item itself is first in the other list, too, and not counted
    const place = (rank: number | null): number | null =>
      rank === null ? null : Math.max(1, ranks![0] !== null && ranks![0] < rank ? rank - 1 : rank)
    return top.map(({ entry, rank, score }, i) => ({
      rank,
      score,
      other: ranks ? place(ranks[i + 1]) : null,
      ...card(names, entry),
    }))
  }
  return {
    ...card(names, index),
    itemRun: model?.run ?? null,
    advertiserRun: null,
    moment,
    windowDays,
    ...activityOf(snapshot, names, 'item', index, k),
    nearest: list(byTower, byGraph),
    nearestInGraph: byGraph ? list(byGraph, byTower) : null,
    inGraph: graph && isKnown(graph, index) ? graph.warm[index] === 1 : null,
  }
}

function isKnown({ vectors, width }: ItemGraph, index: number): boolean {
  return vectors.subarray(index * width, (index + 1) * width).some((x) => x !== 0)
}

/** All entries by cosine to one of them. */
export function neighbours(entries: Float32Array, width: number, index: number, absent: Uint8Array): Ranking {
  return Ranking.of(entries.slice(index * width, (index + 1) * width), entries, absent)
}
