/** The routes that the page calls, as /openapi.json names them. */
export const ROUTES = [
  '/healthz',
  '/v1/search',
  '/v1/users/{id}',
  '/v1/items/{id}',
  '/v1/items/{id}/neighbours',
  '/v1/advertisers/{id}',
  '/v1/ads',
] as const

export type Route = (typeof ROUTES)[number]

/** The address of a route on this server. */
export function addressOf(route: Route, id = '', query: Record<string, string | number> = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) search.set(name, String(value))
  return route.replace('{id}', encodeURIComponent(id)) + (Object.keys(query).length > 0 ? `?${search.toString()}` : '')
}
