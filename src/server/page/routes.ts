/** The routes that the page calls, as /openapi.json names them. */
export const ROUTES = [
  '/healthz',
  '/v1/search',
  '/v1/map',
  '/v1/runs',
  '/v1/experiments',
  '/v1/users/{id}',
  '/v1/items/{id}',
  '/v1/items/{id}/neighbours',
  '/v1/advertisers/{id}',
  '/v1/ads',
] as const

export type Route = (typeof ROUTES)[number]

/** What stands after the ?: a list is its name, again and again. */
export type Query = Record<string, string | number | readonly string[]>

/** The address of a route on this server. */
export function addressOf(route: Route, id = '', query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) for (const one of [value].flat()) search.append(name, String(one))
  return route.replace('{id}', encodeURIComponent(id)) + (Object.keys(query).length > 0 ? `?${search.toString()}` : '')
}
