import type { FastifyInstance } from 'fastify'
import { mapAnswer, problemAnswer } from '../answers.js'
import type { ServerContext } from '../context.js'
import { topCategory } from '../item-map.js'
import { provenance } from '../results.js'
import { mapQuery, type MapQuery } from '../schemas.js'

/** GET /v1/map?k=5000&item=i5&item=i9: items on the two axes along which their vectors spread most. */
export function mapRoute(app: FastifyInstance, { store, serving, overview }: ServerContext): void {
  app.get<{ Querystring: MapQuery }>(
    '/v1/map',
    {
      schema: {
        summary: 'Items in two dimensions, by their vectors',
        description:
          'The two principal axes of the item vectors, and the share of the variance along each. Of a large catalog a ' +
          'sample is shown. Items named by `item` are placed beside it; those that the generation does not have are ' +
          'left out.',
        tags: ['look'],
        querystring: mapQuery,
        response: { 200: mapAnswer, '4xx': problemAnswer, '5xx': problemAnswer },
      },
    },
    async ({ query }) =>
      serving.use(async (generation) => {
        const { places, shares, shown, names } = await overview.map(generation.row)
        const items = places.length / 2
        const x = (index: number): number => Number(places[2 * index].toPrecision(4))
        const y = (index: number): number => Number(places[2 * index + 1].toPrecision(4))
        const listed = names.slice(0, query.k)
        const sizes = new Map<string | null, number>()
        for (const { category } of listed) sizes.set(category, (sizes.get(category) ?? 0) + 1)
        const categories = [...sizes].sort(([one, a], [other, b]) => b - a || ((one ?? '') < (other ?? '') ? -1 : 1))
        const order = new Map(categories.map(([category], i) => [category, i]))
        return {
          provenance: provenance(generation),
          items,
          variance: shares,
          categories: categories.map(([category, n]) => ({ category, items: n })),
          points: listed.map(({ item, title, category }, i) => ({
            item,
            title,
            category: order.get(category)!,
            x: x(shown[i]),
            y: y(shown[i]),
          })),
          marked: query.item.flatMap((name) => {
            const id = store.itemId(name)
            if (id === undefined || id > items) return []
            const { title, category } = store.item(id)!
            return [{ item: name, title: title ?? null, category: topCategory(category), x: x(id - 1), y: y(id - 1) }]
          }),
        }
      }),
  )
}
