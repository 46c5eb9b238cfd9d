import { api } from './api.js'
import { digits, h, plural, price, to } from './dom.js'

/** What an item's page can do to the history that is edited. */
export interface ToHistory {
  label: string
  add: (type: string, item: string, title: string | null) => void
}

/** An item, and those whose vectors are nearest. */
export async function itemView(signal: AbortSignal, id: string, history: ToHistory): Promise<HTMLElement> {
  const item = await api.item(signal, id)
  const near = item.inGeneration ? await api.neighbours(signal, id, 20) : undefined
  return h(
    'div',
    {},
    h('h1', {}, item.title ?? item.item),
    h(
      'dl',
      {},
      ...fact('item', item.item),
      ...fact('advertiser', item.advertiser === null ? 'none' : to('advertiser', item.advertiser, item.advertiserName)),
      ...fact('category', item.category ?? 'none'),
      ...fact('price', item.price === null ? 'unknown' : price(item.price)),
      ...fact('in the catalog since', item.launched?.slice(0, 10) ?? 'unknown'),
    ),
    h(
      'p',
      { class: 'add' },
      ...['view', 'add_to_cart', 'checkout'].map((type) =>
        h(
          'button',
          { type: 'button', click: () => history.add(type, item.item, item.title) },
          `${history.label}: ${type.replaceAll('_', ' ')}`,
        ),
      ),
    ),
    h('h2', {}, 'Nearest items'),
    near === undefined
      ? h('p', {}, 'It came after the generation that is served; publish another with adseq index.')
      : h(
          'p',
          { class: 'soft' },
          `By cosine of the item vectors, ${near.exact ? 'all compared' : 'found by the index, which may miss some'}.`,
        ),
    near &&
      h(
        'ol',
        { class: 'list' },
        ...near.neighbours.map(({ rank, item: other, title, category, price: cost, score }) =>
          h(
            'li',
            {},
            h('span', { class: 'n' }, rank),
            h(
              'span',
              {},
              to('item', other, title),
              h('small', {}, [category, price(cost)].filter(Boolean).join(' · ')),
            ),
            h('span', { class: 'n' }, digits(score)),
          ),
        ),
      ),
  )
}

/** An advertiser, with the first of their items and ads. */
export async function advertiserView(signal: AbortSignal, id: string): Promise<HTMLElement> {
  const { name, advertiser, items, ads } = await api.advertiser(signal, id, 50)
  return h(
    'div',
    {},
    h('h1', {}, name ?? advertiser),
    h(
      'p',
      { class: 'soft' },
      `Advertiser ${advertiser}: ${plural(items.total, 'item')}, ${plural(ads.total, 'ad')} in the store.`,
    ),
    h(
      'div',
      { class: 'two' },
      h(
        'section',
        {},
        h('h2', {}, 'Items'),
        h('ul', { class: 'list' }, ...items.first.map(({ item, title }) => h('li', {}, to('item', item, title)))),
        items.total > items.first.length && h('p', { class: 'soft' }, `The first ${items.first.length}.`),
      ),
      h(
        'section',
        {},
        h('h2', {}, 'Ads'),
        h(
          'ul',
          { class: 'list' },
          ...ads.first.map(({ ad, kind, title, status, item }) =>
            h(
              'li',
              {},
              h(
                'span',
                {},
                item === null ? (title ?? ad) : to('item', item, title ?? ad),
                h('small', {}, `${ad} · ${kind} · ${status}`),
              ),
            ),
          ),
        ),
        ads.total > ads.first.length && h('p', { class: 'soft' }, `The first ${ads.first.length}.`),
      ),
    ),
  )
}

const fact = (name: string, value: string | Node): HTMLElement[] => [h('dt', {}, name), h('dd', {}, value)]
