import { SearchReader, hasContext, type RequestContext } from '../features/context.js'
import type { CatalogData } from '../features/snapshot.js'
import type { ContextTrace } from '../funnel/trace.js'
import type { ServerStore } from './context.js'
import type { AdsBody } from './schemas.js'

/** A context as models read it, where anything in it is known, and as the trace tells it. */
export interface KnownContext {
  context?: RequestContext
  told: Omit<ContextTrace, 'ms'>
}

/** Translates what a request says of its context. What names nothing known is left out, and told. */
export class ContextReader {
  private readonly searches: SearchReader

  constructor(
    private readonly store: Pick<ServerStore, 'itemId'>,
    private readonly catalog: CatalogData,
  ) {
    this.searches = new SearchReader(catalog)
  }

  /** @param moment unix seconds @returns undefined for a request that says nothing of search, item or price */
  read({ search, item, price }: AdsBody['context'], moment: number): KnownContext | undefined {
    if (search === undefined && item === undefined && price === undefined) return undefined
    const found = search === undefined ? undefined : this.searches.read(search)
    const { context: searched, ...asTold } = found ?? {}
    const id = item === undefined ? undefined : this.store.itemId(item)
    const known = id !== undefined && id <= this.catalog.items
    const context: RequestContext = {
      ...searched,
      ...(known && { item: id - 1 }),
      ...(price !== undefined && { price }),
      time: moment,
    }
    const used = hasContext(context)
    return {
      ...(used && { context }),
      told: {
        used,
        ...(found && { search: asTold }),
        ...(item !== undefined && { item: known ? item : null }),
        ...(price !== undefined && { price }),
      },
    }
  }
}
