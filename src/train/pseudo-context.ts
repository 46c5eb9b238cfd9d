import type { Rng } from '../core/rng.js'
import { DAY } from '../core/time.js'
import { hasContext, type RequestContext } from '../features/context.js'
import { EVENT_TYPES, TITLE_TOKENS, categoriesOf, type Snapshot } from '../features/snapshot.js'
import { categoryOf } from '../protocol/catalog.js'
import type { Draw } from './sampler.js'

const SEARCH = EVENT_TYPES.indexOf('search')
/** A search so long before a conversion may have led to it. */
const SEARCH_DAYS = 7
/** Of the rows whose positive follows a search of the user's own: share that gets that search as its context. */
const OWN_SEARCH = 0.5
/** Probabilities of the parts of a pseudo-context: category, words, item, price, hour. */
const PARTS = [0.6, 0.3, 0.3, 0.2, 0.5]
/** Probability of each word of the positive's title. */
const WORD = 0.5
/** Draws for another item of the positive's category. */
const ATTEMPTS = 4

/**
 * Contexts that rows of a batch could have come with. Most are projected from the positive ("projecting contextual
 * features from positive items", the post): its category down to a level drawn at random, some words of its title,
 * another item of its category for the page that is open, its price band, and the hour it happened. Where the user
 * searched in the days before the positive and after the row's anchor, it may be that search, whether it led to the
 * positive or not: a model that meets pseudo-contexts alone takes every search for the answer.
 */
export class PseudoContexts {
  /** items of each deepest category: items[from[c] .. from[c + 1]] */
  private readonly from: Int32Array
  private readonly items: Int32Array

  constructor(private readonly snapshot: Snapshot) {
    const own = Int32Array.from({ length: snapshot.items }, (_, i) => categoryOf(snapshot, i))
    const counts = new Int32Array(snapshot.categories.length + 1)
    for (const c of own) if (c >= 0) counts[c + 1]++
    let sum = 0
    this.from = counts.map((n) => (sum += n))
    this.items = Int32Array.from(own.keys())
      .filter((i) => own[i] >= 0)
      .sort((a, b) => own[a] - own[b] || a - b)
  }

  /** A context, or none, for each row of a draw of items. */
  draw({ event, moment, rows }: Pick<Draw, 'event' | 'moment' | 'rows'>, rng: Rng): (RequestContext | undefined)[] {
    return Array.from(event, (e, r) => {
      const search = this.ownSearch(rows.users[r], e, moment[r])
      const context = search && rng.uniform() < OWN_SEARCH ? search : this.projected(e, rng)
      return hasContext(context) ? context : undefined
    })
  }

  /** The user's last search in the days before an event and after the anchor. */
  private ownSearch(user: number, event: number, anchor: number): RequestContext | undefined {
    const { offsets, eventTime, eventType, eventItem } = this.snapshot
    const since = Math.max(anchor, eventTime[event] - SEARCH_DAYS * DAY)
    for (let e = event - 1; e >= offsets[user] && eventTime[e] > since; e--)
      if (eventType[e] === SEARCH && eventItem[e] >= 0)
        return { categories: categoriesOf(this.snapshot, eventItem[e]), time: eventTime[e] }
    return undefined
  }

  /** Some of what is known of a positive; its category where the draw left everything out. */
  private projected(event: number, rng: Rng): RequestContext {
    const { eventItem, eventTime, itemPrice, itemTitle } = this.snapshot
    const positive = eventItem[event]
    const time = eventTime[event]
    const path = categoriesOf(this.snapshot, positive)
    const level = 1 + rng.int(Math.max(1, path.length))
    const [category, words, item, price, hour] = PARTS.map((part) => rng.uniform() < part)
    const title = itemTitle.subarray(positive * TITLE_TOKENS, (positive + 1) * TITLE_TOKENS)
    const context: RequestContext = {
      ...(words && { words: Array.from(title).filter((word) => word !== 0 && rng.uniform() < WORD) }),
      ...(item && { item: this.neighbour(positive, time, rng) }),
      ...(price && !Number.isNaN(itemPrice[positive]) && { price: itemPrice[positive] }),
      ...(hour && { time }),
    }
    return category || !hasContext(context) ? { ...context, categories: path.slice(0, level) } : context
  }

  /** Another item of the deepest category, known by a moment. */
  private neighbour(item: number, moment: number, rng: Rng): number | undefined {
    const c = categoryOf(this.snapshot, item)
    if (c < 0) return undefined
    const [from, to] = [this.from[c], this.from[c + 1]]
    for (let n = 0; n < ATTEMPTS; n++) {
      const other = this.items[from + rng.int(to - from)]
      if (other !== item && this.snapshot.itemFirstSeen[other] <= moment) return other
    }
    return undefined
  }
}
