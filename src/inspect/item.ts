import type { Catalog } from '../protocol/catalog.js'
import { activityOf } from './activity.js'
import { card, indexOf } from './catalog.js'
import type { ItemGraph } from './item-graph.js'
import { originOf, type Looking } from './looking.js'
import { Ranking } from './ranking.js'
import type { ItemView, Neighbour, Subject } from './types.js'

/**
 * An item: catalog, activity, nearest items by item vectors and by graph vectors, who converts on it. @throws UserError
 * for an unknown item
 */
export async function inspectItem(subject: Subject, externalId: string, k: number): Promise<ItemView> {
  const { snapshot, names, item: looking } = subject
  const index = indexOf(names, 'item', externalId)
  const byTower = looking && (await neighbours(looking, index))
  const graph = subject.graph?.()
  // an item of which nothing is known has a vector of zeros, to which nothing is near
  const byGraph = looking && graph && isKnown(graph, index) ? nearestInGraph(graph, looking.catalog, index) : undefined
  const list = (own: Ranking | undefined, other: Ranking | undefined): Neighbour[] => {
    const top = own?.top(k, index) ?? []
    const ranks = other?.ranks([index, ...top.map(({ id }) => id)])
    // the item itself is first in the other list, too, and not counted
    const place = (rank: number | null): number | null =>
      rank === null ? null : Math.max(1, ranks![0] !== null && ranks![0] < rank ? rank - 1 : rank)
    return top.map(({ id, rank, score }, i) => ({
      rank,
      score,
      other: ranks ? place(ranks[i + 1]) : null,
      ...card(names, id),
    }))
  }
  return {
    ...card(names, index),
    ...originOf(subject, ['item']),
    ...activityOf(snapshot, names, 'item', index, k),
    nearest: list(byTower, byGraph),
    nearestInGraph: byGraph ? list(byGraph, byTower) : null,
    inGraph: graph && isKnown(graph, index) ? graph.warm[index] === 1 : null,
  }
}

function isKnown({ vectors, width }: ItemGraph, index: number): boolean {
  return vectors.subarray(index * width, (index + 1) * width).some((x) => x !== 0)
}

/** All entries by cosine to one item or advertiser; undefined where the recommender has no vectors. */
export async function neighbours({ vectors, catalog }: Looking, id: number): Promise<Ranking | undefined> {
  return vectors && Ranking.near(await vectors.of(Int32Array.of(id)), await vectors.of(catalog.ids), catalog)
}

function nearestInGraph({ vectors, width }: ItemGraph, catalog: Catalog, id: number): Ranking {
  const own = vectors.slice(id * width, (id + 1) * width)
  const others = new Float32Array(catalog.size * width)
  catalog.ids.forEach((other, e) => others.set(vectors.subarray(other * width, (other + 1) * width), e * width))
  return Ranking.near(own, others, catalog)
}
