import type { GeneratorType } from './generator.js'

/** The item model: the user vector, in the context of the request, finds items, among those with an ad to show. */
export const itemModel: GeneratorType = {
  name: 'item-model',
  summary: 'items that the item model ranks first for the user',
  open: ({ items }) => ({
    level: 'item',
    async ranked({ request }, n, open) {
      const { inContext } = request
      const queries = inContext
        ? { ...request.queries, vectors: { ...request.queries.vectors, [items.run]: inContext.vector } }
        : request.queries
      let how = { searched: 0, exact: true }
      const only = open.items
      const { entries, scores, counts } = await items.list(queries, n, {
        only,
        onSearch: (_, searched) => (how = searched),
      })
      const found = counts[0]
      return {
        entries: entries.subarray(0, found),
        scores: scores.subarray(0, found),
        complete: found < n,
        ...how,
      }
    },
  }),
}
