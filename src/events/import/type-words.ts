import type { EventType } from '../../store/event-types.js'

/** What logs call the things that users do, letters only. */
const WORDS: Record<EventType, readonly string[]> = {
  view: ['view', 'views', 'pv', 'pageview', 'productview', 'viewproduct', 'itemview', 'viewitem', 'detail', 'visit'],
  add_to_cart: ['cart', 'addtocart', 'atc', 'basket', 'addtobasket', 'addcart', 'bag', 'addtobag'],
  checkout: [
    'checkout',
    'buy',
    'purchase',
    'purchased',
    'order',
    'ordered',
    'transaction',
    'sale',
    'conversion',
    'paid',
  ],
  signup: ['signup', 'register', 'registration', 'subscribe', 'subscription', 'lead'],
  click: ['click', 'clicks', 'clk', 'tap'],
  search: ['search', 'query', 'searched'],
}

/** `--event-type` for words that a file uses: what they may mean, and skip for what is not known. */
export function suggestTypes(theirs: readonly string[]): string {
  const pairs = theirs.map((word) => {
    const letters = word.toLowerCase().replace(/[^a-z]/g, '')
    const [ours] = Object.entries(WORDS).find(([, words]) => words.includes(letters)) ?? ['skip']
    return `${word}=${ours}`
  })
  return `--event-type ${pairs.map((pair) => (/[\s"'$&;|<>()]/.test(pair) ? `"${pair}"` : pair)).join(',')}`
}
